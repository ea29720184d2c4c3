import { assertNever } from "../base/index.ts";
import type { ForecastArchive, ForecastConsolidation } from "./definition.ts";
import { readUnsigned, writeDouble, writeUnsigned } from "./words.ts";

/** The parameters of a forecast archive as its definition in the file holds them. */
export type Forecast = PredictionForecast | SeasonForecast | DeviationForecast | FailuresForecast;

interface Leaning {
  /** Index of the archive this one is computed from. */
  readonly leansOn: number;
}

export interface PredictionForecast extends Leaning {
  readonly kind: "prediction";
  readonly alpha: number;
  readonly beta: number;
  readonly period: number;
  /** The season is a factor rather than a summand. */
  readonly multiplies: boolean;
}

export interface SeasonForecast extends Leaning {
  readonly kind: "season" | "season of deviations";
  readonly gamma: number;
  readonly smoothingWindow: number;
  /** The row at which the season is smoothed after its first rounds. */
  readonly smoothIndex: number;
}

export interface DeviationForecast extends Leaning {
  readonly kind: "deviation";
}

export interface FailuresForecast extends Leaning {
  readonly kind: "failures";
  readonly deltaPositive: number;
  readonly deltaNegative: number;
  readonly window: number;
  readonly threshold: number;
}

/** Indexes into the ten parameters of an archive; what they mean depends on the consolidation function. */
const parameter = {
  alpha: 1,
  beta: 2,
  gamma: 1,
  smoothingWindow: 2,
  deltaPositive: 1,
  deltaNegative: 2,
  leansOn: 3,
  period: 4,
  smoothIndex: 4,
  window: 4,
  threshold: 5,
} as const;

/** How many results a FAILURES archive remembers at most: one byte each, newest first. */
export const LONGEST_WINDOW = 28;
/** Deviations that an observation may be off before it counts as a failure. */
const DELTA = 2;

/** `at`: word index of the archive's ten parameters. */
export function readForecast(
  cf: ForecastConsolidation,
  doubles: Float64Array,
  words: Uint32Array,
  at: number,
): Forecast {
  const double = (index: number) => doubles[at + index] as number;
  const whole = (index: number) => readUnsigned(words, at + index);
  const leansOn = whole(parameter.leansOn);
  switch (cf) {
    case "HWPREDICT":
    case "MHWPREDICT":
      return {
        kind: "prediction",
        leansOn,
        alpha: double(parameter.alpha),
        beta: double(parameter.beta),
        period: double(parameter.period),
        multiplies: cf === "MHWPREDICT",
      };
    case "SEASONAL":
    case "DEVSEASONAL":
      return {
        kind: cf === "SEASONAL" ? "season" : "season of deviations",
        leansOn,
        gamma: double(parameter.gamma),
        smoothingWindow: double(parameter.smoothingWindow),
        smoothIndex: whole(parameter.smoothIndex),
      };
    case "DEVPREDICT":
      return { kind: "deviation", leansOn };
    case "FAILURES":
      return {
        kind: "failures",
        leansOn,
        deltaPositive: double(parameter.deltaPositive),
        deltaNegative: double(parameter.deltaNegative),
        window: whole(parameter.window),
        threshold: whole(parameter.threshold),
      };
    default:
      return assertNever(cf);
  }
}

/** `name`: of the file, which spreads the smoothing of many files over time. */
export function writeForecast(
  archive: ForecastArchive,
  doubles: Float64Array,
  words: Uint32Array,
  at: number,
  name: string,
): void {
  const double = (index: number, value: number) => writeDouble(doubles, words, at + index, value);
  const whole = (index: number, value: number) => writeUnsigned(words, at + index, value);
  whole(parameter.leansOn, archive.leansOn);
  switch (archive.cf) {
    case "HWPREDICT":
    case "MHWPREDICT":
      double(parameter.alpha, archive.alpha);
      double(parameter.beta, archive.beta);
      double(parameter.period, archive.period);
      break;
    case "SEASONAL":
    case "DEVSEASONAL":
      double(parameter.gamma, archive.gamma);
      double(parameter.smoothingWindow, archive.smoothingWindow ?? DEFAULT_SMOOTHING);
      whole(parameter.smoothIndex, smoothIndex(name, archive.rows));
      break;
    case "DEVPREDICT":
      break;
    case "FAILURES":
      double(parameter.deltaPositive, DELTA);
      double(parameter.deltaNegative, DELTA);
      whole(parameter.window, archive.window);
      whole(parameter.threshold, archive.threshold);
      break;
    default:
      assertNever(archive);
  }
}

export const DEFAULT_SMOOTHING = 0.05;

const HASH_START = 0x811c_9dc5n;
const HASH_FACTOR = 0x0100_0193n;

/** The FNV-1 hash of the name's bytes, 64 bits wide, over the number of rows. */
function smoothIndex(name: string, rows: number): number {
  let hash = HASH_START;
  for (const byte of new TextEncoder().encode(name))
    hash = BigInt.asUintN(64, hash * HASH_FACTOR) ^ BigInt(byte);
  return Number(hash % BigInt(rows));
}
