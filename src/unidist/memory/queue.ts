import type { Clock, Milliseconds, Seconds } from "../../base/index.ts";
import { checkName, queueFull } from "../limits.ts";
import { SharedError } from "../shared-error.ts";
import { copyShareable, type SharedValue } from "../shared-value.ts";
import { Subscription } from "../subscription.ts";
import type { Queue, QueueMessage, TakenMessage } from "../types.ts";
import { Messages, type Stored } from "./messages.ts";

const DEFAULT_VISIBILITY = 30 as Seconds;

interface Subscriber {
  readonly pending: QueueMessage[];
  readonly subscription: Subscription<QueueMessage>;
}

export class MemoryQueue implements Queue {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #messages = new Messages();
  readonly #waiting = new Set<() => void>();
  readonly #subscribers = new Set<Subscriber>();

  constructor(name: string, clock: Clock, limit: number) {
    this.#name = name;
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Messages, and how many of them are being worked on. */
  get figures(): { length: number; taken: number } {
    let taken = 0;
    for (const stored of this.#messages.all()) if (stored.taken !== undefined) taken++;
    return { length: this.#messages.count, taken };
  }

  async push(message: SharedValue, options: { key?: string } = {}): Promise<bigint> {
    return (await this.pushMany([message], options))[0] as bigint;
  }

  async pushMany(messages: readonly SharedValue[], options: { key?: string } = {}): Promise<bigint[]> {
    if (options.key !== undefined) checkName("key", options.key);
    const copies = messages.map(copyShareable);
    if (this.#messages.count + copies.length > this.#limit) throw queueFull(this.#name, this.#limit);
    return copies.map((copy) => {
      const stored = this.#messages.add(copy, options.key, this.#clock.wall() / 1000);
      for (const subscriber of this.#subscribers) this.#deliver(subscriber, stored);
      this.#wakeOne();
      return stored.position;
    });
  }

  async pop(): Promise<QueueMessage | undefined> {
    const stored = this.#messages.available();
    if (stored === undefined) return undefined;
    this.#messages.remove(stored);
    return show(stored);
  }

  async popMany(most: number): Promise<readonly QueueMessage[]> {
    const popped: QueueMessage[] = [];
    while (popped.length < most) {
      const stored = this.#messages.available();
      if (stored === undefined) break;
      this.#messages.remove(stored);
      popped.push(show(stored));
    }
    return popped;
  }

  async take(options: { visibility?: Seconds; wait?: Seconds } = {}): Promise<TakenMessage | undefined> {
    const stored = this.#messages.available();
    if (stored !== undefined) return this.#take(stored, options.visibility);
    if (options.wait === undefined || options.wait <= 0) return undefined;
    return this.#wait(options.wait, options.visibility);
  }

  async peek(options: { last?: number } = {}): Promise<readonly QueueMessage[]> {
    return this.#messages.last(options.last ?? 25).map(show);
  }

  async trim(options: { keep?: number; olderThan?: Seconds }): Promise<number> {
    const { keep = Number.POSITIVE_INFINITY, olderThan } = options;
    const oldest = olderThan === undefined ? Number.NEGATIVE_INFINITY : this.#clock.wall() / 1000 - olderThan;
    let removed = 0;
    for (const stored of this.#messages.all()) {
      if (this.#messages.count <= keep && stored.time >= oldest) break;
      this.#messages.remove(stored);
      removed++;
    }
    return removed;
  }

  async length(): Promise<number> {
    return this.#messages.count;
  }

  subscribe(options: { from?: bigint; signal?: AbortSignal } = {}): AsyncIterable<QueueMessage> {
    const pending: QueueMessage[] = [];
    const subscription = new Subscription<QueueMessage>({
      signal: options.signal,
      onEnd: () => void this.#subscribers.delete(subscriber),
      take: () => pending.shift(),
    });
    const subscriber: Subscriber = { pending, subscription };
    const { from } = options;
    if (from !== undefined)
      for (const stored of this.#messages.all()) if (stored.position >= from) pending.push(show(stored));
    if (options.signal?.aborted !== true) this.#subscribers.add(subscriber);
    return subscription;
  }

  end(): void {
    for (const stored of this.#messages.all()) stored.taken?.cancel();
    for (const wake of [...this.#waiting]) wake();
    for (const subscriber of this.#subscribers) subscriber.subscription.end();
  }

  #wait(wait: Seconds, visibility: Seconds | undefined): Promise<TakenMessage | undefined> {
    return new Promise((resolve) => {
      const settle = () => {
        this.#waiting.delete(settle);
        timer.cancel();
        const stored = this.#messages.available();
        resolve(stored === undefined ? undefined : this.#take(stored, visibility));
      };
      const timer = this.#clock.after((wait * 1000) as Milliseconds, settle);
      this.#waiting.add(settle);
    });
  }

  #take(stored: Stored, visibility = DEFAULT_VISIBILITY): TakenMessage {
    const timer = this.#clock.after((visibility * 1000) as Milliseconds, () => this.#giveBack(stored));
    this.#messages.take(stored, timer);
    const delivery = stored.deliveries;
    const checkHeld = () => {
      if (this.#messages.has(stored) && stored.taken !== undefined && stored.deliveries === delivery) return;
      throw new SharedError(
        "lost",
        `message ${stored.position} of queue "${this.#name}" is not held any more: its time was over or it was trimmed`,
      );
    };
    return {
      ...show(stored),
      deliveries: delivery,
      ack: async () => {
        checkHeld();
        this.#messages.remove(stored);
        if (stored.key !== undefined) this.#wakeOne();
      },
      nack: async () => {
        checkHeld();
        this.#giveBack(stored);
      },
    };
  }

  #giveBack(stored: Stored): void {
    this.#messages.giveBack(stored);
    this.#wakeOne();
  }

  #wakeOne(): void {
    if (this.#messages.available() === undefined) return;
    for (const wake of this.#waiting) {
      wake();
      break;
    }
  }

  #deliver(subscriber: Subscriber, stored: Stored): void {
    if (subscriber.pending.length >= this.#limit) {
      subscriber.subscription.end(
        new SharedError("lost", `a subscriber of queue "${this.#name}" fell ${this.#limit} messages behind`),
      );
      return;
    }
    subscriber.pending.push(show(stored));
    subscriber.subscription.notify();
  }
}

function show(stored: Stored): QueueMessage {
  return {
    position: stored.position,
    time: stored.time,
    key: stored.key,
    message: copyShareable(stored.message),
  };
}
