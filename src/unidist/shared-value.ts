import { emptyMapping, isMapping, kindOf, type Plain, setKey } from "../base/index.ts";
import { SharedError } from "./shared-error.ts";

/** What can be shared: plain data, and bytes anywhere in it. Bytes come back as a Uint8Array of their own. */
export type SharedValue = Plain | Uint8Array | SharedValue[] | SharedMapping;

export interface SharedMapping {
  [key: string]: SharedValue;
}

/** The same on every backend. */
export const MOST_VALUE_BYTES = 1024 * 1024;
const DEEPEST = 200;

/**
 * A copy that nobody else holds, with null-prototype mappings. Its size is counted as its JSON text would have it,
 * roughly: what matters is that a big value is refused before it is copied whole. Throws `too-large`, `not-shareable`.
 */
export function copyShareable(value: unknown): SharedValue {
  return new Copying().copy(value, 0);
}

/** Bytes as base64 text: for where only plain data goes, pipe data say. */
export function plainOf(value: SharedValue): Plain {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plainOf);
  if (!isMapping(value)) return value as Plain;
  const plain = emptyMapping();
  for (const key of Object.keys(value)) setKey(plain, key, plainOf(value[key] as SharedValue));
  return plain;
}

class Copying {
  #bytes = 0;

  copy(value: unknown, depth: number): SharedValue {
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
    if (value instanceof Uint8Array) {
      this.#count(Math.ceil((value.length * 4) / 3));
      return Uint8Array.from(value);
    }
    if (!isMapping(value))
      throw new SharedError("not-shareable", `a shared value must be plain data, not ${kindOf(value)}`);
    const copy: SharedMapping = emptyMapping();
    for (const key of Object.keys(value)) {
      this.#count(Buffer.byteLength(key) + 3);
      const item: unknown = value[key];
      if (item !== undefined) setKey(copy as never, key, this.copy(item, depth + 1) as never);
    }
    return copy;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MOST_VALUE_BYTES)
      throw new SharedError("too-large", "a shared value is larger than 1 MiB");
  }
}
