import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { formatBytes, type Problem, problem } from "../../base/index.ts";

/** Where block files come from; a parameter, so that tests can make it fail. */
export interface BlockFileSystem {
  /** The file's bytes, at most `limit` of them; throws an error with a `code` as `node:fs` does. */
  read(file: string, limit: number): Buffer;
}

export const diskFiles: BlockFileSystem = {
  read(file, limit) {
    const descriptor = openSync(file, "r");
    try {
      const status = fstatSync(descriptor);
      if (status.isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
      // Pipes and devices have no size, and some never end.
      let buffer = Buffer.allocUnsafe(Math.min(limit, status.isFile() ? status.size + 1 : 65_536));
      let length = 0;
      for (;;) {
        if (length === buffer.length) {
          if (length === limit) break;
          buffer = Buffer.concat([buffer, Buffer.allocUnsafe(Math.min(limit - length, length + 4096))]);
        }
        const count = readSync(descriptor, buffer, length, buffer.length - length, null);
        if (count === 0) break;
        length += count;
      }
      return buffer.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  },
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  ENOTDIR: "a part of the path is no directory",
  ERR_INVALID_ARG_VALUE: "the name contains a NUL character",
};

/** A sentence's end for an error of the file system: `no such file`. */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (Object.hasOwn(reasons, code)) return reasons[code] ?? code;
  return code === "" ? (error instanceof Error ? error.message : String(error)) : code;
}

/** The file as text, or what is wrong with it: unreadable, too large, no UTF-8. */
export function readBlockFile(file: string, maxBytes: number, files: BlockFileSystem): string | Problem {
  let bytes: Buffer;
  try {
    bytes = files.read(file, maxBytes + 1);
  } catch (error) {
    return problem("cannot-read", `cannot read "${file}": ${fileReason(error)}`);
  }
  if (bytes.length > maxBytes) {
    return problem("file-too-large", `"${file}" is larger than ${formatBytes(maxBytes)}`, {
      notes: ["split it with __import__NAME: other.yaml"],
    });
  }
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const line = 1 + bytes.subarray(0, firstInvalid(bytes)).filter((byte) => byte === 10).length;
  return problem("not-utf8", `"${file}" is not UTF-8${utf16 ? " but UTF-16" : ""}`, {
    place: { file, line, column: 1 },
  });
}

/** Offset of a byte at or after which the text stops being UTF-8, found by halving. */
function firstInvalid(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  while (high - low > 4) {
    const middle = (low + high) >> 1;
    // A cut inside a character is not invalid yet: give it up to three bytes more.
    const fine = [0, 1, 2, 3].some((more) => isUtf8(bytes.subarray(low, Math.min(middle + more, high))));
    if (fine) low = middle;
    else high = middle;
    while (low < high && ((bytes[low] ?? 0) & 0xc0) === 0x80 && low < middle + 3) low++;
  }
  return low;
}
