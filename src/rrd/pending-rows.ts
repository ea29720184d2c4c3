import { writeDouble } from "./words.ts";

/** Rows of one archive that wait to be written: they follow each other, going round. */
export class PendingRows {
  readonly #rows: number;
  readonly #columns: number;
  #doubles = new Float64Array(0);
  #words = new Uint32Array(0);
  /** Row in the archive of the first that waits. */
  #first = 0;
  #count = 0;

  /** `rows`: of the archive. */
  constructor(rows: number, columns: number) {
    this.#rows = rows;
    this.#columns = columns;
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#count * this.#columns * 8;
  }

  /** False when the row does not follow the last one, or the archive has been gone round. */
  takes(row: number, count: number): boolean {
    return (
      this.#count + count <= this.#rows &&
      (this.#count === 0 || (this.#first + this.#count) % this.#rows === row)
    );
  }

  /** Makes room for one more row and returns where its values go. */
  add(row: number): number {
    if (this.#count === 0) this.#first = row;
    const at = this.#count * this.#columns;
    if (at + this.#columns > this.#doubles.length) this.#grow();
    this.#count++;
    return at;
  }

  set(at: number, value: number): void {
    writeDouble(this.#doubles, this.#words, at, value);
  }

  #grow(): void {
    const doubles = new Float64Array(Math.max(32 * this.#columns, 2 * this.#doubles.length));
    this.#words = new Uint32Array(doubles.buffer);
    // Bits, not doubles: unknowns keep theirs.
    this.#words.set(new Uint32Array(this.#doubles.buffer));
    this.#doubles = doubles;
  }

  /** Hands out what waits, in one piece or, around the archive's end, in two. */
  flush(write: (row: number, bytes: Uint8Array) => void): void {
    const rowBytes = this.#columns * 8;
    const bytes = new Uint8Array(this.#doubles.buffer, 0, this.size);
    const straight = Math.min(this.#count, this.#rows - this.#first);
    if (straight > 0) write(this.#first, bytes.subarray(0, straight * rowBytes));
    if (straight < this.#count) write(0, bytes.subarray(straight * rowBytes));
    this.#count = 0;
  }
}
