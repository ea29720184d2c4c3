import { type Clock, type Events, internalError } from "../../base/index.ts";
import type { Threads } from "../types.ts";

export interface ThreadsOptions {
  readonly clock: Clock;
  readonly events: Events;
  /** 0 ≤ x < 1: jitter of restarts. Default `Math.random`. */
  readonly random?: () => number;
}

/** The threads of one process, run by one scheduler. */
export function createThreads(_options: ThreadsOptions): Threads {
  throw internalError("not built yet");
}
