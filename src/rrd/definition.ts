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
/** Archives of the Holt-Winters forecast; such files can be read, not yet updated. */
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

export interface RrdDefinition {
  /** Whole seconds per primary data point, at least 1. */
  readonly step: number;
  /** Whole epoch seconds: updates must be later than this. */
  readonly start: number;
  readonly dataSources: readonly (DataSourceDefinition | ComputedDataSource)[];
  readonly archives: readonly ArchiveDefinition[];
}
