import { closeSync, constants, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

/** `CHECKSUM LENGTH\n`, both of eight hexadecimal digits, before the bytes that one commit wrote. */
const HEAD = 18;
const LONGEST = 512 * 1024 * 1024;

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

/** The bodies of the whole blocks; `false` last when the rest was cut off by a crash, or damaged. */
export function* blocksOf(path: string): Generator<string | false> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const head = Buffer.alloc(HEAD);
    for (let read = readSync(descriptor, head); read > 0; read = readSync(descriptor, head)) {
      const match = read === HEAD ? /^([0-9a-f]{8}) ([0-9a-f]{8})\n$/.exec(head.toString("latin1")) : null;
      const length = Number.parseInt(match?.[2] ?? "", 16);
      if (match === null || length > LONGEST) return yield false;
      const body = Buffer.alloc(length);
      let done = 0;
      for (let more = -1; done < length && more !== 0; done += more) {
        more = readSync(descriptor, body, done, length - done, null);
      }
      if (done < length || crc32(body) !== Number.parseInt(match[1] ?? "", 16)) return yield false;
      yield body.toString();
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Eight digits: as text they would cost more than writing the block to the file. */
function putHex(bytes: Buffer, at: number, value: number): void {
  for (let rest = value, index = at + 7; index >= at; index--, rest >>>= 4)
    bytes[index] = digits[rest & 15] ?? 0;
}
