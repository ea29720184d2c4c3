import { emptyMapping, isMapping, kindOf, type Plain, setKey } from "../base/index.ts";
import { SharedError } from "./shared-error.ts";

/** The same on every backend. */
export const MOST_VALUE_BYTES = 1024 * 1024;
export const MOST_NAME_BYTES = 255;
export const DEFAULT_QUEUE_LIMIT = 100_000;
const DEEPEST = 200;

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

/**
 * A copy that nobody else holds, with null-prototype mappings. Its size is counted as its JSON text would have it,
 * roughly: what matters is that a big value is refused before it is copied whole.
 */
export function copyShareable(value: unknown): Plain {
  return new Copying().copy(value, 0);
}

class Copying {
  #bytes = 0;

  copy(value: unknown, depth: number): Plain {
    if (depth > DEEPEST)
      throw new SharedError("not-shareable", `a shared value is nested deeper than ${DEEPEST} (a cycle?)`);
    this.#count(2);
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number" || typeof value === "bigint") {
      this.#count(8);
      return value;
    }
    if (typeof value === "string") {
      this.#count(Buffer.byteLength(value));
      return value;
    }
    if (Array.isArray(value)) return value.map((item: unknown) => this.copy(item, depth + 1));
    if (!isMapping(value))
      throw new SharedError("not-shareable", `a shared value must be plain data, not ${kindOf(value)}`);
    const copy = emptyMapping();
    for (const key of Object.keys(value)) {
      this.#count(Buffer.byteLength(key) + 3);
      const item = value[key];
      if (item !== undefined) setKey(copy, key, this.copy(item, depth + 1));
    }
    return copy;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MOST_VALUE_BYTES)
      throw new SharedError("too-large", "a shared value is larger than 1 MiB");
  }
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
