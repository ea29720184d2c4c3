import { assertNever } from "../base/index.ts";
import type { LegendNumber } from "./definition.ts";

/** What the legend says about the values in the window; NaN without any known value. */
export interface Figures {
  readonly last: number;
  readonly average: number;
  readonly max: number;
  readonly min: number;
}

/** Of the known values of the rows `from` up to `to`. */
export function figuresOf(values: Float64Array, from: number, to: number): Figures {
  let last = Number.NaN;
  let sum = 0;
  let known = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    last = value;
    sum += value;
    known++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (known === 0) return { last, average: Number.NaN, max: Number.NaN, min: Number.NaN };
  return { last, average: sum / known, max, min };
}

export function figure(figures: Figures, number: LegendNumber): number {
  switch (number) {
    case "LAST":
      return figures.last;
    case "AVERAGE":
      return figures.average;
    case "MAX":
      return figures.max;
    case "MIN":
      return figures.min;
    default:
      return assertNever(number);
  }
}

/** The value that `percent` of the known values do not exceed (nearest rank); NaN without any. */
export function percentileOf(values: Float64Array, from: number, to: number, percent: number): number {
  const known = values
    .slice(from, to)
    .filter((value) => !Number.isNaN(value))
    .sort();
  return known[Math.round(((known.length - 1) * percent) / 100)] ?? Number.NaN;
}
