import { isMapping, type Mapping } from "../../base/index.ts";

/** JSON has no NaN, and Python's integers are larger than a double: such numbers travel as `{"\0number": "nan"}`. */
const NUMBER = "\u0000number";

export function toPythonJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return { [NUMBER]: String(item) };
    if (typeof item === "number" && !Number.isFinite(item)) {
      return { [NUMBER]: Number.isNaN(item) ? "nan" : item > 0 ? "inf" : "-inf" };
    }
    return item;
  });
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
