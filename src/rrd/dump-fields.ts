import type { Consolidation } from "./definition.ts";

/** One of the 8-byte slots of an archive or of a consolidation state, by the name it has in a dump. */
export interface DumpField {
  readonly tag: string;
  readonly slot: number;
  readonly kind: "number" | "count";
  /** Files of older versions have none of it. */
  readonly sinceVersion?: number;
}

const number = (tag: string, slot: number): DumpField => ({ tag, slot, kind: "number" });
const count = (tag: string, slot: number): DumpField => ({ tag, slot, kind: "count" });

const dependent = count("dependent_rra_idx", 3);
const plain = [number("xff", 0)];
const predicting = [number("hw_alpha", 1), number("hw_beta", 2), dependent];
const seasonal = [
  number("seasonal_gamma", 1),
  count("seasonal_smooth_idx", 4),
  { ...number("smoothing_window", 2), sinceVersion: 4 },
  dependent,
];

export const parameterFields: Readonly<Record<Consolidation, readonly DumpField[]>> = {
  AVERAGE: plain,
  MIN: plain,
  MAX: plain,
  LAST: plain,
  HWPREDICT: predicting,
  MHWPREDICT: predicting,
  SEASONAL: seasonal,
  DEVSEASONAL: seasonal,
  DEVPREDICT: [dependent],
  FAILURES: [
    number("delta_pos", 1),
    number("delta_neg", 2),
    count("window_len", 4),
    count("failure_threshold", 5),
    dependent,
  ],
};

const latest = [number("primary_value", 8), number("secondary_value", 9)];
const plainState = [...latest, number("value", 0), count("unknown_datapoints", 1)];
const predictingState = [
  ...latest,
  number("intercept", 2),
  number("last_intercept", 3),
  number("slope", 4),
  number("last_slope", 5),
  count("nan_count", 6),
  count("last_nan_count", 7),
];
const seasonalState = [...latest, number("seasonal", 2), number("last_seasonal", 3), count("init_flag", 6)];

export const stateFields: Readonly<Record<Consolidation, readonly DumpField[]>> = {
  AVERAGE: plainState,
  MIN: plainState,
  MAX: plainState,
  LAST: plainState,
  HWPREDICT: predictingState,
  MHWPREDICT: predictingState,
  SEASONAL: seasonalState,
  DEVSEASONAL: seasonalState,
  DEVPREDICT: latest,
  // Behind these stands the history: one byte per violation, newest first, over the first slots.
  FAILURES: latest,
};

/** The slot of a FAILURES archive's parameters that says how many bytes of history count. */
export const WINDOW_LENGTH_SLOT = 4;
/** Bytes of history; only ten of them come back from a dump. */
export const HISTORY_BYTES = 28;
export const RESTORED_HISTORY_BYTES = 10;
