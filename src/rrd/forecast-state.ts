import { assertNever } from "../base/index.ts";
import type { Forecast, SeasonForecast } from "./forecast-parameters.ts";
import { type Header, stateWord } from "./header.ts";

/** Word offsets inside a consolidation state; what they mean depends on the consolidation function. */
export const forecastWord = {
  intercept: stateWord.forecast,
  lastIntercept: stateWord.forecast + 1,
  slope: stateWord.forecast + 2,
  lastSlope: stateWord.forecast + 3,
  nullCount: stateWord.forecast + 4,
  lastNullCount: stateWord.forecast + 5,
  season: stateWord.forecast,
  lastSeason: stateWord.forecast + 1,
  /** How often the season has begun: it is smoothed each time at first. */
  rounds: stateWord.forecast + 4,
} as const;

export function isSeason(forecast: Forecast): forecast is SeasonForecast {
  return forecast.kind === "season" || forecast.kind === "season of deviations";
}

/** Byte offset of the results that a FAILURES archive remembers, newest first. */
export function historyAt(header: Header, archive: number, source: number): number {
  return header.stateAt(archive, source) * 8;
}

/** A forecast that has seen nothing yet. `state`: word index. */
export function startForecast(header: Header, forecast: Forecast, state: number): void {
  switch (forecast.kind) {
    case "prediction":
      header.setDouble(state + forecastWord.intercept, Number.NaN);
      header.setDouble(state + forecastWord.lastIntercept, Number.NaN);
      header.setDouble(state + forecastWord.slope, Number.NaN);
      header.setDouble(state + forecastWord.lastSlope, Number.NaN);
      header.setUnsigned(state + forecastWord.nullCount, 1);
      header.setUnsigned(state + forecastWord.lastNullCount, 1);
      return;
    case "season":
    case "season of deviations":
      header.setDouble(state + forecastWord.season, Number.NaN);
      header.setDouble(state + forecastWord.lastSeason, Number.NaN);
      header.setUnsigned(state + forecastWord.rounds, 1);
      return;
    case "deviation":
      header.setDouble(state + stateWord.value, Number.NaN);
      return;
    case "failures":
      return;
    default:
      assertNever(forecast);
  }
}
