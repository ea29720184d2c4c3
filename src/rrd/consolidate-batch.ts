import { MOST_READINGS } from "./batch-text.ts";
import { addToRow, emptyRow, finishRow, startRow } from "./consolidations.ts";
import type { PlainConsolidation } from "./definition.ts";
import { type FixedArchive, type Header, stateWord } from "./header.ts";
import type { RowWriter } from "./row-writer.ts";
import { remainder } from "./whole-division.ts";
import { isKnown } from "./words.ts";
import type { Workspace } from "./workspace.ts";

// Shared by all files, as the points of a batch are.
const rows = new Float64Array(MOST_READINGS);

/**
 * `consolidate` for many points at once, each standing for one step: archive by archive, so that what belongs to one is
 * looked up once only. `points`: one row of data sources per step, `count` of them, the first of step `firstStep`.
 */
export function consolidateBatch(
  header: Header,
  { rules }: Workspace,
  points: Float64Array,
  count: number,
  firstStep: number,
  writer: RowWriter,
): void {
  const sources = header.dataSources.length;
  for (let archive = 0; archive < rules.length; archive++) {
    const rule = rules[archive];
    const { pdpPerRow, rows: total } = header.archives[archive] as FixedArchive;
    let complete = count;
    if (pdpPerRow === 1 || rule === undefined) keepLast(header, archive, points, count);
    else {
      const untilRow = pdpPerRow - remainder(firstStep, pdpPerRow);
      for (let source = 0; source < sources; source++)
        complete = consolidateSource(header, archive, source, rule, points, count, untilRow);
    }
    if (complete === 0) continue;
    const current = header.currentRow(archive);
    writer.appendRows(archive, current, pdpPerRow === 1 ? points : rows, complete);
    header.setCurrentRow(archive, remainder(current + complete, total));
  }
}

/** With one step per row the points are the rows. */
function keepLast(header: Header, archive: number, points: Float64Array, count: number): void {
  const sources = header.dataSources.length;
  for (let source = 0; source < sources; source++)
    header.setDouble(
      header.stateAt(archive, source) + stateWord.primary,
      points[(count - 1) * sources + source] as number,
    );
}

/** Puts the rows of one data source into `rows`, and returns how many are complete. */
function consolidateSource(
  header: Header,
  archive: number,
  source: number,
  rule: PlainConsolidation,
  points: Float64Array,
  count: number,
  untilRow: number,
): number {
  const { pdpPerRow, xff } = header.archives[archive] as FixedArchive;
  const sources = header.dataSources.length;
  const state = header.stateAt(archive, source);
  const end = count * sources;
  const mostUnknown = pdpPerRow * xff;
  let value = header.double(state + stateWord.value);
  let unknown = header.unsigned(state + stateWord.unknownPoints);
  let until = untilRow;
  let complete = 0;
  let x = Number.NaN;
  for (let at = source; at < end; at += sources) {
    const point = points[at] as number;
    if (until > 1) {
      until--;
      if (!isKnown(point)) unknown++;
      else value = isKnown(value) ? addToRow(rule, value, point, 1) : startRow(rule, point, 1);
      continue;
    }
    x = point;
    if (!isKnown(x)) unknown++;
    rows[complete * sources + source] =
      unknown > mostUnknown ? Number.NaN : finishRow(rule, value, x, 1, pdpPerRow - unknown);
    value = emptyRow(rule);
    unknown = 0;
    until = pdpPerRow;
    complete++;
  }
  header.setDouble(state + stateWord.value, value);
  header.setUnsigned(state + stateWord.unknownPoints, unknown);
  if (complete > 0) {
    header.setDouble(state + stateWord.primary, rows[(complete - 1) * sources + source] as number);
    header.setDouble(state + stateWord.secondary, x);
  }
  return complete;
}
