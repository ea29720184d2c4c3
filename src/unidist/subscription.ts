/** What watchers and subscribers iterate over: pushed from one side, pulled from the other. */
export class Subscription<T> implements AsyncIterableIterator<T> {
  readonly #take: () => T | undefined;
  readonly #onEnd: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.end();
  #wake: (() => void) | undefined;
  #ended = false;
  #error: Error | undefined;

  /** `take` hands out the next item, if there is one; `onEnd` runs once. */
  constructor(options: {
    take: () => T | undefined;
    onEnd: () => void;
    signal?: AbortSignal | undefined;
  }) {
    this.#take = options.take;
    this.#onEnd = options.onEnd;
    this.#signal = options.signal;
    if (this.#signal?.aborted === true) this.end();
    else this.#signal?.addEventListener("abort", this.#abort);
  }

  /** There may be something to take. */
  notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#onEnd();
    this.notify();
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      if (this.#ended) {
        const error = this.#error;
        this.#error = undefined;
        if (error !== undefined) throw error;
        return { done: true, value: undefined };
      }
      const value = this.#take();
      if (value !== undefined) return { done: false, value };
      // `take` may have found that nothing more will come.
      if (this.#ended) continue;
      await new Promise<void>((resolve) => {
        const before = this.#wake;
        this.#wake = () => {
          before?.();
          resolve();
        };
      });
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
