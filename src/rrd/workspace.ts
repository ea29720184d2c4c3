import type { ComputeContext } from "./compute-operations.ts";
import { plainConsolidation } from "./consolidations.ts";
import type { PlainConsolidation } from "./definition.ts";
import type { Header } from "./header.ts";

/** Takes the rows that an update completes. */
export interface RowSink {
  /**
   * `count` rows behind row `current`, going round; the first holds each data source's primary value of the archive's
   * state, all others the secondary one.
   */
  writeRows(archive: number, current: number, count: number): void;
  /** Reads `into.length` values from the beginning of a row on. */
  readRows(archive: number, row: number, into: Float64Array): void;
  /** Writes whole rows from a row on. */
  writeValues(archive: number, row: number, values: Float64Array): void;
}

/** Working space of one file, so that updates allocate nothing. Amounts are rate x seconds. */
export interface Workspace {
  readonly amounts: Float64Array;
  /** What of the amounts belongs to the open step. */
  readonly parts: Float64Array;
  readonly points: Float64Array;
  readonly context: ComputeContext;
  /** One per archive; forecasts have none. */
  readonly rules: readonly (PlainConsolidation | undefined)[];
  /** undefined for files without forecasts. */
  readonly forecast: ForecastSpace | undefined;
}

export interface ForecastSpace {
  /** A row of a season. */
  readonly row: Float64Array;
  /** A season came to its end, so that all seasons are smoothed when the call is done. */
  smoothingDue: boolean;
}

export function workspaceFor(header: Header, context: ComputeContext): Workspace {
  const count = header.dataSources.length;
  const forecast = header.archives.some((archive) => archive.forecast !== undefined)
    ? { row: new Float64Array(count), smoothingDue: false }
    : undefined;
  const rules = header.archives.map(({ cf }) => plainConsolidation(cf));
  return {
    amounts: new Float64Array(count),
    parts: new Float64Array(count),
    points: new Float64Array(count),
    context,
    rules,
    forecast,
  };
}
