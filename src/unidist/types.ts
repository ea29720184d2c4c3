import type { Seconds } from "../base/index.ts";
import type { SharedMapping, SharedValue } from "./shared-value.ts";

/**
 * A named set of shared things; one port, one folder per backend. Every operation may throw a `SharedError`; besides
 * those named at the operations: `bad-name`, `closed`, `unavailable` (the store cannot be reached or written now; the
 * operation had no effect, or its message says that this is not known), `newer-schema`. Times are in seconds.
 */
export interface Space {
  readonly name: string;
  readonly url: string;
  lock(name: string): Lock;
  counter(name: string): Counter;
  state(bucket: string): State;
  queue(name: string): Queue;
  log(name: string): Log;
  /** What is held now. */
  locks(): Promise<readonly LockHolder[]>;
  counters(): Promise<readonly { name: string; value: bigint }[]>;
  /** Buckets that hold something. */
  states(): Promise<readonly { name: string; keys: number }[]>;
  /** Queues that were ever used; `taken` of the messages are being worked on. */
  queues(): Promise<readonly { name: string; length: number; taken: number }[]>;
  logs(): Promise<readonly { name: string; length: number }[]>;
  /** Gives back what this handle still holds, ends its watchers and subscribers. Idempotent. */
  close(): Promise<void>;
}

/** Who asks: shown in `locks()`. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly thread: string;
  readonly block: string;
}

export interface LockHolder extends Holder {
  readonly lock: string;
  readonly token: bigint;
  /** number since the epoch. */
  readonly since: number;
}

export interface Lease {
  /** Only ever grows: fencing. */
  readonly token: bigint;
  /** Aborted when the lease is lost or was broken by someone else (`procblock stop`). */
  readonly lost: AbortSignal;
  /** `not-held` when it was lost, broken or released before. */
  release(): Promise<void>;
  /** From now on; default: the time that `acquire` was given. `not-held`. */
  extend(lease?: number): Promise<void>;
}

export interface Lock {
  /** First come, first served; null when `timeout` passes or `signal` is aborted. Without `lease` it is held until released. */
  acquire(options?: {
    timeout?: Seconds;
    lease?: Seconds;
    holder?: Partial<Holder>;
    signal?: AbortSignal;
  }): Promise<Lease | null>;
  isLocked(): Promise<boolean>;
  /** Who holds it, if anybody does. */
  list(): Promise<readonly LockHolder[]>;
  /** Takes it away from whoever holds it: how `__running` is released from outside. False when nobody does. */
  breakLock(): Promise<boolean>;
}

/** 64-bit integers; overflow is an error, never a wrong number. */
export interface Counter {
  get(): Promise<bigint>;
  set(value: bigint | number): Promise<void>;
  /** Returns the previous value. */
  getSet(value: bigint | number): Promise<bigint>;
  /** Returns the new value. */
  increment(by?: bigint | number): Promise<bigint>;
  /** Returns the previous value. */
  getIncrement(by?: bigint | number): Promise<bigint>;
}

export interface StateChange {
  readonly key: string;
  /** Undefined when it was deleted or has expired. */
  readonly value: SharedValue | undefined;
}

export interface State {
  get(key: string): Promise<SharedValue | undefined>;
  set(key: string, value: SharedValue): Promise<void>;
  setWithExpiry(key: string, value: SharedValue, after: number): Promise<void>;
  delete(key: string): Promise<boolean>;
  keys(): Promise<readonly string[]>;
  entries(): Promise<SharedMapping>;
  /** Atomic; `change` may be called again when somebody else was faster. */
  update(
    key: string,
    change: (value: SharedValue | undefined) => SharedValue | undefined,
  ): Promise<SharedValue | undefined>;
  compareAndSet(
    key: string,
    expected: SharedValue | undefined,
    value: SharedValue | undefined,
  ): Promise<boolean>;
  /** Current values first. A trailing `*` makes it a prefix. A slow reader gets the newest change of each key. */
  watch(keyOrPrefix: string, signal?: AbortSignal): AsyncIterable<StateChange>;
}

export interface QueueMessage {
  readonly position: bigint;
  /** number since the epoch. */
  readonly time: number;
  readonly key: string | undefined;
  readonly message: SharedValue;
}

export interface TakenMessage extends QueueMessage {
  readonly deliveries: number;
  ack(): Promise<void>;
  nack(): Promise<void>;
}

export interface Queue {
  push(message: SharedValue, options?: { key?: string }): Promise<bigint>;
  /** All of them, one after the other, or none (`queue-full`). Returns their positions. */
  pushMany(messages: readonly SharedValue[], options?: { key?: string }): Promise<readonly bigint[]>;
  /** At most once. */
  pop(): Promise<QueueMessage | undefined>;
  /** At most `most` of them, oldest first. */
  popMany(most: number): Promise<readonly QueueMessage[]>;
  /** At least once. */
  take(options?: { visibility?: number; wait?: number }): Promise<TakenMessage | undefined>;
  /** Newest last; removes nothing. */
  peek(options?: { last?: number }): Promise<readonly QueueMessage[]>;
  trim(options: { keep?: number; olderThan?: number }): Promise<number>;
  length(): Promise<number>;
  subscribe(options?: { from?: bigint; signal?: AbortSignal }): AsyncIterable<QueueMessage>;
}

export interface LogEntry {
  readonly position: bigint;
  /** number since the epoch. */
  readonly time: number;
  readonly entry: SharedValue;
}

/** Entries in order, the newest 100,000 of them. */
export interface Log {
  /** Returns its position. */
  append(entry: SharedValue): Promise<bigint>;
  /**
   * The last `lines` (default 10; those not older than `since`, seconds since the epoch), oldest first; with `follow`
   * also what comes, until `signal` is aborted.
   */
  tail(options?: {
    lines?: number;
    since?: number;
    follow?: boolean;
    signal?: AbortSignal;
  }): AsyncIterable<LogEntry>;
  /** Returns how many went. */
  trim(options: { keep?: number; olderThan?: number }): Promise<number>;
  length(): Promise<number>;
}
