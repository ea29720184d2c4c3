import type { SeasonForecast } from "./forecast-parameters.ts";
import { DEFAULT_SMOOTHING } from "./forecast-parameters.ts";
import { forecastWord, isSeason } from "./forecast-state.ts";
import type { FixedArchive, Header } from "./header.ts";
import type { RowSink } from "./workspace.ts";

/** Replaces every row of every season by the mean of the rows around it. */
export function smoothSeasons(header: Header, rows: RowSink): void {
  header.archives.forEach((archive, index) => {
    if (archive.forecast !== undefined && isSeason(archive.forecast))
      smooth(header, rows, index, archive, archive.forecast);
  });
}

function smooth(
  header: Header,
  rows: RowSink,
  index: number,
  archive: FixedArchive,
  forecast: SeasonForecast,
): void {
  const window = header.formatVersion < 4 ? DEFAULT_SMOOTHING : forecast.smoothingWindow;
  const half = Math.floor((window / 2) * archive.rows);
  if (!(half > 0)) return;
  const sources = header.dataSources.length;
  const values = new Float64Array(archive.rows * sources);
  rows.readRows(index, 0, values);
  if (values.some(Number.isNaN)) return;
  const smoothed = new Float64Array(values.length);
  for (let source = 0; source < sources; source++) {
    const total = smoothColumn(values, smoothed, source, sources, archive.rows, half);
    if (forecast.kind === "season")
      moveBaseline(header, forecast, smoothed, source, sources, total / archive.rows);
  }
  rows.writeValues(index, 0, smoothed);
}

/** A running mean, going round; returns the sum of the means. The order of the operations decides the last bit. */
function smoothColumn(
  values: Float64Array,
  smoothed: Float64Array,
  source: number,
  sources: number,
  rows: number,
  half: number,
): number {
  const at = (row: number) => values[(((row % rows) + rows) % rows) * sources + source] as number;
  let sum = 0;
  for (let row = -half; row < half; row++) sum += at(row);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    sum += at(row + half);
    const mean = sum / (2 * half + 1);
    sum -= at(row - half);
    smoothed[row * sources + source] = mean;
    total += mean;
  }
  return total;
}

/** What all rows of a season have in common belongs to the level. */
function moveBaseline(
  header: Header,
  forecast: SeasonForecast,
  smoothed: Float64Array,
  source: number,
  sources: number,
  baseline: number,
): void {
  const prediction = header.archives[forecast.leansOn]?.forecast;
  const multiplies = prediction?.kind === "prediction" && prediction.multiplies;
  for (let at = source; at < smoothed.length; at += sources) {
    const value = smoothed[at] as number;
    smoothed[at] = multiplies ? value / baseline : value - baseline;
  }
  const intercept = header.stateAt(forecast.leansOn, source) + forecastWord.intercept;
  header.setDouble(intercept, header.double(intercept) + baseline);
}
