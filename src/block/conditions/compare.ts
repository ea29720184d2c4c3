import { getKey, isMapping, kindOf, type Plain } from "../../base/index.ts";

export type ComparisonOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "not in"
  | "has"
  | "hasno"
  | "matches";

/** Says which kinds do not go together; the condition adds the names of the two sides. */
export class IncomparableError extends Error {}

const numericText = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

function asNumber(value: Plain): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return typeof value === "string" && numericText.test(value) ? Number(value) : undefined;
}

function isNumber(value: Plain): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Equal by value; a number equals the text that shows it (`5 == "5.0"`), other kinds never equal each other. */
export function sameValue(left: Plain, right: Plain): boolean {
  if (isNumber(left) || isNumber(right)) {
    const a = asNumber(left);
    const b = asNumber(right);
    // biome-ignore lint/suspicious/noDoubleEquals: only this compares a bigint with a number by value
    return a !== undefined && b !== undefined && a == b;
  }
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameValue(item, right[index] ?? null))
    );
  }
  if (isMapping(left)) {
    if (!isMapping(right)) return false;
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => {
        const a = getKey(left, key);
        const b = getKey(right, key);
        return a !== undefined && b !== undefined && sameValue(a, b);
      })
    );
  }
  return left === right;
}

/** -1, 0, 1, or NaN when either is not a number after all. */
export function order(left: Plain, right: Plain): number {
  if (isNumber(left) || isNumber(right)) {
    const a = asNumber(left);
    const b = asNumber(right);
    if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : a >= b ? 0 : Number.NaN;
  } else if (typeof left === "string" && typeof right === "string") {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  throw new IncomparableError();
}

/** Whether `container` (a list, the keys of a mapping, a text) holds `item`. */
export function holds(container: Plain, item: Plain): boolean {
  if (Array.isArray(container)) return container.some((one) => sameValue(one, item));
  const asKey = typeof item === "string" || isNumber(item) ? String(item) : undefined;
  if (asKey === undefined) {
    if (typeof container === "string" || isMapping(container)) throw new IncomparableError();
  } else if (isMapping(container)) return Object.hasOwn(container, asKey);
  else if (typeof container === "string") return container.includes(asKey);
  throw new IncomparableError();
}

/** Set, and neither false, null, 0, NaN, "", [] nor {}. */
export function isTrue(value: Plain | undefined): boolean {
  if (typeof value === "object" && value !== null) return !isEmpty(value);
  return Boolean(value);
}

/** Unset, null, "", [] or {}. */
export function isEmpty(value: Plain | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (typeof value !== "object") return false;
  return (Array.isArray(value) ? value : Object.keys(value)).length === 0;
}

/** `a number (0.5)`: one side of a comparison, for messages. */
export function describeValue(value: Plain): string {
  if (value === null) return "null";
  if (typeof value === "object") return kindOf(value);
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${kindOf(value)} (${text.slice(0, 57)}…)` : `${kindOf(value)} (${text})`;
}
