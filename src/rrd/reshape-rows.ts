import { ArchiveRows } from "./archive-rows.ts";
import type { FillCandidates } from "./fill-candidates.ts";
import { filledRow } from "./fill-row.ts";
import type { FixedArchive, Header } from "./header.ts";
import type { ReshapePlan } from "./reshape-plan.ts";
import type { StorageFile } from "./storage.ts";
import { writeWhole } from "./whole-io.ts";
import { writeDouble } from "./words.ts";

const PIECE = 64 * 1024;

/**
 * Writes the rows of one archive of the new file: those it has already as they are, older ones (and all of a new archive)
 * made of what other archives know. New data sources and forecasts have no past.
 */
export function writeReshapedRows(
  from: StorageFile,
  to: StorageFile,
  old: Header,
  header: Header,
  index: number,
  plan: ReshapePlan,
  candidates: FillCandidates,
): void {
  const archive = header.archives[index] as FixedArchive;
  const kept = plan.archives[index];
  const there = kept === undefined ? undefined : new ArchiveRows(from, old, kept);
  const secondsPerRow = archive.pdpPerRow * header.step;
  const newest = header.lastUpdate - (header.lastUpdate % secondsPerRow);
  const current = header.currentRow(index);
  const asked = plan.sources.map((source, column) => {
    if (source === undefined || archive.forecast !== undefined) return [];
    return candidates.of({ name: header.dataSources[column]?.name ?? "" }, archive.cf, secondsPerRow);
  });
  const valueAt = (age: number, column: number): number => {
    const source = plan.sources[column];
    if (there !== undefined && source !== undefined && age < there.archive.rows)
      return there.value(there.archive.rows - 1 - age, source);
    const end = newest - age * secondsPerRow;
    return filledRow(asked[column] ?? [], archive.cf, archive.xff, end - secondsPerRow, end);
  };
  const columns = plan.sources.length;
  const most = Math.min(archive.rows, Math.max(1, Math.floor(PIECE / (8 * columns))));
  const bytes = new Uint8Array(new ArrayBuffer(most * columns * 8));
  const doubles = new Float64Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  for (let row = 0; row < archive.rows; row += most) {
    const count = Math.min(most, archive.rows - row);
    for (let at = 0; at < count; at++) {
      const age = (current - row - at + archive.rows) % archive.rows;
      for (let column = 0; column < columns; column++)
        writeDouble(doubles, words, at * columns + column, valueAt(age, column));
    }
    writeWhole(to, bytes.subarray(0, count * columns * 8), archive.dataStart + row * columns * 8);
  }
}
