import type { Consolidation, PlainConsolidation } from "./definition.ts";
import { isKnown } from "./words.ts";

// How the points of a row that spans several steps are put together: x is the point, n how many steps it holds for.
// Functions with a `switch`, not an object of functions per consolidation: calls through one would box every number.

const plainNames: readonly PlainConsolidation[] = ["AVERAGE", "MIN", "MAX", "LAST"];

/** What a row starts from when its first point is unknown or still to come. */
export function emptyRow(cf: PlainConsolidation): number {
  switch (cf) {
    case "AVERAGE":
      return 0;
    case "MIN":
      return Number.POSITIVE_INFINITY;
    case "MAX":
      return Number.NEGATIVE_INFINITY;
    case "LAST":
      return Number.NaN;
  }
}

export function startRow(cf: PlainConsolidation, x: number, n: number): number {
  return cf === "AVERAGE" ? x * n : x;
}

export function addToRow(cf: PlainConsolidation, value: number, x: number, n: number): number {
  switch (cf) {
    case "AVERAGE":
      return value + x * n;
    case "MIN":
      return smaller(value, x);
    case "MAX":
      return larger(value, x);
    case "LAST":
      return x;
  }
}

/** The row's value; value and x may be NaN. `known` counts the steps that are known. */
export function finishRow(
  cf: PlainConsolidation,
  value: number,
  x: number,
  n: number,
  known: number,
): number {
  switch (cf) {
    case "AVERAGE":
      return (ifUnknown(value, 0) + ifUnknown(x, 0) * n) / known;
    case "MIN":
      return smaller(ifUnknown(value, Number.POSITIVE_INFINITY), ifUnknown(x, Number.POSITIVE_INFINITY));
    case "MAX":
      return larger(ifUnknown(value, Number.NEGATIVE_INFINITY), ifUnknown(x, Number.NEGATIVE_INFINITY));
    case "LAST":
      return x;
  }
}

function ifUnknown(value: number, instead: number): number {
  return isKnown(value) ? value : instead;
}

// C's comparisons rather than `Math.max`: they decide which zero wins, and NaN never reaches them.
function larger(a: number, b: number): number {
  return a > b ? a : b;
}

function smaller(a: number, b: number): number {
  return a < b ? a : b;
}

const forecastNames: Readonly<Record<Exclude<Consolidation, PlainConsolidation>, true>> = {
  HWPREDICT: true,
  MHWPREDICT: true,
  SEASONAL: true,
  DEVSEASONAL: true,
  DEVPREDICT: true,
  FAILURES: true,
};

export function isPlainConsolidation(name: string): name is PlainConsolidation {
  return plainConsolidation(name) !== undefined;
}

/** The name as a constant of this module, which is compared faster than the same text from a file. */
export function plainConsolidation(name: string): PlainConsolidation | undefined {
  return plainNames.find((plain) => plain === name);
}

export function isConsolidation(name: string): name is Consolidation {
  return isPlainConsolidation(name) || Object.hasOwn(forecastNames, name);
}
