import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { HEAD } from "./journal-block.ts";

const LONGEST = 512 * 1024 * 1024;
const PIECE = 64 * 1024;

/**
 * The bodies of the whole blocks of a segment. Where a crash cut one off, or something damaged it, comes `false`, and
 * then what follows behind it.
 */
export function* blocksOf(path: string): Generator<string | false> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(descriptor);
    for (let at: number | undefined = 0; at !== undefined && at < size; ) {
      const body = bodyAt(descriptor, at, size);
      if (body === undefined) {
        yield false;
        at = nextBlock(descriptor, at + 1, size);
      } else {
        yield body.toString();
        at += HEAD + body.length;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

/** undefined: there is no whole block. */
function bodyAt(descriptor: number, at: number, size: number): Buffer | undefined {
  const match = /^([0-9a-f]{8}) ([0-9a-f]{8})\n$/.exec(bytesAt(descriptor, at, HEAD).toString("latin1"));
  const length = Number.parseInt(match?.[2] ?? "", 16);
  if (match === null || length > LONGEST || at + HEAD + length > size) return undefined;
  const body = bytesAt(descriptor, at + HEAD, length);
  return body.length === length && crc32(body) === Number.parseInt(match[1] ?? "", 16) ? body : undefined;
}

function nextBlock(descriptor: number, from: number, size: number): number | undefined {
  for (let at = from; at < size; at += PIECE) {
    const text = bytesAt(descriptor, at, PIECE + HEAD - 1).toString("latin1");
    for (const { index } of text.matchAll(/(?=[0-9a-f]{8} [0-9a-f]{8}\n)/g)) {
      if (bodyAt(descriptor, at + index, size) !== undefined) return at + index;
    }
  }
  return undefined;
}

/** Fewer at the end of the file. */
function bytesAt(descriptor: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  for (let more = -1; done < length && more !== 0; done += more) {
    more = readSync(descriptor, bytes, done, length - done, at + done);
  }
  return bytes.subarray(0, done);
}
