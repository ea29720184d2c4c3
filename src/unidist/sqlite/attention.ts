import type { Clock, Milliseconds, Timer } from "../../base/index.ts";
import type { Database } from "./database.ts";

/** Those who wait look by themselves, in case that nobody could wake them: not more often than this. */
const LOOK_EVERY = 100 as Milliseconds;

interface Waiting {
  count: number;
  timer: Timer | undefined;
}

/** Who in this thread wants to know of changes of which thing, and how they get to know. */
export class Attention {
  readonly #database: Database;
  /** Finds what is over or dead; true when it changed something. */
  readonly #tidy: (clock: Clock) => boolean;
  readonly #callbacks = new Map<bigint, Set<() => void>>();
  readonly #waiting = new Map<Clock, Waiting>();
  #dataVersion: unknown;

  constructor(database: Database, tidy: (clock: Clock) => boolean) {
    this.#database = database;
    this.#tidy = tidy;
  }

  get isEmpty(): boolean {
    return this.#callbacks.size === 0;
  }

  /** Calls `callback` when the thing may have changed, until the function that it returns is called. */
  add(thing: bigint, callback: () => void): () => void {
    const callbacks = this.#callbacks.get(thing) ?? new Set();
    callbacks.add(callback);
    this.#callbacks.set(thing, callbacks);
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0 && this.#callbacks.get(thing) === callbacks) this.#callbacks.delete(thing);
    };
  }

  /** The same for one who waits: also looks by the clock, and keeps the process alive. */
  wait(thing: bigint, clock: Clock, callback: () => void): () => void {
    const remove = this.add(thing, callback);
    const waiting = this.#waiting.get(clock) ?? { count: 0, timer: undefined };
    this.#waiting.set(clock, waiting);
    waiting.count++;
    waiting.timer ??= clock.after(LOOK_EVERY, () => this.#look(clock, waiting));
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      remove();
      if (--waiting.count > 0) return;
      waiting.timer?.cancel();
      waiting.timer = undefined;
      this.#waiting.delete(clock);
    };
  }

  /** Changed by this thread. */
  changed(thing: bigint): void {
    for (const callback of [...(this.#callbacks.get(thing) ?? [])]) callback();
  }

  /** Perhaps changed by others: somebody woke us. */
  lookNow(): void {
    if (this.#database.tryNow(() => this.#hasChanged()) !== false) this.callAll();
  }

  end(): void {
    for (const { timer } of this.#waiting.values()) timer?.cancel();
    this.#waiting.clear();
    this.#callbacks.clear();
  }

  #look(clock: Clock, waiting: Waiting): void {
    const found = this.#database.tryNow(() => {
      const tidied = this.#tidy(clock);
      return this.#hasChanged() || tidied;
    });
    if (found !== false) this.callAll();
    if (waiting.count > 0) waiting.timer = clock.after(LOOK_EVERY, () => this.#look(clock, waiting));
  }

  /** By somebody else than this connection. */
  #hasChanged(): boolean {
    const version = this.#database.one("PRAGMA data_version")?.[0];
    const before = this.#dataVersion;
    this.#dataVersion = version;
    return version !== before;
  }

  callAll(): void {
    for (const callbacks of [...this.#callbacks.values()]) for (const callback of [...callbacks]) callback();
  }
}
