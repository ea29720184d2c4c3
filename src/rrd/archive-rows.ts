import type { FixedArchive, Header } from "./header.ts";
import type { StorageFile } from "./storage.ts";
import { readWhole } from "./whole-io.ts";

const PIECE = 64 * 1024;

/** The rows of one archive in the order of time, read piece by piece as they are asked for. */
export class ArchiveRows {
  readonly archive: FixedArchive;
  readonly secondsPerRow: number;
  /** Epoch seconds of the newest row, which covers the time up to there. */
  readonly newest: number;
  readonly #file: StorageFile;
  readonly #sources: number;
  /** Stored index of the oldest row. */
  readonly #first: number;
  readonly #rowsPerPiece: number;
  readonly #bytes: Uint8Array;
  readonly #values: Float64Array;
  /** Stored index of the first row in memory. */
  #loaded = -1;

  constructor(file: StorageFile, header: Header, index: number) {
    this.archive = header.archives[index] as FixedArchive;
    this.secondsPerRow = this.archive.pdpPerRow * header.step;
    this.newest = header.lastUpdate - (header.lastUpdate % this.secondsPerRow);
    this.#file = file;
    this.#sources = header.dataSources.length;
    this.#first = (header.currentRow(index) + 1) % this.archive.rows;
    this.#rowsPerPiece = Math.min(this.archive.rows, Math.max(1, Math.floor(PIECE / (8 * this.#sources))));
    this.#bytes = new Uint8Array(new ArrayBuffer(this.#rowsPerPiece * this.#sources * 8));
    this.#values = new Float64Array(this.#bytes.buffer);
  }

  /** `row` counts from the oldest, 0. */
  value(row: number, source: number): number {
    const stored = (this.#first + row) % this.archive.rows;
    const inPiece = stored % this.#rowsPerPiece;
    if (stored - inPiece !== this.#loaded) this.#load(stored - inPiece);
    return this.#values[inPiece * this.#sources + source] as number;
  }

  #load(from: number): void {
    const rows = Math.min(this.#rowsPerPiece, this.archive.rows - from);
    const bytes = this.#bytes.subarray(0, rows * this.#sources * 8);
    if (!readWhole(this.#file, bytes, this.archive.dataStart + from * this.#sources * 8))
      throw new Error("the file ended early");
    this.#loaded = from;
  }
}
