import type { Milliseconds } from "../../base/index.ts";
import { SharedError } from "../shared-error.ts";
import { Bell } from "./bells.ts";
import type { PostgresPart } from "./part.ts";

/** When no notification comes: the connection that would have brought it may have been lost. */
const LOOK = 1000 as Milliseconds;

interface Reading<T> {
  readonly signal: AbortSignal | undefined;
  /** False: ends after what `begin` found. */
  readonly follow: boolean;
  /** What is there now, and from where `more` goes on. */
  begin(): Promise<readonly T[]>;
  /** What came since. Items that were handed out are not handed out again. */
  more(): Promise<readonly T[]>;
  /** Milliseconds until it has to look again without being told. */
  due?(): number | undefined;
  end?(): Promise<void>;
}

/**
 * Hands out what a statement finds, and goes on with what it finds later. Begins when it is made, not when it is first
 * asked: `begun` resolves when all that comes from then on will be seen. A store that is away is waited for.
 */
export class ChangeReader<T> implements AsyncIterableIterator<T> {
  readonly begun: Promise<unknown>;
  readonly #part: PostgresPart;
  readonly #reading: Reading<T>;
  readonly #bell = new Bell();
  readonly #stop = () => this.#end();
  #pending: T[] = [];
  #remove = () => {};
  #ended = false;
  #error: unknown;

  constructor(part: PostgresPart, reading: Reading<T>) {
    this.#part = part;
    this.#reading = reading;
    this.begun = this.#begin().catch((error: unknown) => {
      this.#error = error;
      this.#end();
    });
    const { signal } = reading;
    if (signal?.aborted === true) this.#end();
    signal?.addEventListener("abort", this.#stop);
    part.closed.addEventListener("abort", this.#stop);
  }

  async next(): Promise<IteratorResult<T>> {
    await this.begun;
    for (;;) {
      const item = this.#pending.shift();
      if (item !== undefined && !this.#ended) return { done: false, value: item };
      if (this.#ended || !this.#reading.follow) {
        this.#end();
        const error = this.#error;
        this.#error = undefined;
        if (error !== undefined) throw error;
        return { done: true, value: undefined };
      }
      await this.#fill();
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #begin(): Promise<void> {
    if (this.#reading.follow) {
      const { bell, remove } = await this.#part.bell();
      this.#remove = remove;
      void this.#forward(bell);
    }
    const found = await this.#reading.begin();
    this.#pending.push(...found);
  }

  /** One bell for the store's rings, our own timers and the end. */
  async #forward(bell: Bell): Promise<void> {
    while (!this.#ended) {
      await bell.wait();
      this.#bell.ring();
    }
  }

  async #fill(): Promise<void> {
    const wait = Math.min(LOOK, this.#reading.due?.() ?? LOOK);
    if (wait > 0) {
      const timer = this.#part.clock.after(wait as Milliseconds, () => this.#bell.ring());
      await this.#bell.wait();
      timer.cancel();
    }
    if (this.#ended) return;
    try {
      this.#pending.push(...(await this.#reading.more()));
    } catch (error) {
      // What comes meanwhile is there when the store is back.
      if (!(error instanceof SharedError) || error.code !== "unavailable") {
        this.#error = error;
        this.#end();
      }
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#pending = [];
    this.#reading.signal?.removeEventListener("abort", this.#stop);
    this.#part.closed.removeEventListener("abort", this.#stop);
    this.#remove();
    this.#bell.ring();
    this.#reading.end?.().catch(() => {});
  }
}
