import type { Plain, Problem } from "../base/index.ts";
import type { Thread } from "../run/index.ts";

/** Why a run ended. */
export type Ending =
  /** By itself: processed, or every thread had ended. */
  | "done"
  /** Asked to: `stop()`, a signal, or somebody took the lock `__running`. */
  | "stopped"
  /** The block failed; see `problems`. */
  | "failed";

/** A block that was started; it may run on after its first result. */
export interface BlockRun {
  /** Of the block, or of the value that its `__return_tag` names. Long-running: the first one. */
  readonly result: Plain;
  /** What runs now: interval, cron and long-running threads. */
  readonly threads: readonly Thread[];
  /** Whether the block stays after its first result, until it is told to stop. */
  readonly longrunning: boolean;
  /**
   * Releases the lock `__running`: no new runs; current ones get the grace time, then their signal, then their end.
   * Resolves when everything is stored and closed. May be called again and after the end.
   */
  stop(reason?: string): Promise<void>;
  /** Resolves when the run is over and everything is stored and closed. */
  readonly ended: Promise<{ readonly ending: Ending; readonly problems: readonly Problem[] }>;
}
