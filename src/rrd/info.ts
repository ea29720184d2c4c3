import type { Consolidation, DataSourceType } from "./definition.ts";
import type { Forecast } from "./forecast-parameters.ts";

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
  /** Parameters of forecast archives. */
  readonly forecast?: Forecast | undefined;
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
  /** Of forecast archives, whose `value` and `unknownPoints` mean nothing. */
  readonly forecast?: ForecastState | undefined;
}

/** "last…": before the newest observation. */
export type ForecastState =
  | {
      readonly kind: "prediction";
      readonly intercept: number;
      readonly lastIntercept: number;
      /** Per step. */
      readonly slope: number;
      readonly lastSlope: number;
      /** Steps since the last known observation, 1 when the newest is known. */
      readonly nullCount: number;
      readonly lastNullCount: number;
    }
  | {
      readonly kind: "season";
      readonly season: number;
      readonly lastSeason: number;
      /** How often the season has begun, as far as that was counted. */
      readonly rounds: number;
    }
  /** 1 for each step that was far from what was expected, newest first. */
  | { readonly kind: "failures"; readonly history: readonly number[] };
