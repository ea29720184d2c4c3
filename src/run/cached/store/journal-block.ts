import { crc32 } from "node:zlib";

/** `CHECKSUM LENGTH\n`, both of eight hexadecimal digits, before the bytes that one commit wrote. */
export const HEAD = 18;

/** For the many small ones; a body takes at most three bytes per UTF-16 unit. */
const room = Buffer.alloc(HEAD + 3 * 16 * 1024);
const digits = Buffer.from("0123456789abcdef");

/** The bytes of a block; valid until the next call. */
export function blockOf(body: string): Buffer {
  const longest = HEAD + 3 * body.length;
  const bytes = longest <= room.length ? room : Buffer.allocUnsafe(longest);
  const end = HEAD + bytes.write(body, HEAD);
  putHex(bytes, 0, crc32(bytes.subarray(HEAD, end)));
  bytes[8] = 0x20;
  putHex(bytes, 9, end - HEAD);
  bytes[17] = 0x0a;
  return bytes.subarray(0, end);
}

/** Eight digits: as text they would cost more than writing the block to the file. */
function putHex(bytes: Buffer, at: number, value: number): void {
  for (let rest = value, index = at + 7; index >= at; index--, rest >>>= 4)
    bytes[index] = digits[rest & 15] ?? 0;
}
