import { internalError } from "../base/index.ts";
import type { Forecast, PredictionForecast } from "./forecast-parameters.ts";
import { forecastWord, historyAt } from "./forecast-state.ts";
import type { Header } from "./header.ts";

/**
 * Takes one observation of one data source into one archive (by index) and returns the row's value. `next`: the season
 * of the step behind this one. An archive earlier in the file has taken the observation in already: then its state
 * before that counts.
 */
export type ForecastUpdate = (
  header: Header,
  archive: number,
  source: number,
  observed: number,
  next: number,
) => number;

/** Additive and multiplicative seasons; the order of the operations decides the last bit. */
interface Model {
  expect(intercept: number, slope: number, steps: number, season: number): number;
  /** The observation without its season. */
  level(observed: number, season: number): number;
  /** What is left of the observation without its level. */
  season(observed: number, level: number): number;
  readonly noSeason: number;
}

const additive: Model = {
  expect: (intercept, slope, steps, season) => intercept + slope * steps + season,
  level: (observed, season) => observed - season,
  season: (observed, level) => observed - level,
  noSeason: 0,
};

const multiplicative: Model = {
  expect: (intercept, slope, steps, season) => (intercept + slope * steps) * season,
  level: (observed, season) => (season <= 0 ? Number.NaN : observed / season),
  season: (observed, level) => (level <= 0 ? Number.NaN : observed / level),
  noSeason: 1,
};

export const forecastUpdates: Readonly<Record<Forecast["kind"], ForecastUpdate>> = {
  prediction: predict,
  season: followSeason,
  "season of deviations": followDeviations,
  deviation: (header, archive, source) =>
    seasonFor(header, forecastOf(header, archive).leansOn, archive, source),
  failures: findFailure,
};

function predict(header: Header, archive: number, source: number, observed: number): number {
  const forecast = predictionOf(header, archive);
  const model = forecast.multiplies ? multiplicative : additive;
  const state = header.stateAt(archive, source);
  const intercept = header.double(state + forecastWord.intercept);
  const slope = header.double(state + forecastWord.slope);
  const steps = header.unsigned(state + forecastWord.nullCount);
  header.setDouble(state + forecastWord.lastIntercept, intercept);
  header.setDouble(state + forecastWord.lastSlope, slope);
  header.setUnsigned(state + forecastWord.lastNullCount, steps);
  const season = seasonFor(header, forecast.leansOn, archive, source);
  if (Number.isNaN(intercept) || Number.isNaN(slope) || Number.isNaN(season)) {
    if (Number.isNaN(intercept) && !Number.isNaN(observed)) {
      header.setDouble(state + forecastWord.intercept, observed);
      header.setDouble(state + forecastWord.lastIntercept, observed);
      header.setDouble(state + forecastWord.slope, 0);
      header.setDouble(state + forecastWord.lastSlope, 0);
      header.setUnsigned(state + forecastWord.nullCount, 1);
      header.setUnsigned(state + forecastWord.lastNullCount, 1);
    }
    return Number.NaN;
  }
  if (Number.isNaN(observed)) header.setUnsigned(state + forecastWord.nullCount, steps + 1);
  else {
    const level = nextLevel(forecast, model, observed, season, intercept, slope, steps);
    header.setDouble(state + forecastWord.intercept, level);
    header.setDouble(
      state + forecastWord.slope,
      forecast.beta * (level - intercept) + (1 - forecast.beta) * slope,
    );
    header.setUnsigned(state + forecastWord.nullCount, 1);
  }
  return model.expect(intercept, slope, steps, season);
}

function nextLevel(
  { alpha }: PredictionForecast,
  model: Model,
  observed: number,
  season: number,
  intercept: number,
  slope: number,
  steps: number,
): number {
  return alpha * model.level(observed, season) + (1 - alpha) * (intercept + slope * steps);
}

function followSeason(
  header: Header,
  archive: number,
  source: number,
  observed: number,
  next: number,
): number {
  const forecast = forecastOf(header, archive);
  if (forecast.kind !== "season") throw internalError("no season");
  const before = turnSeason(header, archive, source, next);
  if (Number.isNaN(observed)) return before;
  const prediction = predictionOf(header, forecast.leansOn);
  const model = prediction.multiplies ? multiplicative : additive;
  const state = header.stateAt(forecast.leansOn, source);
  const intercept = header.double(state + forecastWord.intercept);
  let level = intercept;
  if (forecast.leansOn < archive) {
    const lastIntercept = header.double(state + forecastWord.lastIntercept);
    const lastSlope = header.double(state + forecastWord.lastSlope);
    if (Number.isNaN(lastIntercept) || Number.isNaN(lastSlope)) return Number.NaN;
    if (Number.isNaN(before)) return model.season(observed, lastIntercept);
  } else {
    const slope = header.double(state + forecastWord.slope);
    if (Number.isNaN(intercept) || Number.isNaN(slope)) return model.noSeason;
    if (Number.isNaN(before)) return model.season(observed, intercept);
    const steps = header.unsigned(state + forecastWord.nullCount);
    level = nextLevel(prediction, model, observed, before, intercept, slope, steps);
  }
  return forecast.gamma * model.season(observed, level) + (1 - forecast.gamma) * before;
}

function followDeviations(
  header: Header,
  archive: number,
  source: number,
  observed: number,
  next: number,
): number {
  const forecast = forecastOf(header, archive);
  if (forecast.kind !== "season of deviations") throw internalError("no season of deviations");
  const before = turnSeason(header, archive, source, next);
  const expected = expectedFor(header, forecast.leansOn, archive, source);
  if (Number.isNaN(expected)) return Number.NaN;
  if (Number.isNaN(observed)) return before;
  const deviation = Math.abs(expected - observed);
  if (Number.isNaN(before)) return deviation;
  return forecast.gamma * deviation + (1 - forecast.gamma) * before;
}

function findFailure(header: Header, archive: number, source: number, observed: number): number {
  const forecast = forecastOf(header, archive);
  if (forecast.kind !== "failures") throw internalError("no failures");
  const deviations = forecast.leansOn;
  const prediction = forecastOf(header, deviations).leansOn;
  const season = forecastOf(header, prediction).leansOn;
  const expected = expectedFor(header, prediction, archive, source);
  // rrdtool looks at the place of the season, not of its deviations.
  const state = header.stateAt(deviations, source);
  const deviation = header.double(state + (season < archive ? forecastWord.lastSeason : forecastWord.season));
  const failed =
    !Number.isNaN(deviation) &&
    (Number.isNaN(observed) ||
      observed > expected + forecast.deltaPositive * deviation ||
      observed < expected - forecast.deltaNegative * deviation);
  const at = historyAt(header, archive, source);
  const { bytes } = header;
  bytes.copyWithin(at + 1, at, at + forecast.window - 1);
  bytes[at] = failed ? 1 : 0;
  let count = 0;
  for (let i = 0; i < forecast.window; i++) count += bytes[at + i] as number;
  return count >= forecast.threshold ? 1 : 0;
}

/** The season goes one step on; returns the one of the step that is taken in. */
function turnSeason(header: Header, archive: number, source: number, next: number): number {
  const state = header.stateAt(archive, source);
  const season = header.double(state + forecastWord.season);
  header.setDouble(state + forecastWord.lastSeason, season);
  header.setDouble(state + forecastWord.season, next);
  return season;
}

/** What was expected of this step, seen from an archive. */
function expectedFor(header: Header, prediction: number, archive: number, source: number): number {
  const forecast = predictionOf(header, prediction);
  const state = header.stateAt(prediction, source);
  const done = prediction < archive;
  const intercept = header.double(state + (done ? forecastWord.lastIntercept : forecastWord.intercept));
  const slope = header.double(state + (done ? forecastWord.lastSlope : forecastWord.slope));
  const steps = header.unsigned(state + (done ? forecastWord.lastNullCount : forecastWord.nullCount));
  const season = seasonFor(header, forecast.leansOn, archive, source);
  return (forecast.multiplies ? multiplicative : additive).expect(intercept, slope, steps, season);
}

/** The season of this step, seen from an archive. */
function seasonFor(header: Header, season: number, archive: number, source: number): number {
  const state = header.stateAt(season, source);
  return header.double(state + (season < archive ? forecastWord.lastSeason : forecastWord.season));
}

function predictionOf(header: Header, archive: number): PredictionForecast {
  const forecast = forecastOf(header, archive);
  if (forecast.kind !== "prediction") throw internalError("no prediction");
  return forecast;
}

function forecastOf(header: Header, archive: number): Forecast {
  const forecast = header.archives[archive]?.forecast;
  if (forecast === undefined) throw internalError("an archive without a forecast");
  return forecast;
}
