import type { Mapping, Plain } from "../../base/index.ts";
import { plainMapping } from "./plain-result.ts";

/** The request state after a call, if the script changed it. Throws `NotPlain`. */
export function changedState(
  now: Mapping,
  before: Mapping | undefined,
  maxBytes: number,
): Mapping | undefined {
  if (before === undefined && Object.keys(now).length === 0) return undefined;
  const state = plainMapping(now, maxBytes);
  return before !== undefined && samePlain(state, before) ? undefined : state;
}

function samePlain(a: Plain | undefined, b: Plain | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Mapping;
  const right = b as Mapping;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && samePlain(left[key], right[key]))
  );
}
