import { addToRow, emptyRow, finishRow, isPlainConsolidation, startRow } from "./consolidations.ts";
import type { FillCandidates, FillOrigin } from "./fill-candidates.ts";
import { filledRow } from "./fill-row.ts";
import { type FixedArchive, type Header, stateWord } from "./header.ts";
import { consolidationState } from "./layout.ts";

/** The open step of a data source: that of the first source file whose open step ends inside ours. */
export function fillOpenStep(
  target: Header,
  source: number,
  candidates: FillCandidates,
  origin: FillOrigin,
): void {
  const end = stepEnd(target);
  // Only files that have anything to say to an archive are asked at all.
  for (const { cf, pdpPerRow } of target.archives) {
    for (const { header, column } of candidates.of(origin, cf, pdpPerRow * target.step)) {
      if (header.dataSources[column]?.type !== target.dataSources[source]?.type) continue;
      if (stepEnd(header) <= end - target.step || stepEnd(header) > end) continue;
      if (header.lastReading(column) === "U") continue;
      target.setLastReading(source, header.lastReading(column));
      target.setValue(source, header.value(column));
      target.setUnknownSeconds(source, header.unknownSeconds(column));
      return;
    }
  }
}

function stepEnd({ lastUpdate, step }: Header): number {
  return lastUpdate - (lastUpdate % step) + step;
}

/** The open row of a data source in an archive: that of a source file if it stands where ours does, else made of points. */
export function fillOpenRow(
  target: Header,
  index: number,
  archive: FixedArchive,
  source: number,
  candidates: FillCandidates,
  origin: FillOrigin,
): void {
  const { cf, pdpPerRow } = archive;
  const secondsPerRow = pdpPerRow * target.step;
  const state = target.stateAt(index, source);
  const same = candidates
    .of(origin, cf, secondsPerRow)
    .find(
      (one) =>
        one.cf === cf &&
        one.secondsPerRow === secondsPerRow &&
        one.header.step === target.step &&
        stepEnd(one.header) === stepEnd(target),
    );
  if (same !== undefined) {
    const from = same.header.stateAt(same.archive, same.column) * 8;
    target.bytes.set(same.header.bytes.subarray(from, from + consolidationState.size), state * 8);
    return;
  }
  const averages = candidates.of(origin, "AVERAGE", target.step);
  const newest = stepEnd(target) - target.step;
  const point = (time: number) => filledRow(averages, "AVERAGE", 0.5, time - target.step, time);
  if (pdpPerRow === 1) {
    target.setDouble(state + stateWord.primary, point(newest));
    return;
  }
  if (!isPlainConsolidation(cf)) return;
  const rowEnd = newest - (newest % secondsPerRow);
  const complete = gathered(archive, rowEnd - secondsPerRow, rowEnd, target.step, point);
  const last = point(rowEnd);
  const { unknown } = complete;
  target.setDouble(state + stateWord.secondary, last);
  target.setDouble(
    state + stateWord.primary,
    unknown > pdpPerRow * archive.xff
      ? Number.NaN
      : finishRow(cf, complete.before, last, 1, pdpPerRow - unknown),
  );
  const open = gathered(archive, rowEnd, newest, target.step, point);
  target.setDouble(state + stateWord.value, open.known === 0 ? emptyRow(cf) : open.value);
  target.setUnsigned(state + stateWord.unknownPoints, open.unknown);
}

/** Points put together as updates, one at each step, would; `before`: without the last one. */
function gathered(
  { cf }: FixedArchive,
  begin: number,
  end: number,
  step: number,
  point: (time: number) => number,
): { before: number; value: number; known: number; unknown: number } {
  let value = isPlainConsolidation(cf) ? emptyRow(cf) : Number.NaN;
  let before = value;
  let known = 0;
  for (let time = begin + step; time <= end; time += step) {
    const x = point(time);
    before = value;
    if (Number.isNaN(x) || !isPlainConsolidation(cf)) continue;
    value = Number.isNaN(value) ? startRow(cf, x, 1) : addToRow(cf, value, x, 1);
    known++;
  }
  return { before, value, known, unknown: (end - begin) / step - known };
}
