import type { Result } from "../base/index.ts";
import type { Consolidation } from "../rrd/index.ts";
import type { GraphCf } from "./definition.ts";

/** One column of a series: a stored field, or what is derived from its past. */
export interface ColumnRequest {
  readonly field: string;
  /** Path of another file than the source's own. */
  readonly file?: string;
  /** Default: that of the request. */
  readonly cf?: Consolidation;
  /** The values of this many seconds earlier. */
  readonly shift?: number;
  /** What the values were at the same time of earlier days (or weeks …). */
  readonly history?: History;
}

/** Of the values within `window` seconds around each of the `times` moments that lie `every` seconds apart. */
export interface History {
  readonly what: "mean" | "deviation";
  readonly every: number;
  readonly times: number;
  readonly window: number;
}

export interface SeriesRequest {
  readonly columns: readonly ColumnRequest[];
  readonly cf: GraphCf;
  /** Epoch seconds. */
  readonly start: number;
  readonly end: number;
  /** Wanted seconds per row: rows this wide or a little wider are enough. */
  readonly resolution: number;
}

/**
 * Evenly spaced rows: row `i` covers `start + i * step` up to `start + (i + 1) * step` (epoch seconds).
 * One column per requested one, in the order asked; NaN is unknown.
 */
export interface Series {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly columns: readonly Float64Array[];
  /** There are no finer rows than these. */
  readonly finest?: boolean;
}

/** What a picture is made of. */
export interface GraphSeries extends Series {
  /** Finer rows of the columns of `figuresRequest`, which figures are computed from; without them, from what is drawn. */
  readonly fine?: Series | undefined;
}

/** Where a graph gets its data from: a port, so that drawing knows no file format. */
export interface SeriesSource {
  fetch(request: SeriesRequest): Promise<Result<Series>>;
}
