/** Something with an open file that can be closed and opened again when needed. */
export interface Closable {
  closeHandle(): void;
}

/**
 * Keeps files open for their next sample, the least recently used closed first when there are too many.
 * Opening takes twenty times as long as storing one sample.
 */
export class OpenHandles {
  #most: number;
  /** In order of use: a Set keeps the order of insertion. */
  readonly #open = new Set<Closable>();

  constructor(most: number) {
    this.#most = Math.max(1, most);
  }

  get count(): number {
    return this.#open.size;
  }

  used(handle: Closable): void {
    this.#open.delete(handle);
    this.#open.add(handle);
    if (this.#open.size > this.#most) this.#closeOldest(1);
  }

  closed(handle: Closable): void {
    this.#open.delete(handle);
  }

  /** The process has no descriptors left: gives back half of ours and keeps fewer from now on. False: none to give. */
  makeRoom(): boolean {
    const closing = Math.ceil(this.#open.size / 2);
    if (closing === 0) return false;
    this.#most = Math.max(1, this.#open.size - closing);
    this.#closeOldest(closing);
    return true;
  }

  #closeOldest(count: number): void {
    for (const handle of [...this.#open.values().take(count)]) {
      this.#open.delete(handle);
      handle.closeHandle();
    }
  }
}
