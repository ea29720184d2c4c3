import type { Mapping, Plain, Seconds } from "../base/index.ts";

/** A named set of shared things; one port, one file per backend. */
export interface Space {
  readonly name: string;
  readonly url: string;
  lock(name: string): Lock;
  counter(name: string): Counter;
  state(bucket: string): State;
  queue(name: string): Queue;
  locks(): Promise<readonly LockHolder[]>;
  counters(): Promise<readonly { name: string; value: bigint }[]>;
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
  /** Seconds since the epoch. */
  readonly since: number;
}

export interface Lease {
  /** Only ever grows: fencing. */
  readonly token: bigint;
  /** Aborted when the lease is lost or was broken by someone else (`procblock stop`). */
  readonly lost: AbortSignal;
  release(): Promise<void>;
  extend(lease?: Seconds): Promise<void>;
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
  readonly value: Plain | undefined;
}

export interface State {
  get(key: string): Promise<Plain | undefined>;
  set(key: string, value: Plain): Promise<void>;
  setWithExpiry(key: string, value: Plain, after: Seconds): Promise<void>;
  delete(key: string): Promise<boolean>;
  keys(): Promise<readonly string[]>;
  entries(): Promise<Mapping>;
  /** Atomic; `change` may be called again when somebody else was faster. */
  update(key: string, change: (value: Plain | undefined) => Plain | undefined): Promise<Plain | undefined>;
  compareAndSet(key: string, expected: Plain | undefined, value: Plain | undefined): Promise<boolean>;
  /** Current values first. A trailing `*` makes it a prefix. A slow reader gets the newest change of each key. */
  watch(keyOrPrefix: string, signal?: AbortSignal): AsyncIterable<StateChange>;
}

export interface QueueMessage {
  readonly position: bigint;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly key: string | undefined;
  readonly message: Plain;
}

export interface TakenMessage extends QueueMessage {
  readonly deliveries: number;
  ack(): Promise<void>;
  nack(): Promise<void>;
}

export interface Queue {
  push(message: Plain, options?: { key?: string }): Promise<bigint>;
  /** At most once. */
  pop(): Promise<QueueMessage | undefined>;
  /** At least once. */
  take(options?: { visibility?: Seconds; wait?: Seconds }): Promise<TakenMessage | undefined>;
  /** Newest last; removes nothing. */
  peek(options?: { last?: number }): Promise<readonly QueueMessage[]>;
  trim(options: { keep?: number; olderThan?: Seconds }): Promise<number>;
  length(): Promise<number>;
  subscribe(options?: { from?: bigint; signal?: AbortSignal }): AsyncIterable<QueueMessage>;
}
