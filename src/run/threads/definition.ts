import type { Mapping, Problem, Seconds } from "../../base/index.ts";

/** How one run of a thread ended. */
export type RunResult =
  | { readonly ok: true; readonly output: Mapping }
  | { readonly ok: false; readonly problem: Problem };

/** One run; `signal` is aborted when the thread stops and the grace time is over. */
export type RunBody = (signal: AbortSignal) => Promise<RunResult>;

/**
 * Runs until it ends or `signal` is aborted; each `emit` counts as one finished run. `dropped`: how many results
 * before this one were not passed on, because they came faster than they could be handled.
 */
export type LongRunBody = (
  signal: AbortSignal,
  emit: (output: Mapping, dropped?: number) => void,
) => Promise<RunResult>;

/** What to do when a long-running step ended. */
export interface RestartPolicy {
  readonly when: "always" | "failure" | "never";
  /** Before the first restart; doubles with each further one. */
  readonly delay: Seconds;
  readonly maxDelay: Seconds;
  /** Having lived this long counts as healthy: the delay starts over. */
  readonly healthyAfter: Seconds;
  /** Restarts without a healthy run in between before it is given up; undefined: never. */
  readonly giveUpAfter: number | undefined;
}

export interface ThreadCommon {
  readonly id: string;
  /** How many outputs are kept, at least 1. */
  readonly history: number;
  /** Shown in the plain form: what it runs. */
  readonly what: string;
  /** Called with each output, before readers see it; must not throw. */
  readonly stored?: ((output: Mapping, startedAt: number) => void) | undefined;
}

export type ThreadDefinition =
  | (ThreadCommon & {
      readonly kind: "interval";
      readonly interval: Seconds;
      readonly align: boolean;
      readonly overlap: "skip" | "queue";
      readonly duration: Seconds | undefined;
      readonly run: RunBody;
    })
  | (ThreadCommon & {
      readonly kind: "cron";
      /** The next time after `after`, both in milliseconds since the epoch; undefined: never again. */
      readonly next: (after: number) => number | undefined;
      readonly overlap: "skip" | "queue";
      readonly duration: Seconds | undefined;
      readonly run: RunBody;
    })
  | (ThreadCommon & {
      readonly kind: "long-running";
      readonly restart: RestartPolicy;
      readonly duration: Seconds | undefined;
      readonly run: LongRunBody;
    })
  | (ThreadCommon & { readonly kind: "simultaneous"; readonly delay: Seconds; readonly run: RunBody });
