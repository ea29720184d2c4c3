import { dividedByTens } from "./number-text.ts";

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
/** Integers below this are exact in every intermediate step. */
const MOST_EXACT_DIGITS = 15;
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

  use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
  }

  /** Reads `12`, `-0.5`, `.5`; NaN for anything else. `end`: of the bytes. */
  decimal(end: number): number {
    const bytes = this.#bytes;
    let at = this.at;
    const negative = at < end && bytes[at] === MINUS;
    if (negative) at++;
    let number = 0;
    let digits = 0;
    for (; at < end; at++, digits++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    if (at < end && bytes[at] === POINT) {
      const whole = digits;
      for (at++; at < end; at++, digits++) {
        const digit = (bytes[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        number = number * 10 + digit;
      }
      number = dividedByTens(number, digits - whole);
    }
    this.at = at;
    if (digits === 0 || digits > MOST_DIGITS) return Number.NaN;
    return negative ? -number : number;
  }

  /** Reads `12`; NaN for anything else and for what a double may not hold exactly. `end`: of the bytes. */
  whole(end: number): number {
    const bytes = this.#bytes;
    const begin = this.at;
    let at = begin;
    let number = 0;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    this.at = at;
    return at === begin || at - begin > MOST_EXACT_DIGITS ? Number.NaN : number;
  }
}
