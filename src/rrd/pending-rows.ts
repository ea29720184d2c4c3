import { remainder } from "./whole-division.ts";
import { writeDouble } from "./words.ts";

/** Rows of one archive that wait to be written: they follow each other, going round. */
export class PendingRows {
  readonly #rows: number;
  readonly #columns: number;
  #doubles: Float64Array<ArrayBuffer>;
  #words: Uint32Array<ArrayBuffer>;
  /** Row in the archive of the first that waits. */
  #first = 0;
  #count = 0;
  /** Row in the archive behind the last that waits. */
  #next = 0;

  /** `rows`: of the archive; `expected`: about how many will wait. */
  constructor(rows: number, columns: number, expected: number) {
    this.#rows = rows;
    this.#columns = columns;
    this.#doubles = new Float64Array(columns * expected);
    this.#words = new Uint32Array(this.#doubles.buffer);
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#count * this.#columns * 8;
  }

  /** False when the row does not follow the last one, or the archive has been gone round. */
  takes(row: number, count: number): boolean {
    return this.#count + count <= this.#rows && (this.#count === 0 || this.#next === row);
  }

  /** How many more rows would go once round the archive. */
  get room(): number {
    return this.#rows - this.#count;
  }

  /** `count` rows of `values` from the one at `from` on, to row `row` of the archive and behind; `takes` them. */
  add(row: number, values: Float64Array, from: number, count: number): void {
    if (this.#count === 0) this.#first = row;
    const into = this.#count * this.#columns;
    const length = count * this.#columns;
    this.#grow(into + length);
    const doubles = this.#doubles;
    const words = this.#words;
    const begin = from * this.#columns;
    for (let at = 0; at < length; at++) writeDouble(doubles, words, into + at, values[begin + at] as number);
    this.#count += count;
    this.#next = remainder(row + count, this.#rows);
  }

  #grow(needed: number): void {
    if (needed <= this.#doubles.length) return;
    const doubles = new Float64Array(Math.max(needed, 2 * this.#doubles.length));
    const words = new Uint32Array(doubles.buffer);
    // Bits, not doubles: unknowns keep theirs.
    words.set(this.#words);
    this.#doubles = doubles;
    this.#words = words;
  }

  /** Hands out what waits, in one piece or, around the archive's end, in two. */
  flush(write: (row: number, bytes: Uint8Array) => void): void {
    const rowBytes = this.#columns * 8;
    const bytes = new Uint8Array(this.#words.buffer, 0, this.size);
    const straight = Math.min(this.#count, this.#rows - this.#first);
    if (straight > 0) write(this.#first, bytes.subarray(0, straight * rowBytes));
    if (straight < this.#count) write(0, bytes.subarray(straight * rowBytes));
    this.#count = 0;
  }
}
