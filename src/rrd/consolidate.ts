import { internalError } from "../base/index.ts";
import { advanceForecasts } from "./advance-forecasts.ts";
import { type Header, stateWord } from "./header.ts";
import type { RowSink, Workspace } from "./workspace.ts";

/** Hands the closed points, each standing for `elapsed` steps, to every archive and writes the rows that are complete. */
export function consolidate(
  header: Header,
  space: Workspace,
  elapsed: number,
  stepIndex: number,
  rows: RowSink,
): void {
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    if (archive === undefined) throw internalError("an archive is missing");
    if (archive.forecast !== undefined) continue;
    if (archive.pdpPerRow === 1) {
      closeRow(header, space.points, index, elapsed);
      advanceRows(header, index, Math.min(elapsed, archive.rows), archive.rows, rows);
      continue;
    }
    const perRow = archive.pdpPerRow;
    const untilRow = perRow - (stepIndex % perRow);
    const due =
      untilRow <= elapsed ? Math.min(Math.floor((elapsed - untilRow) / perRow) + 1, archive.rows) : 0;
    const rule = space.rules[index];
    if (rule === undefined) throw internalError("an archive that cannot be consolidated");
    for (let source = 0; source < space.points.length; source++) {
      const x = space.points[source] as number;
      const state = header.stateAt(index, source);
      const value = header.double(state + stateWord.value);
      const unknown = header.unsigned(state + stateWord.unknownPoints);
      if (due === 0) {
        if (Number.isNaN(x)) header.setUnsigned(state + stateWord.unknownPoints, unknown + elapsed);
        else
          header.setDouble(
            state + stateWord.value,
            Number.isNaN(value) ? rule.first(x, elapsed) : rule.add(value, x, elapsed),
          );
        continue;
      }
      const unknownInRow = Number.isNaN(x) ? unknown + untilRow : unknown;
      header.setDouble(state + stateWord.secondary, x);
      header.setDouble(
        state + stateWord.primary,
        unknownInRow > perRow * archive.xff
          ? Number.NaN
          : rule.finish(value, x, untilRow, perRow - unknownInRow),
      );
      const left = (elapsed - untilRow) % perRow;
      header.setDouble(
        state + stateWord.value,
        left === 0 || Number.isNaN(x) ? rule.empty : rule.first(x, left),
      );
      header.setUnsigned(state + stateWord.unknownPoints, Number.isNaN(x) ? left : 0);
    }
    if (due > 0) advanceRows(header, index, due, archive.rows, rows);
  }
  if (space.forecast !== undefined) advanceForecasts(header, space.forecast, space.points, elapsed, rows);
}

/** With one step per row there is nothing to gather. */
function closeRow(header: Header, points: Float64Array, archive: number, elapsed: number): void {
  for (let source = 0; source < points.length; source++) {
    const x = points[source] as number;
    const state = header.stateAt(archive, source);
    header.setDouble(state + stateWord.primary, x);
    if (elapsed > 1) header.setDouble(state + stateWord.secondary, x);
  }
}

function advanceRows(header: Header, archive: number, due: number, total: number, rows: RowSink): void {
  const current = header.currentRow(archive);
  rows.writeRows(archive, current, due);
  header.setCurrentRow(archive, (current + due) % total);
}
