import { emptyMapping, isMapping, type Mapping, type Plain, setKey } from "../../base/index.ts";

/** JSON has no NaN, and Python's integers are larger than a double: such numbers travel as `{"\0number": "nan"}`. */
const NUMBER = "\u0000number";
/** Shared values may be bytes (here as base64 text), and be none at all. */
const BYTES = "\u0000bytes";
const ABSENT = "\u0000absent";

export function toPythonJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return { [NUMBER]: String(item) };
    if (typeof item === "number" && !Number.isFinite(item)) {
      return { [NUMBER]: Number.isNaN(item) ? "nan" : item > 0 ? "inf" : "-inf" };
    }
    return item instanceof Uint8Array ? { [BYTES]: Buffer.from(item).toString("base64") } : item;
  });
}

/** What came in JSON as a value to be shared. */
export function fromPythonShared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPythonShared);
  if (!isMapping(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && typeof value[BYTES] === "string")
    return new Uint8Array(Buffer.from(value[BYTES], "base64"));
  if (keys.length === 1 && value[ABSENT] === true) return undefined;
  const mapping = emptyMapping();
  for (const key of keys) setKey(mapping, key, fromPythonShared(value[key]) as Plain);
  return mapping;
}

/** Throws a `SyntaxError` when it is no JSON. */
export function fromPythonJson(text: string): unknown {
  if (!text.includes("\\u0000number")) return JSON.parse(text);
  return JSON.parse(text, (_key, item: unknown) => (isMapping(item) ? numberOf(item) : item));
}

function numberOf(item: Mapping): unknown {
  const written = Object.hasOwn(item, NUMBER) ? item[NUMBER] : undefined;
  if (typeof written !== "string" || Object.keys(item).length !== 1) return item;
  if (written === "nan") return Number.NaN;
  if (written === "inf") return Number.POSITIVE_INFINITY;
  if (written === "-inf") return Number.NEGATIVE_INFINITY;
  return /^-?\d+$/.test(written) ? BigInt(written) : item;
}
