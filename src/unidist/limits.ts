import { SharedError } from "./shared-error.ts";

/** The same on every backend. */
export const MOST_NAME_BYTES = 255;
export const DEFAULT_QUEUE_LIMIT = 100_000;
/** Entries that a log keeps. */
export const DEFAULT_LOG_LIMIT = 100_000;

/** Any text of 1 to 255 bytes. */
export function checkName(what: string, name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) throw new SharedError("bad-name", `the name of a ${what} is empty`);
  if (bytes > MOST_NAME_BYTES)
    throw new SharedError(
      "bad-name",
      `the name of a ${what} has ${bytes} bytes, more than ${MOST_NAME_BYTES}: "${name.slice(0, 40)}…"`,
    );
  return name;
}

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/** A 64-bit integer, or an error: never a wrong number. */
export function checkInteger(value: bigint | number): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new SharedError(
      "bad-value",
      `a counter holds whole numbers, not ${value}; above 2^53 use a bigint`,
    );
  const integer = BigInt(value);
  if (integer < LEAST || integer > MOST)
    throw new SharedError("overflow", `${integer} does not fit in a 64-bit counter`);
  return integer;
}

export function queueFull(queue: string, limit: number): SharedError {
  return new SharedError("queue-full", `queue "${queue}" is full: it holds ${limit} messages`);
}
