import { internalError } from "../base/index.ts";
import { advanceForecasts } from "./advance-forecasts.ts";
import { addToRow, emptyRow, finishRow, startRow } from "./consolidations.ts";
import type { PlainConsolidation } from "./definition.ts";
import { type FixedArchive, type Header, stateWord } from "./header.ts";
import { quotient, remainder } from "./whole-division.ts";
import { isKnown } from "./words.ts";
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
    const untilRow = archive.pdpPerRow - remainder(stepIndex, archive.pdpPerRow);
    const rule = space.rules[index];
    if (rule === undefined) throw internalError("an archive that cannot be consolidated");
    if (untilRow > elapsed) gatherPoints(header, space.points, index, rule, elapsed);
    else {
      const due = Math.min(quotient(elapsed - untilRow, archive.pdpPerRow) + 1, archive.rows);
      completeRow(header, space.points, index, rule, elapsed, untilRow);
      advanceRows(header, index, due, archive.rows, rows);
    }
  }
  if (space.forecast !== undefined) advanceForecasts(header, space.forecast, space.points, elapsed, rows);
}

/** The open row goes on. */
function gatherPoints(
  header: Header,
  points: Float64Array,
  archive: number,
  rule: PlainConsolidation,
  elapsed: number,
): void {
  for (let source = 0; source < points.length; source++) {
    const x = points[source] as number;
    const state = header.stateAt(archive, source);
    if (isKnown(x)) {
      const value = header.double(state + stateWord.value);
      header.setDouble(
        state + stateWord.value,
        isKnown(value) ? addToRow(rule, value, x, elapsed) : startRow(rule, x, elapsed),
      );
    } else {
      const unknown = header.unsigned(state + stateWord.unknownPoints);
      header.setUnsigned(state + stateWord.unknownPoints, unknown + elapsed);
    }
  }
}

/** The open row ends after `untilRow` of the steps; what is left of them begins another. */
function completeRow(
  header: Header,
  points: Float64Array,
  index: number,
  rule: PlainConsolidation,
  elapsed: number,
  untilRow: number,
): void {
  const { pdpPerRow, xff } = header.archives[index] as FixedArchive;
  const left = remainder(elapsed - untilRow, pdpPerRow);
  for (let source = 0; source < points.length; source++) {
    const x = points[source] as number;
    const state = header.stateAt(index, source);
    const value = header.double(state + stateWord.value);
    const unknown = header.unsigned(state + stateWord.unknownPoints) + (isKnown(x) ? 0 : untilRow);
    header.setDouble(state + stateWord.secondary, x);
    header.setDouble(
      state + stateWord.primary,
      unknown > pdpPerRow * xff ? Number.NaN : finishRow(rule, value, x, untilRow, pdpPerRow - unknown),
    );
    header.setDouble(
      state + stateWord.value,
      left > 0 && isKnown(x) ? startRow(rule, x, left) : emptyRow(rule),
    );
    header.setUnsigned(state + stateWord.unknownPoints, isKnown(x) ? 0 : left);
  }
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
  const next = current + due;
  header.setCurrentRow(archive, next < total ? next : next - total);
}
