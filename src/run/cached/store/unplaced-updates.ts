interface Unplaced {
  readonly count: number;
  readonly reason: string;
}

/** Updates of a journal that were not written yet and whose files cannot be written now, by path. */
export class UnplacedUpdates {
  readonly #of = new Map<string, Unplaced>();

  add(path: string, count: number, reason: string): void {
    this.#of.set(path, { count: (this.#of.get(path)?.count ?? 0) + count, reason });
  }

  /** They were written, or forgotten on demand. */
  settle(path: string): void {
    this.#of.delete(path);
  }

  get files(): number {
    return this.#of.size;
  }

  get updates(): number {
    let sum = 0;
    for (const { count } of this.#of.values()) sum += count;
    return sum;
  }

  /** One of them, and why. */
  get example(): string {
    for (const [path, { reason }] of this.#of) return `"${path}": ${reason}`;
    return "";
  }
}
