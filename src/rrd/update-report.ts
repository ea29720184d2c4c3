import { exponential } from "./exponential.ts";
import { type Header, stateWord } from "./header.ts";

/** Rows that one part of an update completed in one archive, in the order they were written. */
export interface WrittenRows {
  readonly archive: number;
  readonly count: number;
  /** Of the first row, then of all others; one per data source. */
  readonly first: readonly number[];
  readonly others: readonly number[];
}

/** Takes down what a row writer is told to write. */
export function writtenRows(header: Header, archive: number, count: number): WrittenRows {
  const values = (slot: number) =>
    header.dataSources.map((_, source) => header.double(header.stateAt(archive, source) + slot));
  return { archive, count, first: values(stateWord.primary), others: values(stateWord.secondary) };
}

/**
 * The lines `rrdtool updatev` prints for one update from `before` to `after` (epoch seconds, the former with its fraction). An update that begins inside
 * a step and crosses several is taken in two parts: the open step, then the rest. From the second row of a part on,
 * rrdtool prints the time of the row behind it; so do we.
 */
export function updateReport(
  header: Header,
  before: number,
  after: number,
  written: readonly WrittenRows[],
): string[] {
  const { step } = header;
  const second = Math.floor(before);
  const openEnd = second - (second % step) + step;
  const newest = after - (after % step);
  // Whole seconds: with a fraction in `before` the open step's rows are told one too early.
  const open = Math.trunc(newest - before) % step;
  const inParts = newest > openEnd && open > 0;
  const seen = new Set<number>();
  return written.flatMap(({ archive, count, first, others }) => {
    const fixed = header.archives[archive];
    if (fixed === undefined) return [];
    const secondsPerRow = fixed.pdpPerRow * step;
    const ofOpenStep = inParts && !seen.has(archive) && openEnd % secondsPerRow === 0;
    seen.add(archive);
    const end = ofOpenStep ? second + open : after;
    const last = end - (end % secondsPerRow);
    const oldest = last - (count - 1) * secondsPerRow;
    return Array.from({ length: count }, (_, row) => {
      const time = row === 0 ? oldest : oldest + (row + 1) * secondsPerRow;
      const name = `[${time}]RRA[${fixed.cf}][${fixed.pdpPerRow}]`;
      const values = row === 0 ? first : others;
      return header.dataSources.map(
        (source, index) => `${name}DS[${source.name}] = ${exponential(values[index] ?? Number.NaN)}`,
      );
    }).flat();
  });
}
