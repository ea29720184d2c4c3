import type { Clock, Result } from "../base/index.ts";
import type { Consolidation } from "./definition.ts";
import type { RrdInfo } from "./info.ts";
import type { Storage } from "./storage.ts";

/** One reading: null, undefined and NaN are unknown; COUNTER and DERIVE take whole numbers (bigint beyond 2^53). */
export type Reading = number | bigint | null | undefined;

export interface OpenOptions {
  /** "read": every fetch sees what has been written until then; `info` what the last fetch or `reload` saw. */
  readonly mode: "read" | "write";
  /** For `N`, negative and at-style times, and for `farthestAhead`. Default: the system's. */
  readonly clock?: Clock | undefined;
  /**
   * An update more than this many seconds ahead of the clock is refused, because it would block the file until then.
   * Default one day; `Infinity` allows everything, as rrdtool does.
   */
  readonly farthestAhead?: number | undefined;
  readonly storage?: Storage | undefined;
}

export interface FetchRequest {
  readonly cf: Consolidation;
  /** Epoch seconds, `start <= end`. */
  readonly start: number;
  readonly end: number;
  /** Wanted seconds per row; default 1: the finest. */
  readonly resolution?: number | undefined;
  /**
   * Where a period has too many rows: only those that are stored, from a multiple of so many seconds (itself one of the
   * row's) to another. The answer is then shorter than what was asked for.
   */
  readonly storedAlong?: number | undefined;
  /** Only this data source; the answer has one column. */
  readonly only?: string | undefined;
  /**
   * Where the rows of `only` are put if they fit: memory to be used again and again. The answer's column is then a view
   * of it.
   */
  readonly scratch?: Float64Array | undefined;
}

export interface FetchedRows {
  /** Row k (from 0) covers the time from `start + k * step` (exclusive) to `start + (k + 1) * step`. */
  readonly start: number;
  readonly end: number;
  /** Seconds per row. */
  readonly step: number;
  readonly names: readonly string[];
  /** One per name, `(end - start) / step` long; NaN = unknown. */
  readonly columns: readonly Float64Array[];
}

export interface UpdateArgumentsOptions {
  /** The data sources that the values are for: `in:out`. */
  readonly template?: string | undefined;
  readonly skipPastUpdates?: boolean | undefined;
  /** Hears of every value stored in a row, in `rrdtool updatev`'s words, update by update. */
  readonly report?: ((line: string) => void) | undefined;
}

/**
 * An open RRD file. One writer per file: rrdtool's record locks cannot be taken from Node, so nothing else may write
 * while a handle is open for writing (readers may read at any time).
 */
export interface RrdFile {
  readonly path: string;
  readonly names: readonly string[];
  /** Seconds per primary data point. */
  readonly step: number;
  /** Epoch seconds with the fraction. */
  readonly lastUpdate: number;
  /**
   * Stores one reading per data source, in the order of `names`, at `time` (epoch seconds, fraction down to
   * microseconds). All readings are checked before anything changes. Problems: `rrd-late` (not later than the last
   * update), `rrd-too-far-ahead`, `rrd-reading`, `rrd-expression` (a COMPUTE data source cannot be
   * evaluated), `rrd-storage`, `rrd-failed` (an earlier write failed), `rrd-closed`.
   */
  update(time: number, readings: readonly Reading[]): Result<void>;
  /**
   * `["1600000000:1:U", "N:2:3"]` exactly as `rrdtool update` takes them, its faults included: arguments before the
   * first bad one stay stored, and a bad reading leaves the readings before it as the "last reading" of theirs.
   * `skipPastUpdates` ignores updates that come too late. Returns how many were stored.
   */
  updateArguments(updates: readonly string[], options?: UpdateArgumentsOptions): Result<number>;
  /** The rows of the archive that fits the request best, as `rrdtool fetch` chooses it. */
  fetch(request: FetchRequest): Result<FetchedRows>;
  /** `["AVERAGE", "-s", "end-1h"]` as `rrdtool fetch` takes them. */
  fetchArguments(words: readonly string[]): Result<FetchedRows>;
  info(): RrdInfo;
  /** Reads the header again: what another process wrote becomes visible. Also the way back after a failed write. */
  reload(): Result<void>;
  /** Makes everything written so far survive a power cut. A failure marks the file failed; it is never just retried. */
  sync(): Result<void>;
  /** The same beside everything else: updates may go on meanwhile, and the file may be closed. */
  syncBeside(): Promise<Result<void>>;
  /** False when the path was deleted, now names another file, or the file was cut off or overwritten in place. */
  stillThere(): boolean;
  /** Idempotent. */
  close(): void;
}
