/** A 64-bit integer that all threads of the process can reach. */
export interface Cell {
  readonly numbers: BigInt64Array<SharedArrayBuffer>;
  readonly index: number;
}

const FIRST_CHUNK = 64;
const LARGEST_CHUNK = 8192;

/** Hands out cells; memory that threads share cannot be given back, and comes in growing pieces. */
export class Cells {
  #numbers: BigInt64Array<SharedArrayBuffer> | undefined;
  #used = 0;

  next(): Cell {
    if (this.#numbers === undefined || this.#used === this.#numbers.length) {
      const length = Math.min(LARGEST_CHUNK, (this.#numbers?.length ?? FIRST_CHUNK / 2) * 2);
      this.#numbers = new BigInt64Array(new SharedArrayBuffer(length * BigInt64Array.BYTES_PER_ELEMENT));
      this.#used = 0;
    }
    return { numbers: this.#numbers, index: this.#used++ };
  }
}
