import { ArchiveRows } from "./archive-rows.ts";
import { isPlainConsolidation } from "./consolidations.ts";
import { Gathered, gatherTime } from "./gather-time.ts";
import type { FixedArchive, Header } from "./header.ts";
import type { KnownTimes } from "./known-time.ts";
import type { StorageFile } from "./storage.ts";
import { readWhole } from "./whole-io.ts";
import { writeDouble } from "./words.ts";

const PIECE = 64 * 1024;
/** Of a step, if most of it is unknown, nothing is known; so does rrdtool. */
const STEP_XFF = 0.5;

/** What an archive of the new file has in it. */
export interface FilledRows {
  /** Rows in which anything is known. */
  readonly known: number;
  /** The time they cover: from where the oldest begins to where the newest ends, epoch seconds. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Indexes of the old archives that they were made of. */
  readonly archives: readonly number[];
}

export type WritePiece = (bytes: Uint8Array, position: number) => void;

/** An archive as it is: not one bit changes. */
export function copiedRows(
  file: StorageFile,
  old: Header,
  index: number,
  target: FixedArchive,
  write: WritePiece,
): FilledRows {
  const rows = new ArchiveRows(file, old, index);
  const sources = old.dataSources.length;
  const length = rows.archive.rows * sources * 8;
  for (let at = 0; at < length; at += PIECE) {
    const bytes = new Uint8Array(new ArrayBuffer(Math.min(PIECE, length - at)));
    if (!readWhole(file, bytes, rows.archive.dataStart + at)) throw new Error("the file ended early");
    write(bytes, target.dataStart + at);
  }
  const count = new KnownRows(rows.newest, rows.secondsPerRow, rows.archive.rows);
  for (let row = 0; row < rows.archive.rows; row++) {
    for (let source = 0; source < sources; source++) {
      if (Number.isNaN(rows.value(row, source))) continue;
      count.add(row);
      break;
    }
  }
  return count.filled([index]);
}

/** Rows made of what the old file knows, the oldest first. */
export function consolidatedRows(
  header: Header,
  index: number,
  known: KnownTimes,
  write: WritePiece,
): FilledRows {
  const { cf, rows, pdpPerRow, xff, dataStart } = header.archives[index] as FixedArchive;
  const width = pdpPerRow * header.step;
  const newest = header.lastUpdate - (header.lastUpdate % width);
  const sources = header.dataSources.length;
  const times = isPlainConsolidation(cf) ? known.for(cf, width) : [];
  const most = Math.max(1, Math.floor(PIECE / (8 * sources)));
  const count = new KnownRows(newest, width, rows);
  const gathered = new Gathered();
  for (let first = 0; first < rows; first += most) {
    const bytes = new Uint8Array(new ArrayBuffer(Math.min(most, rows - first) * sources * 8));
    const doubles = new Float64Array(bytes.buffer);
    const words = new Uint32Array(bytes.buffer);
    for (let at = 0; at < doubles.length; at++) {
      const row = first + Math.floor(at / sources);
      const end = newest - (rows - 1 - row) * width;
      let value = Number.NaN;
      if (isPlainConsolidation(cf)) {
        gatherTime(times, at % sources, end - width, end, gathered);
        value = gathered.row(cf, width, pdpPerRow === 1 ? STEP_XFF : xff);
      }
      if (!Number.isNaN(value)) count.add(row);
      writeDouble(doubles, words, at, value);
    }
    write(bytes, dataStart + first * sources * 8);
  }
  const used = times.flatMap(({ archive }, at) =>
    gathered.used[at] && archive !== undefined ? [archive] : [],
  );
  return count.filled([...new Set(used)]);
}

class KnownRows {
  readonly #newest: number;
  readonly #width: number;
  readonly #rows: number;
  #count = 0;
  #first = -1;
  #last = -1;

  constructor(newest: number, width: number, rows: number) {
    this.#newest = newest;
    this.#width = width;
    this.#rows = rows;
  }

  /** In the order of time; the same row again is not counted. */
  add(row: number): void {
    if (row === this.#last) return;
    if (this.#first < 0) this.#first = row;
    this.#last = row;
    this.#count++;
  }

  filled(archives: readonly number[]): FilledRows {
    if (this.#count === 0) return { known: 0, from: undefined, to: undefined, archives: [] };
    const end = (row: number) => this.#newest - (this.#rows - 1 - row) * this.#width;
    return { known: this.#count, from: end(this.#first) - this.#width, to: end(this.#last), archives };
  }
}
