import { closeSync, constants, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

/** `CHECKSUM LENGTH\n`, both of eight hexadecimal digits, before the bytes that one commit wrote. */
const HEAD = 18;
const LONGEST = 512 * 1024 * 1024;

export function blockOf(body: string): Buffer {
  const bytes = Buffer.from(`${" ".repeat(HEAD)}${body}`);
  const content = bytes.subarray(HEAD);
  bytes.write(`${hex(crc32(content))} ${hex(content.length)}\n`, 0, "latin1");
  return bytes;
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

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
