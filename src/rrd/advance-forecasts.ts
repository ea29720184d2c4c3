import { internalError } from "../base/index.ts";
import type { SeasonForecast } from "./forecast-parameters.ts";
import { LONGEST_WINDOW } from "./forecast-parameters.ts";
import { forecastUpdates } from "./forecast-rules.ts";
import { forecastWord, historyAt, isSeason } from "./forecast-state.ts";
import { type FixedArchive, type Header, stateWord } from "./header.ts";
import type { ForecastSpace, RowSink } from "./workspace.ts";

/** The season is smoothed at the end of each of its first rounds, later once per round at a row of its own. */
const FIRST_ROUNDS = 3;
/** A gap of more steps than this is not followed step by step. */
const LONGEST_FOLLOWED = 2;

/** Takes the closed points, each standing for `elapsed` steps, into all forecast archives and writes their rows. */
export function advanceForecasts(
  header: Header,
  space: ForecastSpace,
  points: Float64Array,
  elapsed: number,
  rows: RowSink,
): void {
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    const forecast = archive?.forecast;
    if (archive === undefined || forecast === undefined) continue;
    if (isSeason(forecast)) {
      const due = isSmoothingDue(header, index, archive, forecast, elapsed);
      space.smoothingDue ||= due;
    }
    if (elapsed > LONGEST_FOLLOWED) skipGap(header, space, index, archive, elapsed, rows);
  }
  if (elapsed <= LONGEST_FOLLOWED) {
    follow(header, space, points, elapsed, stateWord.primary, rows);
    if (elapsed === 2) follow(header, space, points, elapsed, stateWord.secondary, rows);
  }
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    if (archive?.forecast === undefined) continue;
    const current = header.currentRow(index);
    const due = Math.min(elapsed, archive.rows);
    // Over a gap the season stays as it is.
    if (!isSeason(archive.forecast) || due === 1) rows.writeRows(index, current, due);
    header.setCurrentRow(index, (current + due) % archive.rows);
  }
}

function isSmoothingDue(
  header: Header,
  index: number,
  { rows }: FixedArchive,
  { smoothIndex }: SeasonForecast,
  elapsed: number,
): boolean {
  const current = header.currentRow(index);
  const counter = header.stateAt(index, 0) + forecastWord.rounds;
  const rounds = header.unsigned(counter);
  if (rounds > FIRST_ROUNDS)
    return current + elapsed >= (smoothIndex > current ? smoothIndex : rows + smoothIndex);
  if (current + elapsed < rows) return false;
  header.setUnsigned(counter, rounds + 1);
  return true;
}

/** After a longer gap the forecast goes on with the trend it had, at the season's new place. */
function skipGap(
  header: Header,
  { row }: ForecastSpace,
  index: number,
  archive: FixedArchive,
  elapsed: number,
  rows: RowSink,
): void {
  const { forecast } = archive;
  if (forecast === undefined) throw internalError("an archive without a forecast");
  const current = header.currentRow(index);
  const set = (offset: number, value: (source: number) => number) => {
    for (let source = 0; source < row.length; source++)
      header.setDouble(header.stateAt(index, source) + offset, value(source));
  };
  const forget = (value: number) => {
    set(stateWord.primary, () => value);
    set(stateWord.secondary, () => value);
  };
  switch (forecast.kind) {
    case "prediction":
      forget(Number.NaN);
      for (let source = 0; source < row.length; source++) {
        const state = header.stateAt(index, source);
        const { nullCount, lastNullCount } = forecastWord;
        header.setUnsigned(state + nullCount, header.unsigned(state + nullCount) + elapsed);
        header.setUnsigned(state + lastNullCount, header.unsigned(state + lastNullCount) + elapsed - 1);
      }
      break;
    case "season":
    case "season of deviations":
      rows.readRows(index, (current + elapsed) % archive.rows, row);
      set(forecastWord.lastSeason, (source) => row[source] as number);
      rows.readRows(index, (current + elapsed + 1) % archive.rows, row);
      set(forecastWord.season, (source) => row[source] as number);
      break;
    case "deviation":
      forget(Number.NaN);
      break;
    case "failures":
      forget(0);
      for (let source = 0; source < row.length; source++) {
        const at = historyAt(header, index, source);
        header.bytes.fill(0, at, at + LONGEST_WINDOW);
      }
      break;
  }
}

/** One step, or both steps of a gap, with the same points. `slot`: where the row's value goes. */
function follow(
  header: Header,
  { row }: ForecastSpace,
  points: Float64Array,
  elapsed: number,
  slot: number,
  rows: RowSink,
): void {
  const ahead = elapsed + (slot === stateWord.primary ? 1 : 2);
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    const forecast = archive?.forecast;
    if (archive === undefined || forecast === undefined) continue;
    if (isSeason(forecast)) rows.readRows(index, (header.currentRow(index) + ahead) % archive.rows, row);
    const update = forecastUpdates[forecast.kind];
    for (let source = 0; source < points.length; source++) {
      const value = update(header, index, source, points[source] as number, row[source] as number);
      header.setDouble(header.stateAt(index, source) + slot, value);
    }
  }
}
