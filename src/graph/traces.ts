import { drawnColumns, drawnNames } from "./columns.ts";
import type { GraphDefinition, GraphMethod } from "./definition.ts";
import { type Figures, figuresOf, percentileOf } from "./figures.ts";
import { fieldColours } from "./palette.ts";
import type { Series } from "./series.ts";

/** One name of a graph, ready to be drawn. */
export interface Trace {
  readonly name: string;
  readonly colour: string;
  readonly method: GraphMethod;
  /** What is drawn: for a stack the sum up to here. */
  readonly top: Float64Array;
  /** The top of the layer below; without it an area starts at zero. */
  readonly base: Float64Array | undefined;
  /** Of its own values within the window. */
  readonly figures: Figures;
  /** NaN when not wanted or unknown. */
  readonly percentile: number;
}

export interface Traces {
  readonly traces: readonly Trace[];
  /** Rows `from` up to `to` touch the window. */
  readonly from: number;
  readonly to: number;
  /** Of everything drawn in the window; NaN without a value. On a logarithmic graph: of the values above 0. */
  readonly least: number;
  readonly greatest: number;
}

/** Computes, stacks and measures the values of a graph between `start` and `end`. */
export function prepareTraces(
  definition: GraphDefinition,
  series: Series,
  start: number,
  end: number,
): Traces {
  const names = drawnNames(definition);
  const columns = drawnColumns(definition, series);
  const colours = fieldColours(definition, names);
  const length = series.columns[0]?.length ?? 0;
  const from = Math.max(0, Math.floor((start - series.start) / series.step));
  const to = Math.min(length, Math.ceil((end - series.start) / series.step));
  const traces: Trace[] = [];
  let below: Float64Array | undefined;
  names.forEach((name, index) => {
    const values = columns.get(name) ?? new Float64Array();
    // An expression beside the fields (their total, say) is a line over them.
    const method = index < definition.fields.length ? definition.method : "LINE";
    const stacked = method === "STACK";
    const top: Float64Array = stacked ? stackOn(below, values, definition.stackUnknown === "zero") : values;
    traces.push({
      name,
      colour: colours[index] ?? "#808080",
      method,
      top,
      base: stacked ? below : undefined,
      figures: figuresOf(values, from, to),
      percentile: percentileFor(definition, stacked, index, top, from, to),
    });
    if (stacked) below = top;
  });
  return { traces, from, to, ...extent(definition, traces, from, to) };
}

function stackOn(
  below: Float64Array | undefined,
  values: Float64Array,
  unknownIsZero: boolean,
): Float64Array {
  const top = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const own = values[row] ?? Number.NaN;
    const under = below === undefined ? 0 : (below[row] ?? Number.NaN);
    top[row] = (unknownIsZero && Number.isNaN(own) ? 0 : own) + under;
  }
  return top;
}

function percentileFor(
  { percentile, fields }: GraphDefinition,
  stacked: boolean,
  index: number,
  top: Float64Array,
  from: number,
  to: number,
): number {
  if (percentile === undefined || (stacked && index !== fields.length - 1)) return Number.NaN;
  return percentileOf(top, from, to, percentile);
}

function extent(
  { logarithmic, hrules }: GraphDefinition,
  traces: readonly Trace[],
  from: number,
  to: number,
): { least: number; greatest: number } {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  const take = (value: number) => {
    if (logarithmic && !(value > 0)) return;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  };
  for (const { top } of traces) for (let row = from; row < to; row++) take(top[row] ?? Number.NaN);
  // Rules are there to be seen.
  if (greatest >= least) for (const rule of hrules) take(rule.value);
  return greatest >= least ? { least, greatest } : { least: Number.NaN, greatest: Number.NaN };
}
