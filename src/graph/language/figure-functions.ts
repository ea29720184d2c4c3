import type { Column, Figure } from "./column.ts";

export const figureFunctions = [
  "MAXIMUM",
  "MINIMUM",
  "AVERAGE",
  "STDEV",
  "PERCENT",
  "PERCENTNAN",
  "TOTAL",
  "FIRST",
  "LAST",
  "LSLSLOPE",
  "LSLINT",
  "LSLCORREL",
] as const;
export type FigureFunction = (typeof figureFunctions)[number];

export function takesParameter(name: FigureFunction): boolean {
  return name === "PERCENT" || name === "PERCENTNAN";
}

const NOTHING: Figure = { value: Number.NaN, when: undefined };

type Calculate = (column: Column, parameter: number) => Figure;

const calculations: Readonly<Record<FigureFunction, Calculate>> = {
  MAXIMUM: (column) => extreme(column, (value, best) => value > best),
  MINIMUM: (column) => extreme(column, (value, best) => value < best),
  AVERAGE: ({ values }) => atNoTime(mean(values)),
  STDEV: ({ values }) => {
    const middle = mean(values);
    let sum = 0;
    let known = 0;
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      sum += (value - middle) ** 2;
      known++;
    }
    return atNoTime(known === 0 ? Number.NaN : Math.sqrt(sum / known));
  },
  PERCENT: ({ values }, percent) => atNoTime(percentile(values.slice(), percent)),
  PERCENTNAN: ({ values }, percent) => {
    const known = values.filter((value) => !Number.isNaN(value));
    // rrdtool leaves a zero where nothing is known.
    return atNoTime(known.length === 0 ? 0 : percentile(known, percent));
  },
  TOTAL: ({ values, step }) => {
    const { sum, known } = total(values);
    return atNoTime(known === 0 ? Number.NaN : sum * step);
  },
  FIRST: ({ values, start, step }) => {
    const row = values.findIndex((value) => !Number.isNaN(value));
    return row < 0 ? NOTHING : { value: values[row] ?? Number.NaN, when: start + row * step };
  },
  LAST: ({ values, start, step }) => {
    const row = values.findLastIndex((value) => !Number.isNaN(value));
    return row < 0 ? NOTHING : { value: values[row] ?? Number.NaN, when: start + (row + 1) * step };
  },
  LSLSLOPE: ({ values }) => atNoTime(leastSquares(values).slope),
  LSLINT: ({ values }) => atNoTime(leastSquares(values).intercept),
  LSLCORREL: ({ values }) => atNoTime(leastSquares(values).correlation),
};

export function calculateFigure(name: FigureFunction, column: Column, parameter: number): Figure {
  return calculations[name](column, parameter);
}

function atNoTime(value: number): Figure {
  return { value, when: undefined };
}

/** The first of equal ones; an infinity only counts when it is the first known value. */
function extreme({ values, start, step }: Column, better: (value: number, best: number) => boolean): Figure {
  let at = values.findIndex((value) => !Number.isNaN(value));
  if (at < 0) return NOTHING;
  for (let row = at; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    if (Number.isFinite(value) && better(value, values[at] ?? Number.NaN)) at = row;
  }
  return { value: values[at] ?? Number.NaN, when: start + (at + 1) * step };
}

function total(values: Float64Array): { sum: number; known: number } {
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    known++;
  }
  return { sum, known };
}

function mean(values: Float64Array): number {
  const { sum, known } = total(values);
  return known === 0 ? Number.NaN : sum / known;
}

/** Unknowns are the lowest of all; `values` is sorted in place. */
function percentile(values: Float64Array, percent: number): number {
  values.sort();
  // A typed array has its unknowns last; they belong first.
  let unknown = 0;
  while (unknown < values.length && Number.isNaN(values[values.length - 1 - unknown])) unknown++;
  const rank = Math.round((percent * (values.length - 1)) / 100);
  return rank < unknown ? Number.NaN : (values[rank - unknown] ?? Number.NaN);
}

/** A line through the finite values over their row numbers. */
function leastSquares(values: Float64Array): { slope: number; intercept: number; correlation: number } {
  let known = 0;
  let x = 0;
  let y = 0;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  values.forEach((value, row) => {
    if (!Number.isFinite(value)) return;
    known++;
    x += row;
    xx += row * row;
    xy += row * value;
    y += value;
    yy += value * value;
  });
  if (known === 0) return { slope: Number.NaN, intercept: Number.NaN, correlation: Number.NaN };
  const slope = (x * y - known * xy) / (x * x - known * xx);
  return {
    slope,
    intercept: (y - slope * x) / known,
    correlation: (xy - (x * y) / known) / Math.sqrt((xx - (x * x) / known) * (yy - (y * y) / known)),
  };
}
