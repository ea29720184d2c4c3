/** How a data source's readings become a rate; RRDtool's names. */
export type DataSourceType =
  | "GAUGE"
  | "COUNTER"
  | "DERIVE"
  | "ABSOLUTE"
  | "DCOUNTER"
  | "DDERIVE"
  /** Computed from the points of other data sources by an expression. */
  | "COMPUTE";

/** Consolidation functions whose rows come straight from primary data points. */
export type PlainConsolidation = "AVERAGE" | "MIN" | "MAX" | "LAST";
/** Archives of the Holt-Winters forecast: each leans on another one. */
export type ForecastConsolidation =
  | "HWPREDICT"
  | "MHWPREDICT"
  | "SEASONAL"
  | "DEVSEASONAL"
  | "DEVPREDICT"
  | "FAILURES";
export type Consolidation = PlainConsolidation | ForecastConsolidation;

export interface DataSourceDefinition {
  /** 1 to 19 of `A-Z a-z 0-9 _ -`. */
  readonly name: string;
  readonly type: Exclude<DataSourceType, "COMPUTE">;
  /** Whole seconds, at least 1: longer silence than this makes the time unknown. */
  readonly heartbeat: number;
  /** Smallest and largest rate that is believed, inclusive; undefined = any. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface ComputedDataSource {
  readonly name: string;
  readonly type: "COMPUTE";
  /** Reverse Polish, over data sources that stand before it: `in,8,*`. */
  readonly expression: string;
}

export interface ArchiveDefinition {
  readonly cf: PlainConsolidation;
  /** The share of a row's time that may be unknown, 0 <= xff < 1. */
  readonly xff: number;
  /** Steps per row, at least 1. */
  readonly pdpPerRow: number;
  /** Rows kept, at least 1. */
  readonly rows: number;
}

/** What a forecast expects: level, trend and season, each following the data at its own speed. */
export interface PredictionArchive {
  /** The season is added to level and trend, or multiplied with them. */
  readonly cf: "HWPREDICT" | "MHWPREDICT";
  /** At least `period`. */
  readonly rows: number;
  /** How fast level and trend follow; between 0 and 1, both exclusive. */
  readonly alpha: number;
  readonly beta: number;
  /** Steps per season. */
  readonly period: number;
  /** Index of the SEASONAL archive. */
  readonly leansOn: number;
}

/** One row per step of the season. */
export interface SeasonArchive {
  /** The season itself, or how far the data strays from what is expected. */
  readonly cf: "SEASONAL" | "DEVSEASONAL";
  readonly rows: number;
  /** How fast the season follows; between 0 and 1, both exclusive. */
  readonly gamma: number;
  /** Index of the HWPREDICT or MHWPREDICT archive. */
  readonly leansOn: number;
  /** Share of the season over which it is smoothed, 0 to 1; default 0.05. Format version 3 always takes the default. */
  readonly smoothingWindow?: number | undefined;
}

export interface DeviationArchive {
  readonly cf: "DEVPREDICT";
  readonly rows: number;
  /** Index of the DEVSEASONAL archive. */
  readonly leansOn: number;
}

/** 1 where at least `threshold` of the last `window` steps were far from what was expected, otherwise 0. */
export interface FailuresArchive {
  readonly cf: "FAILURES";
  readonly rows: number;
  /** 1 to 28, at most `window`. */
  readonly threshold: number;
  /** Steps, 1 to 28. */
  readonly window: number;
  /** Index of the DEVSEASONAL archive. */
  readonly leansOn: number;
}

export type ForecastArchive = PredictionArchive | SeasonArchive | DeviationArchive | FailuresArchive;

export interface RrdDefinition {
  /** Whole seconds per primary data point, at least 1. */
  readonly step: number;
  /** Whole epoch seconds: updates must be later than this. */
  readonly start: number;
  readonly dataSources: readonly (DataSourceDefinition | ComputedDataSource)[];
  readonly archives: readonly (ArchiveDefinition | ForecastArchive)[];
  /** The format version if the content does not need a newer one; default 3. */
  readonly formatVersion?: 3 | 4 | 5 | undefined;
}
