/** Reading and writing the 8-byte words and the texts of an RRD file. Word indexes count 8-byte words. */

const HIGH = 2 ** 32;
/** The unknown that rrdtool writes on x86-64 has the sign bit set; JavaScript's own NaN has not. */
const UNKNOWN_LOW = 0;
const UNKNOWN_HIGH = 0xfff8_0000;

/** False for NaN. A comparison, because V8 puts a double on the heap to call `Number.isNaN` with it. */
export function isKnown(value: number): boolean {
  return value <= Number.POSITIVE_INFINITY;
}

/** May be inexact from 2^53 on: check before believing a value from a file. */
export function readUnsigned(words: Uint32Array, index: number): number {
  return (words[2 * index + 1] as number) * HIGH + (words[2 * index] as number);
}

export function writeUnsigned(words: Uint32Array, index: number, value: number): void {
  words[2 * index] = value;
  words[2 * index + 1] = value < HIGH ? 0 : Math.floor(value / HIGH);
}

export function writeDouble(doubles: Float64Array, words: Uint32Array, index: number, value: number): void {
  if (isKnown(value)) doubles[index] = value;
  else {
    words[2 * index] = UNKNOWN_LOW;
    words[2 * index + 1] = UNKNOWN_HIGH;
  }
}

/** The text up to the first NUL; undefined when there is none within the field. */
export function readText(bytes: Uint8Array, at: number, length: number): string | undefined {
  let text = "";
  for (let i = at; i < at + length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0) return text;
    text += String.fromCharCode(byte);
  }
  return undefined;
}

/** Writes at most `length - 1` bytes and clears the rest. Characters beyond one byte never get here. */
export function writeText(bytes: Uint8Array, at: number, length: number, text: string): void {
  const used = Math.min(text.length, length - 1);
  for (let i = 0; i < used; i++) bytes[at + i] = text.charCodeAt(i);
  bytes.fill(0, at + used, at + length);
}
