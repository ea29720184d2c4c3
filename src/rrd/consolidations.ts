import type { Consolidation, PlainConsolidation } from "./definition.ts";

/** How the points of a row that spans several steps are put together. x is the point, n how many steps it holds for. */
export interface ConsolidationRule {
  /** What a row starts from when its first point is unknown or still to come. */
  readonly empty: number;
  first(x: number, n: number): number;
  add(value: number, x: number, n: number): number;
  /** The row's value; value and x may be NaN. `known` counts the steps that are known. */
  finish(value: number, x: number, n: number, known: number): number;
}

const zeroIfUnknown = (value: number) => (Number.isNaN(value) ? 0 : value);
/** C's comparisons rather than `Math.max`: they decide which zero wins, and NaN never reaches them. */
const larger = (a: number, b: number) => (a > b ? a : b);
const smaller = (a: number, b: number) => (a < b ? a : b);

export const consolidationRules: Readonly<Record<PlainConsolidation, ConsolidationRule>> = {
  AVERAGE: {
    empty: 0,
    first: (x, n) => x * n,
    add: (value, x, n) => value + x * n,
    finish: (value, x, n, known) => (zeroIfUnknown(value) + zeroIfUnknown(x) * n) / known,
  },
  MIN: {
    empty: Number.POSITIVE_INFINITY,
    first: (x) => x,
    add: smaller,
    finish: (value, x) =>
      smaller(
        Number.isNaN(value) ? Number.POSITIVE_INFINITY : value,
        Number.isNaN(x) ? Number.POSITIVE_INFINITY : x,
      ),
  },
  MAX: {
    empty: Number.NEGATIVE_INFINITY,
    first: (x) => x,
    add: larger,
    finish: (value, x) =>
      larger(
        Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value,
        Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x,
      ),
  },
  LAST: {
    empty: Number.NaN,
    first: (x) => x,
    add: (_value, x) => x,
    finish: (_value, x) => x,
  },
};

const forecastNames: Readonly<Record<Exclude<Consolidation, PlainConsolidation>, true>> = {
  HWPREDICT: true,
  MHWPREDICT: true,
  SEASONAL: true,
  DEVSEASONAL: true,
  DEVPREDICT: true,
  FAILURES: true,
};

export function isPlainConsolidation(name: string): name is PlainConsolidation {
  return Object.hasOwn(consolidationRules, name);
}

export function isConsolidation(name: string): name is Consolidation {
  return isPlainConsolidation(name) || Object.hasOwn(forecastNames, name);
}
