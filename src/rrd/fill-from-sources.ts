import { FillCandidates, type FillOrigin, type FillSource } from "./fill-candidates.ts";
import { filledRow } from "./fill-row.ts";
import { fillOpenRow, fillOpenStep } from "./fill-state.ts";
import type { Header } from "./header.ts";
import type { StorageFile } from "./storage.ts";
import { writeWhole } from "./whole-io.ts";
import { writeDouble } from "./words.ts";

const PIECE = 64 * 1024;

/**
 * Takes into a new file what source files hold for its time, as `rrdtool create --source` does: the open step and the
 * open rows go into `target` at once; the returned function writes all rows, into a file that has the header already.
 * `origins`: one per data source of the new file. The rows end at the target's last update, whatever the sources hold
 * later than that. Throws what reading the sources throws. Where row boundaries of source and target do not fall together
 * and values are missing there, rrdtool's choice of the other archive is not always matched (about one file in a hundred
 * of random ones differs in a value).
 */
export function fillFromSources(
  target: Header,
  sources: readonly FillSource[],
  origins: readonly FillOrigin[],
): (file: StorageFile) => void {
  const candidates = new FillCandidates(sources);
  origins.forEach((origin, source) => {
    fillOpenStep(target, source, candidates, origin);
    target.archives.forEach((archive, index) => {
      fillOpenRow(target, index, archive, source, candidates, origin);
    });
  });
  return (file) => {
    for (let archive = 0; archive < target.archives.length; archive++)
      writeRows(target, archive, candidates, origins, file);
  };
}

function writeRows(
  target: Header,
  index: number,
  candidates: FillCandidates,
  origins: readonly FillOrigin[],
  file: StorageFile,
): void {
  const archive = target.archives[index];
  if (archive === undefined) return;
  const { cf, rows, pdpPerRow, xff, dataStart } = archive;
  const secondsPerRow = pdpPerRow * target.step;
  const newest = target.lastUpdate - (target.lastUpdate % secondsPerRow);
  const current = target.currentRow(index);
  const asked = origins.map((origin) => candidates.of(origin, cf, secondsPerRow));
  const most = Math.min(rows, Math.max(1, Math.floor(PIECE / (8 * origins.length))));
  const bytes = new Uint8Array(new ArrayBuffer(most * origins.length * 8));
  const doubles = new Float64Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    for (let at = 0; at < count; at++) {
      const end = newest - ((current - row - at + rows) % rows) * secondsPerRow;
      asked.forEach((one, column) => {
        const value = filledRow(one, cf, Number.isNaN(xff) ? 0 : xff, end - secondsPerRow, end);
        writeDouble(doubles, words, at * origins.length + column, value);
      });
    }
    writeWhole(file, bytes.subarray(0, count * origins.length * 8), dataStart + row * origins.length * 8);
  }
}
