import { dividedByTens } from "./number-text.ts";

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
/** So many digits fit into 32 bits: computing with those is quicker than with doubles, and as exact. */
const MOST_SMALL_DIGITS = 9;
/** Far from where exponents end. */
const MOST_DIGITS = 200;

/**
 * Plain decimal numbers in a row of bytes: the everyday part of `parseNumber`, bit for bit, without a text being made.
 * All other numbers, faulty ones among them, are left to `parseNumber`.
 */
export class NumberBytes {
  #bytes = new Uint8Array(0);
  /** Where the next number begins; afterwards, the byte behind it. */
  at = 0;
  /** The number itself, in memory that no number has to be boxed for. */
  readonly value = new Float64Array(1);
  /** Digits of the number, which has neither sign nor point; 0 when it has one. */
  wholeDigits = 0;

  use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
  }

  /** Reads `12`, `-0.5`, `.5`; false for anything else. `end`: of the bytes. */
  read(end: number): boolean {
    const bytes = this.#bytes;
    let at = this.at;
    const negative = at < end && bytes[at] === MINUS;
    if (negative) at++;
    const begin = at;
    let point = -1;
    let small = 0;
    for (const stop = Math.min(end, begin + MOST_SMALL_DIGITS); at < stop; at++) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= ZERO + 9) small = (small * 10 + byte - ZERO) | 0;
      else if (byte === POINT && point < 0) point = at;
      else break;
    }
    let number: number = small;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= ZERO + 9) number = number * 10 + (byte - ZERO);
      else if (byte === POINT && point < 0) point = at;
      else break;
    }
    const digits = at - begin - (point < 0 ? 0 : 1);
    if (point >= 0 && digits <= MOST_DIGITS) number = dividedByTens(number, at - point - 1);
    this.at = at;
    this.value[0] = negative ? -number : number;
    this.wholeDigits = negative || point >= 0 ? 0 : digits;
    return digits > 0 && digits <= MOST_DIGITS;
  }
}
