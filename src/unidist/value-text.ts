import { emptyMapping, setKey } from "../base/index.ts";
import { copyShareable, type SharedMapping, type SharedValue } from "./shared-value.ts";

/**
 * A shared value as a store keeps it: JSON. What JSON has not is a mapping of one key that starts with `$`:
 * `{"$bigint": "9007199254740993"}`, `{"$bytes": "AAEC"}` (base64), `{"$number": "NaN"}`. A mapping that looks like
 * one of these by chance is wrapped: `{"$mapping": {…}}`.
 */
export function textOfValue(value: unknown): string {
  if (typeof value === "string" && value.length < 1000) return JSON.stringify(value);
  return JSON.stringify(tagged(copyShareable(value)));
}

/** A value that nobody else holds, with null-prototype mappings. Throws on what no `textOfValue` has written. */
export function valueOfText(text: string): SharedValue {
  return untagged(JSON.parse(text));
}

/**
 * For comparing: equal values have equal texts, whatever the order of their keys.
 */
export function comparableText(value: unknown): string {
  return JSON.stringify(tagged(sorted(copyShareable(value))));
}

function tagged(value: SharedValue): unknown {
  switch (typeof value) {
    case "bigint":
      return { $bigint: String(value) };
    case "number":
      if (Object.is(value, -0)) return { $number: "-0" };
      return Number.isFinite(value) ? value : { $number: String(value) };
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(tagged);
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  const keys = Object.keys(value);
  const copy: SharedMapping = emptyMapping();
  for (const key of keys) setKey(copy as never, key, tagged(value[key] as SharedValue) as never);
  return keys.length === 1 && keys[0]?.startsWith("$") ? { $mapping: copy } : copy;
}

function untagged(json: unknown): SharedValue {
  if (typeof json !== "object" || json === null) return json as SharedValue;
  if (Array.isArray(json)) return json.map(untagged);
  const keys = Object.keys(json);
  if (keys.length === 1 && keys[0]?.startsWith("$")) {
    const [key] = keys;
    const inner = (json as Record<string, unknown>)[key];
    if (key === "$bigint") return BigInt(inner as string);
    if (key === "$number") return Number(inner);
    if (key === "$bytes") return Uint8Array.from(Buffer.from(inner as string, "base64"));
    if (key === "$mapping") return mapping(inner as object);
    throw new Error(`Internal error: a stored value has the key ${key}`);
  }
  return mapping(json);
}

function mapping(json: object): SharedMapping {
  const copy: SharedMapping = emptyMapping();
  for (const [key, value] of Object.entries(json)) setKey(copy as never, key, untagged(value) as never);
  return copy;
}

function sorted(value: SharedValue): SharedValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const copy: SharedMapping = emptyMapping();
  for (const key of Object.keys(value).sort())
    setKey(copy as never, key, sorted(value[key] as SharedValue) as never);
  return copy;
}

/**
 * A name as a store keeps it. Any text is a name, and not every store takes a NUL or half a surrogate pair: these are
 * escaped as in JSON, which leaves common names as they are.
 */
export function textOfName(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}

export function nameOfText(text: string): string {
  return JSON.parse(`"${text}"`) as string;
}
