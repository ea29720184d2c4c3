import type { LegendNumber } from "./definition.ts";
import type { RowGrid } from "./evaluate-expression.ts";
import { type FigureOf, figureNames } from "./figure-of.ts";
import type { Figure } from "./language/column.ts";
import { calculateFigure } from "./language/figure-functions.ts";

/** What is said about the values in the window; NaN without any known value. */
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

/** Rows `from` up to `to` of a grid. */
export interface Window extends RowGrid {
  readonly from: number;
  readonly to: number;
}

/** A figure of the rows in the window, with its time where it has one. */
export function figureIn(
  values: Float64Array,
  { figure, percent }: Pick<FigureOf, "figure" | "percent">,
  { start, step, from, to }: Window,
): Figure {
  const part = values.subarray(from, to);
  // Among nothing but unknowns there is no percentile; rrdtool says 0.
  if (figure === "PERCENTNAN" && part.every(Number.isNaN)) return { value: Number.NaN, when: undefined };
  return calculateFigure(
    figure,
    { start: start + from * step, end: start + to * step, step, values: part },
    percent,
  );
}

/** A number of the legend; the usual ones are there already. */
export function legendValue(
  number: LegendNumber,
  { values, figures }: { readonly values: Float64Array; readonly figures: Figures },
  window: Window,
): number {
  const usual = number.toLowerCase();
  if (isUsual(usual)) return figures[usual];
  return figureIn(values, legendFigure(number), window).value;
}

function isUsual(name: string): name is keyof Figures {
  return ["last", "average", "max", "min"].includes(name);
}

function legendFigure(number: LegendNumber): Pick<FigureOf, "figure" | "percent"> {
  if (number.endsWith("%")) return { figure: "PERCENTNAN", percent: Number.parseFloat(number) };
  const name = number.toLowerCase() as keyof typeof figureNames;
  return { figure: figureNames[name], percent: 0 };
}
