import { crc32 } from "node:zlib";
import { copyBytes, withRoom } from "./copy-bytes.ts";

/** `CHECKSUM LENGTH\n`, both of eight hexadecimal digits, before the bytes that one commit wrote. */
export const HEAD = 18;

const FIRST_ROOM = 4096;
const KEPT_ROOM = 1024 * 1024;
/** The longest there is before the bytes of an update: a letter, a number, and blanks. */
const BEFORE = 20;
const digits = Buffer.from("0123456789abcdef");

/** Gathers the lines of one block, in the memory that is written. */
export class JournalBlock {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_ROOM);
  #end = HEAD;

  /** Bytes of the lines. */
  get size(): number {
    return this.#end - HEAD;
  }

  text(lines: string): void {
    // A unit of UTF-16 takes at most three bytes.
    this.#bytes = withRoom(this.#bytes, this.#end, this.#end + 3 * lines.length);
    this.#end += this.#bytes.write(lines, this.#end);
  }

  /** The line `u ID UPDATE`, the update being the bytes from `from` up to `to`. */
  update(id: number, bytes: Buffer, from: number, to: number): void {
    const most = this.#end + BEFORE + (to - from);
    if (most > this.#bytes.length) this.#bytes = withRoom(this.#bytes, this.#end, most);
    const block = this.#bytes;
    let at = this.#end;
    block[at++] = 0x75;
    block[at++] = 0x20;
    at = putDecimal(block, at, id);
    block[at++] = 0x20;
    copyBytes(bytes, from, to, block, at);
    at += to - from;
    block[at++] = 0x0a;
    this.#end = at;
  }

  /** The whole block; valid until something is added. */
  sealed(): Buffer {
    const bytes = this.#bytes;
    putHex(bytes, 0, crc32(bytes.subarray(HEAD, this.#end)));
    bytes[8] = 0x20;
    putHex(bytes, 9, this.#end - HEAD);
    bytes[17] = 0x0a;
    return bytes.subarray(0, this.#end);
  }

  clear(): void {
    this.#end = HEAD;
    if (this.#bytes.length > KEPT_ROOM) this.#bytes = Buffer.allocUnsafe(FIRST_ROOM);
  }
}

export function blockOf(lines: string): Buffer {
  const block = new JournalBlock();
  block.text(lines);
  return block.sealed();
}

/** Returns the place behind it. */
function putDecimal(bytes: Buffer, at: number, value: number): number {
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = (rest / 10) | 0) end++;
  for (let rest = value, index = end - 1; index >= at; index--, rest = (rest / 10) | 0)
    bytes[index] = 0x30 + (rest % 10);
  return end;
}

/** Eight digits: as text they would cost more than writing the block to the file. */
function putHex(bytes: Buffer, at: number, value: number): void {
  for (let rest = value, index = at + 7; index >= at; index--, rest >>>= 4)
    bytes[index] = digits[rest & 15] ?? 0;
}
