import type { Timer } from "../../base/index.ts";
import type { SharedValue } from "../shared-value.ts";
import type { QueueMessage } from "../types.ts";

/** A message that was not acknowledged yet. */
export interface Stored extends QueueMessage {
  deliveries: number;
  /** Set while somebody has taken it. */
  taken: Timer | undefined;
}

/**
 * Messages by position. Removal in the middle leaves a hole; holes at the front are cut off now and then, so that
 * every operation costs the same however long the queue is.
 */
export class Messages {
  readonly #slots: (Stored | undefined)[] = [];
  /** Index of the first slot that may be filled. */
  #head = 0;
  #base = 1n;
  #next = 1n;
  #count = 0;
  /** Keys of taken messages: later messages of the key wait, so that its order holds. */
  readonly #busyKeys = new Set<string>();

  get count(): number {
    return this.#count;
  }

  get nextPosition(): bigint {
    return this.#next;
  }

  add(message: SharedValue, key: string | undefined, time: number): Stored {
    const stored: Stored = { position: this.#next++, time, key, message, deliveries: 0, taken: undefined };
    this.#slots.push(stored);
    this.#count++;
    return stored;
  }

  has(stored: Stored): boolean {
    return this.#slots[Number(stored.position - this.#base)] === stored;
  }

  /** The oldest message that nobody has taken and whose key is not being worked on. */
  available(): Stored | undefined {
    for (let index = this.#head; index < this.#slots.length; index++) {
      const stored = this.#slots[index];
      if (stored === undefined || stored.taken !== undefined) continue;
      if (stored.key === undefined || !this.#busyKeys.has(stored.key)) return stored;
    }
    return undefined;
  }

  take(stored: Stored, timer: Timer): void {
    stored.taken = timer;
    stored.deliveries++;
    if (stored.key !== undefined) this.#busyKeys.add(stored.key);
  }

  giveBack(stored: Stored): void {
    stored.taken?.cancel();
    if (stored.taken !== undefined && stored.key !== undefined) this.#busyKeys.delete(stored.key);
    stored.taken = undefined;
  }

  remove(stored: Stored): void {
    this.giveBack(stored);
    this.#slots[Number(stored.position - this.#base)] = undefined;
    this.#count--;
    while (this.#head < this.#slots.length && this.#slots[this.#head] === undefined) this.#head++;
    if (this.#head > 1000 && this.#head * 2 > this.#slots.length) {
      this.#slots.splice(0, this.#head);
      this.#base += BigInt(this.#head);
      this.#head = 0;
    }
  }

  /** Oldest first. */
  *all(): Generator<Stored> {
    for (let index = this.#head; index < this.#slots.length; index++) {
      const stored = this.#slots[index];
      if (stored !== undefined) yield stored;
    }
  }

  /** The last `count`, newest last. */
  last(count: number): Stored[] {
    const found: Stored[] = [];
    for (let index = this.#slots.length - 1; index >= this.#head && found.length < count; index--) {
      const stored = this.#slots[index];
      if (stored !== undefined) found.push(stored);
    }
    return found.reverse();
  }
}
