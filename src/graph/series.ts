import type { Result } from "../base/index.ts";
import type { GraphCf } from "./definition.ts";

export interface SeriesRequest {
  readonly fields: readonly string[];
  readonly cf: GraphCf;
  /** Epoch seconds. */
  readonly start: number;
  readonly end: number;
  /** Wanted seconds per row: rows this wide or a little wider are enough. */
  readonly resolution: number;
}

/**
 * Evenly spaced rows: row `i` covers `start + i * step` up to `start + (i + 1) * step` (epoch seconds).
 * One column per requested field, in the order asked; NaN is unknown.
 */
export interface Series {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly columns: readonly Float64Array[];
}

/** Where a graph gets its data from: a port, so that drawing knows no file format. */
export interface SeriesSource {
  fetch(request: SeriesRequest): Promise<Result<Series>>;
}
