import type { Clock, Seconds } from "../../base/index.ts";
import { DEFAULT_LOG_LIMIT } from "../limits.ts";
import { copyShareable, type SharedValue } from "../shared-value.ts";
import { Subscription } from "../subscription.ts";
import type { Log, LogEntry } from "../types.ts";

interface Follower {
  readonly pending: LogEntry[];
  readonly subscription: Subscription<LogEntry>;
}

export class MemoryLog implements Log {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #followers = new Set<Follower>();
  #entries: LogEntry[] = [];
  #next = 1n;

  constructor(clock: Clock, limit = DEFAULT_LOG_LIMIT) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get size(): number {
    return Math.min(this.#entries.length, this.#limit);
  }

  async append(entry: SharedValue): Promise<bigint> {
    const kept = { position: this.#next++, time: this.#clock.wall() / 1000, entry: copyShareable(entry) };
    this.#entries.push(kept);
    // Cut now and then, so that an entry costs the same however many there are.
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#kept();
    for (const { pending, subscription } of this.#followers) {
      pending.push(show(kept));
      // A reader that cannot keep up gets what the log itself would still have.
      if (pending.length > this.#limit) pending.shift();
      subscription.notify();
    }
    return kept.position;
  }

  tail(options: Parameters<Log["tail"]>[0] = {}): AsyncIterable<LogEntry> {
    const { lines = 10, since = Number.NEGATIVE_INFINITY, follow = false, signal } = options;
    const recent = this.#kept().filter(({ time }) => time >= since);
    const pending = recent.slice(Math.max(0, recent.length - lines)).map(show);
    const subscription = new Subscription<LogEntry>({
      signal,
      onEnd: () => void this.#followers.delete(follower),
      take: () => {
        const entry = pending.shift();
        if (entry === undefined && !follow) subscription.end();
        return entry;
      },
    });
    const follower: Follower = { pending, subscription };
    if (follow && signal?.aborted !== true) this.#followers.add(follower);
    return subscription;
  }

  async trim({ keep = this.#limit, olderThan }: { keep?: number; olderThan?: Seconds }): Promise<number> {
    const before = this.#kept();
    const oldest = olderThan === undefined ? Number.NEGATIVE_INFINITY : this.#clock.wall() / 1000 - olderThan;
    this.#entries = before.slice(Math.max(0, before.length - keep)).filter(({ time }) => time >= oldest);
    return before.length - this.#entries.length;
  }

  async length(): Promise<number> {
    return this.size;
  }

  end(): void {
    for (const { subscription } of this.#followers) subscription.end();
  }

  #kept(): LogEntry[] {
    return this.#entries.slice(Math.max(0, this.#entries.length - this.#limit));
  }
}

function show(kept: LogEntry): LogEntry {
  return { ...kept, entry: copyShareable(kept.entry) };
}
