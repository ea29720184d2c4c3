/** Rung when something may have changed. Whoever waits looks again; a ring between two waits is not missed. */
export class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring; at once if it was rung since the last one resolved. */
  async wait(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    this.#rung = false;
  }
}

/** Bells by what they ring for. */
export class Bells {
  readonly #bells = new Map<string, Set<Bell>>();

  get size(): number {
    return this.#bells.size;
  }

  add(topic: string, bell: Bell): { remove(): void } {
    const bells = this.#bells.get(topic) ?? new Set();
    this.#bells.set(topic, bells.add(bell));
    return {
      remove: () => {
        bells.delete(bell);
        if (bells.size === 0 && this.#bells.get(topic) === bells) this.#bells.delete(topic);
      },
    };
  }

  ring(topic: string): void {
    for (const bell of this.#bells.get(topic) ?? []) bell.ring();
  }

  ringAll(): void {
    for (const bells of this.#bells.values()) for (const bell of bells) bell.ring();
  }
}
