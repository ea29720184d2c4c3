import type { Clock, Events, Mapping, Plain, Problem, Seconds } from "../base/index.ts";
import type { Space } from "../unidist/index.ts";
import type { Collector } from "./collect/types.ts";
import type { CommandRunner } from "./command/types.ts";
import type { ScriptRunner } from "./script/types.ts";
import type { RunResult, ThreadDefinition } from "./threads/definition.ts";

/** Everything that pipelines need from outside; the engine puts it together. */
export interface RunServices {
  readonly clock: Clock;
  readonly events: Events;
  readonly space: Space;
  readonly scripts: ScriptRunner;
  readonly commands: CommandRunner;
  readonly collector: Collector;
  readonly threads: Threads;
  /** 0 ≤ x < 1: jitter of retries and restarts. A seeded one in tests. */
  readonly random: () => number;
  /** `--once`: every step runs once, in series; no interval thread is started. */
  readonly once: boolean;
  readonly grace: Seconds;
  /** Name of the lock that the process holds while it runs: whoever releases it asks the process to stop. */
  readonly runningLock: string;
}

export type ThreadState =
  | "starting"
  | "running"
  | "waiting"
  | "restarting"
  | "stopping"
  | "finished"
  | "failed";

/** How a thread stands: plain data, shown as `run_thread.NAME` in results, by `ps`, the console and web pages. */
export interface ThreadStatus {
  readonly id: string;
  readonly kind: "interval" | "cron" | "long-running" | "simultaneous";
  readonly state: ThreadState;
  /** Seconds; undefined for cron and long-running threads. */
  readonly interval: number | undefined;
  readonly runs: number;
  readonly errors: number;
  /** Runs that were due and not started, by reason. */
  readonly skipped: number;
  readonly dropped: number;
  readonly restarts: number;
  /** Seconds since the epoch. */
  readonly startedAt: number | undefined;
  readonly lastRunAt: number | undefined;
  readonly lastDuration: number | undefined;
  readonly error: Problem | undefined;
}

/** One output of a thread, newest last in `history`. */
export interface ThreadOutput {
  /** Wall clock at the start of the run, seconds since the epoch. */
  readonly time: number;
  readonly seconds: number;
  readonly output: Mapping;
}

export interface Thread {
  readonly id: string;
  status(): ThreadStatus;
  latest(): ThreadOutput | undefined;
  history(): readonly ThreadOutput[];
  /** Resolves when the first result is there (or the thread ended without one). */
  first(): Promise<ThreadOutput | undefined>;
  /** How the first run ended, failed or not; undefined when the thread ended without one. */
  firstRun(): Promise<RunResult | undefined>;
  /** No new runs; the current one gets `grace`, then its signal, then its worker ends. */
  stop(grace: Seconds): Promise<void>;
  readonly ended: Promise<void>;
}

/** The threads of this process by id. */
export interface Threads {
  get(id: string): Thread | undefined;
  list(): readonly Thread[];
  /** Starts a thread; an ended one of the same id is replaced. A running one of that id: internal error. */
  start(definition: ThreadDefinition): Thread;
  /** No thread is started any more; resolves when all have ended. */
  stopAll(grace: Seconds): Promise<void>;
  /** The plain form of a thread in results. */
  handle(thread: Thread): Plain;
}
