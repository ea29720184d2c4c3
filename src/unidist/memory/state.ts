import { isDeepStrictEqual } from "node:util";
import {
  type Clock,
  copyPlain,
  emptyMapping,
  type Mapping,
  type Milliseconds,
  type Plain,
  type Seconds,
  setKey,
  type Timer,
} from "../../base/index.ts";
import { checkName, copyShareable } from "../limits.ts";
import { Subscription } from "../subscription.ts";
import type { State, StateChange } from "../types.ts";

interface Entry {
  readonly value: Plain;
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

  async get(key: string): Promise<Plain | undefined> {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : copyPlain(entry.value);
  }

  async set(key: string, value: Plain): Promise<void> {
    this.#put(key, copyShareable(value), undefined);
  }

  async setWithExpiry(key: string, value: Plain, after: Seconds): Promise<void> {
    this.#put(key, copyShareable(value), after);
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key);
  }

  async keys(): Promise<readonly string[]> {
    return [...this.#entries.keys()];
  }

  async entries(): Promise<Mapping> {
    const all = emptyMapping();
    for (const [key, entry] of this.#entries) setKey(all, key, copyPlain(entry.value));
    return all;
  }

  async update(
    key: string,
    change: (value: Plain | undefined) => Plain | undefined,
  ): Promise<Plain | undefined> {
    for (;;) {
      const before = this.#entries.get(key);
      const next = change(before === undefined ? undefined : copyPlain(before.value));
      // `change` is somebody's code and may itself have changed this key.
      if (this.#entries.get(key) !== before) continue;
      if (next === undefined) this.#remove(key);
      else this.#put(key, copyShareable(next), undefined);
      return next;
    }
  }

  async compareAndSet(key: string, expected: Plain | undefined, value: Plain | undefined): Promise<boolean> {
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
      if (matches(key)) pending.set(key, { key, value: copyPlain(entry.value) });
    if (signal?.aborted !== true) this.#watchers.add(watcher);
    return subscription;
  }

  end(): void {
    for (const entry of this.#entries.values()) entry.expiry?.cancel();
    for (const watcher of this.#watchers) watcher.subscription.end();
  }

  #put(key: string, value: Plain, after: Seconds | undefined): void {
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

  #changed(key: string, value: Plain | undefined): void {
    for (const watcher of this.#watchers) {
      if (!watcher.matches(key)) continue;
      watcher.pending.set(key, { key, value: value === undefined ? undefined : copyPlain(value) });
      watcher.subscription.notify();
    }
  }
}
