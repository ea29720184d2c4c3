import type { Consolidation, DataSourceType } from "./definition.ts";

/** Everything an RRD file's header says. Unknown numbers are NaN. */
export interface RrdInfo {
  /** The path the file was opened by. */
  readonly file: string;
  /** "0003", "0004" or "0005". */
  readonly version: string;
  /** Seconds per primary data point. */
  readonly step: number;
  /** Epoch seconds of the last update, and its microseconds. */
  readonly lastUpdate: number;
  readonly lastUpdateMicroseconds: number;
  /** Bytes before the first row. */
  readonly headerSize: number;
  readonly dataSources: readonly DataSourceInfo[];
  readonly archives: readonly ArchiveInfo[];
}

export interface DataSourceInfo {
  readonly name: string;
  readonly type: DataSourceType;
  /** Seconds; of no meaning for COMPUTE. */
  readonly heartbeat: number;
  /** NaN = none. */
  readonly min: number;
  readonly max: number;
  /** The expression of a COMPUTE data source, e.g. `a,2,*`. */
  readonly expression?: string | undefined;
  /** The last reading as it was given, up to 29 bytes. */
  readonly lastReading: string;
  /** Rate x seconds gathered in the open step. */
  readonly value: number;
  readonly unknownSeconds: number;
}

export interface ArchiveInfo {
  readonly cf: Consolidation;
  readonly rows: number;
  readonly pdpPerRow: number;
  /** Index of the row written last. */
  readonly currentRow: number;
  /** Of AVERAGE, MIN, MAX, LAST; NaN for the others. */
  readonly xff: number;
  /** Seconds one row covers, and epoch seconds of the newest and the oldest row. */
  readonly secondsPerRow: number;
  readonly newest: number;
  readonly oldest: number;
  /** One per data source. */
  readonly consolidation: readonly ConsolidationState[];
}

export interface ConsolidationState {
  readonly value: number;
  readonly unknownPoints: number;
  readonly primary: number;
  readonly secondary: number;
}
