import type { Clock, Events, Mapping } from "../base/index.ts";

export interface PrepareOptions {
  /** Relative block files start here. Default: the process's working directory. */
  readonly cwd?: string | undefined;
  /** Environment of scripts and commands. Default: the process's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Where everything that happens is reported. Default: nowhere. */
  readonly events?: Events | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** 0 ≤ x < 1, for the jitter of retries and restarts. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

export interface StartOptions {
  /** What the caller passes in: the first pipe data. */
  readonly inputData?: Mapping | undefined;
  /** Lives as long as this run. */
  readonly requestState?: Mapping | undefined;
  /** Every step runs once, in series; no thread is started and nothing stays. */
  readonly once?: boolean | undefined;
  /** Seconds that current runs get when it stops. Default: `__usage.grace`, which is 10 by default. */
  readonly grace?: number | undefined;
  /** Name of the space for locks, counters, queues. Default: `__usage.space`, else the block's name. */
  readonly space?: string | undefined;
  /** URL of that space's store. Default: `__usage.store`, else `sqlite:`, the user's own file. */
  readonly store?: string | undefined;
  /** Aborting it is like calling `stop()`; a text as its reason is the reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunBlockOptions extends PrepareOptions, StartOptions {
  /** The block's own command line, checked against its `__usage`; what it says wins over `inputData`. */
  readonly args?: readonly string[] | undefined;
}
