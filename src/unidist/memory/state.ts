import { isDeepStrictEqual } from "node:util";
import {
  type Clock,
  emptyMapping,
  type Milliseconds,
  type Seconds,
  setKey,
  type Timer,
} from "../../base/index.ts";
import { checkName } from "../limits.ts";
import { copyShareable, type SharedMapping, type SharedValue } from "../shared-value.ts";
import { Subscription } from "../subscription.ts";
import type { State, StateChange } from "../types.ts";

interface Entry {
  readonly value: SharedValue;
  readonly expiry: Timer | undefined;
}

interface Watcher {
  readonly matches: (key: string) => boolean;
  /** Newest change per key: a slow watcher holds at most one change of each. */
  readonly pending: Map<string, StateChange>;
  readonly subscription: Subscription<StateChange>;
}

export class MemoryState implements State {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Set<Watcher>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  async get(key: string): Promise<SharedValue | undefined> {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : copyShareable(entry.value);
  }

  async set(key: string, value: SharedValue): Promise<void> {
    this.#put(key, copyShareable(value), undefined);
  }

  async setWithExpiry(key: string, value: SharedValue, after: Seconds): Promise<void> {
    this.#put(key, copyShareable(value), after);
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key);
  }

  async keys(): Promise<readonly string[]> {
    return [...this.#entries.keys()];
  }

  async entries(): Promise<SharedMapping> {
    const all: SharedMapping = emptyMapping();
    for (const [key, entry] of this.#entries) setKey(all as never, key, copyShareable(entry.value) as never);
    return all;
  }

  async update(
    key: string,
    change: (value: SharedValue | undefined) => SharedValue | undefined,
  ): Promise<SharedValue | undefined> {
    for (;;) {
      const before = this.#entries.get(key);
      const next = change(before === undefined ? undefined : copyShareable(before.value));
      // `change` is somebody's code and may itself have changed this key.
      if (this.#entries.get(key) !== before) continue;
      if (next === undefined) this.#remove(key);
      else this.#put(key, copyShareable(next), undefined);
      return next;
    }
  }

  async compareAndSet(
    key: string,
    expected: SharedValue | undefined,
    value: SharedValue | undefined,
  ): Promise<boolean> {
    const current = this.#entries.get(key)?.value;
    const wanted = expected === undefined ? undefined : copyShareable(expected);
    if (!isDeepStrictEqual(current, wanted)) return false;
    if (value === undefined) this.#remove(key);
    else this.#put(key, copyShareable(value), undefined);
    return true;
  }

  watch(keyOrPrefix: string, signal?: AbortSignal): AsyncIterable<StateChange> {
    const prefix = keyOrPrefix.endsWith("*") ? keyOrPrefix.slice(0, -1) : undefined;
    const pending = new Map<string, StateChange>();
    const matches = (key: string) => (prefix === undefined ? key === keyOrPrefix : key.startsWith(prefix));
    const subscription = new Subscription<StateChange>({
      signal,
      onEnd: () => void this.#watchers.delete(watcher),
      take: () => {
        for (const [key, change] of pending) {
          pending.delete(key);
          return change;
        }
        return undefined;
      },
    });
    const watcher: Watcher = { matches, pending, subscription };
    for (const [key, entry] of this.#entries)
      if (matches(key)) pending.set(key, { key, value: copyShareable(entry.value) });
    if (signal?.aborted !== true) this.#watchers.add(watcher);
    return subscription;
  }

  end(): void {
    for (const entry of this.#entries.values()) entry.expiry?.cancel();
    for (const watcher of this.#watchers) watcher.subscription.end();
  }

  #put(key: string, value: SharedValue, after: Seconds | undefined): void {
    checkName("key", key);
    this.#entries.get(key)?.expiry?.cancel();
    const expiry =
      after === undefined
        ? undefined
        : this.#clock.after((after * 1000) as Milliseconds, () => this.#remove(key));
    this.#entries.set(key, { value, expiry });
    this.#changed(key, value);
  }

  #remove(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    entry.expiry?.cancel();
    this.#entries.delete(key);
    this.#changed(key, undefined);
    return true;
  }

  #changed(key: string, value: SharedValue | undefined): void {
    for (const watcher of this.#watchers) {
      if (!watcher.matches(key)) continue;
      watcher.pending.set(key, { key, value: value === undefined ? undefined : copyShareable(value) });
      watcher.subscription.notify();
    }
  }
}
