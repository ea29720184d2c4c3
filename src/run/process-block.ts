import type { LogLevel, Mapping, Plain } from "../base/index.ts";
import type { Holder, Lease, Lock, Space } from "../unidist/index.ts";

/** What a script's `processBlock` is given: one object of plain data and a few functions. */
export interface ProcessInput {
  /** What flows through the pipeline: arguments, options, and the results of the steps before. A copy. */
  readonly pipeData: Mapping;
  /** The mapping that the step's tag stands in, as written; frozen. */
  readonly block: Mapping;
  /** The mapping around `block`; null at the top of the file. */
  readonly blockParent: Mapping | null;
  /** Lives as long as one request or the process; what a script changes is there for the next one. */
  readonly requestState: Mapping;
  /** What the caller of the block passed in. */
  readonly inputData: Mapping;
  /** The key that the step stands under: `run`. */
  readonly tag: string | null;
  /** The step's working directory (`cd`), an absolute path. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The block's command line arguments. */
  readonly args: readonly Plain[];
  /**
   * Locks, counters, state, queues and logs, shared with other threads, processes and machines. What is still held
   * when the script returns, fails or is stopped is given back.
   */
  readonly shared: SharedSpace;
  /** One line to the log, with the thread's name; level "info" if not given. */
  log(text: unknown, level?: LogLevel): void;
  /** Aborted when the step is to stop. */
  readonly signal: AbortSignal;
  /** For `longrunning: true`: one result, as if a run had returned it. */
  emit(result: Mapping): void;
}

/** A space as scripts have it: it is not theirs to close. Errors are Errors named `SharedError` with a `code`. */
export interface SharedSpace extends Omit<Space, "name" | "url" | "lock" | "close"> {
  lock(name: string): SharedLock;
}

export interface SharedLock extends Omit<Lock, "acquire"> {
  /**
   * First come, first served; null when `timeout` passes. Without `lease` it is held until released. Both in seconds.
   */
  acquire(options?: { timeout?: number; lease?: number; holder?: Partial<Holder> }): Promise<Lease | null>;
}

/**
 * A script's function, exported as `processBlock` or as the default. The mapping it returns is merged into pipe data;
 * nothing is fine too. What it throws fails the step.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: an async function without a return has this type
export type ProcessBlock = (input: ProcessInput) => Mapping | void | Promise<Mapping | void>;
