import type { Calendar } from "./calendar.ts";
import { mix } from "./colour.ts";
import { drawnNames, figuresDefinition } from "./column-requests.ts";
import { GraphColumns } from "./columns.ts";
import { type GraphDefinition, type GraphMethod, lookOf } from "./definition.ts";
import type { RowGrid } from "./evaluate-expression.ts";
import type { FieldLook } from "./field-look.ts";
import { type Figures, figureIn, figuresOf, type Window } from "./figures.ts";
import { fieldColours, themes } from "./palette.ts";
import type { GraphSeries } from "./series.ts";

/** One name of a graph, or what is derived from it, ready to be drawn. */
export interface Trace {
  /** As the legend says it. */
  readonly name: string;
  readonly colour: string;
  readonly method: GraphMethod;
  /** What is drawn: for a stack the sum up to here, for a negated field below zero. */
  readonly top: Float64Array;
  /** The top of the layer below; without it an area starts at zero. */
  readonly base: Float64Array | undefined;
  /** Its own values, neither stacked nor negated. */
  readonly values: Float64Array;
  readonly negated: boolean;
  readonly look: Pick<FieldLook, "width" | "dashes" | "legend">;
  /** Of its own values within the window. */
  readonly figures: Figures;
  /** Which percentile is drawn of what is drawn; undefined: none. */
  readonly percentile: number | undefined;
  readonly trend: boolean;
  /** The same over the finer rows that its figures are computed from, where there are such. */
  readonly source?: Trace;
  /** A comparison or a forecast rather than a name of the graph. */
  readonly derived: boolean;
  /** The area of a band around a forecast: pale and without an edge. */
  readonly band: boolean;
}

export interface Traces extends Window {
  readonly traces: readonly Trace[];
  readonly columns: GraphColumns;
  /** What figures are computed from: the same, or finer rows than are drawn. */
  readonly measured: Measured;
}

/** Rows that figures are computed from. */
export interface Measured extends Window {
  readonly columns: GraphColumns;
}

/** Epoch seconds. */
interface Period {
  readonly start: number;
  readonly end: number;
}

/** Computes, stacks and measures the values of a graph between `start` and `end`. */
export function prepareTraces(
  definition: GraphDefinition,
  series: GraphSeries,
  times: { readonly drawn: Period; readonly measured: Period },
  calendar: Calendar,
): Traces {
  const columns = new GraphColumns(definition, series, calendar);
  const window = windowOf(columns.grid, times.drawn);
  const { fine } = series;
  if (fine === undefined) {
    const measured = windowOf(columns.grid, times.measured);
    const traces = tracesOf(definition, columns, measured);
    return { ...window, traces, columns, measured: { ...measured, columns } };
  }
  const fewer = figuresDefinition(definition);
  const fineColumns = new GraphColumns(fewer, fine, calendar);
  const measured = windowOf(fineColumns.grid, times.measured);
  const sources = tracesOf(fewer, fineColumns, measured);
  const drawn = tracesOf(definition, columns, window);
  const forecasts = drawn.length - sources.length;
  const traces = drawn.map((trace, index): Trace => {
    const source = sources[index - forecasts];
    return source === undefined ? trace : { ...trace, figures: source.figures, source };
  });
  return { ...window, traces, columns, measured: { ...measured, columns: fineColumns } };
}

function windowOf(grid: RowGrid, { start, end }: Period): Window {
  const from = Math.max(0, Math.floor((start - grid.start) / grid.step));
  return { ...grid, from, to: Math.min(grid.rows, Math.ceil((end - grid.start) / grid.step)) };
}

/** `window` is that of the figures. */
function tracesOf(definition: GraphDefinition, columns: GraphColumns, window: Window): Trace[] {
  const own = fieldTraces(definition, columns, window, 0);
  return [
    ...forecastTraces(definition, columns, window, own),
    ...definition.compare.flatMap((one) => comparison(definition, columns, window, own, one)),
    ...own,
  ];
}

function fieldTraces(
  definition: GraphDefinition,
  columns: GraphColumns,
  { from, to }: Window,
  shift: number,
): Trace[] {
  const names = drawnNames(definition);
  const colours = fieldColours(definition, names);
  const unknownIsZero = definition.stackUnknown === "zero";
  const below: Record<"up" | "down", Float64Array | undefined> = { up: undefined, down: undefined };
  const lastStacked = names.findLastIndex((name) => methodOf(definition, name) === "STACK");
  return names.map((name, index): Trace => {
    const look = lookOf(definition, name);
    const values = columns.of(name, shift);
    const method = methodOf(definition, name);
    const negated = look.negate === true;
    const signed = negated ? values.map((value) => -value) : values;
    const side = negated ? "down" : "up";
    const base = method === "STACK" ? below[side] : otherEdge(look, columns, negated, shift);
    const top = method === "STACK" ? stackOn(base, signed, unknownIsZero) : signed;
    if (method === "STACK" || (method === "AREA" && look.downTo === undefined)) below[side] = top;
    const whole = method !== "STACK" || index === lastStacked;
    return {
      name: look.label ?? name,
      colour: colours[index] ?? "#808080",
      method,
      top,
      base,
      values,
      negated,
      look,
      figures: figuresOf(values, from, to),
      percentile: look.percentile ?? (whole ? definition.percentile : undefined),
      trend: look.trend ?? (whole && definition.trend),
      derived: false,
      band: false,
    };
  });
}

/** An expression beside the fields (their total, say) is a line over them. */
function methodOf(definition: GraphDefinition, name: string): GraphMethod {
  const { method, downTo } = lookOf(definition, name);
  if (method !== undefined) return method;
  if (downTo !== undefined) return "AREA";
  return definition.fields.includes(name) ? definition.method : "LINE";
}

function otherEdge(
  { downTo }: FieldLook,
  columns: GraphColumns,
  negated: boolean,
  shift: number,
): Float64Array | undefined {
  if (downTo === undefined) return undefined;
  const values = columns.of(downTo, shift);
  return negated ? values.map((value) => -value) : values;
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

const derived = { base: undefined, percentile: undefined, trend: false, derived: true, band: false } as const;

/** Thin lines of the same fields earlier; of a stack only its top. */
function comparison(
  definition: GraphDefinition,
  columns: GraphColumns,
  window: Window,
  own: readonly Trace[],
  { shift, label }: GraphDefinition["compare"][number],
): Trace[] {
  const { background, muted } = themes[definition.theme];
  const earlier = fieldTraces(definition, columns, window, shift);
  const stacks = own.flatMap(({ method, negated }, index) =>
    method === "STACK" ? [{ index, negated }] : [],
  );
  const tops = new Set(
    [true, false].map((side) => stacks.findLast(({ negated }) => negated === side)?.index),
  );
  return earlier.flatMap((trace, index): Trace[] => {
    const stacked = trace.method === "STACK";
    if (stacked && !tops.has(index)) return [];
    const whole = stacked && stacks.length > 1;
    const values = whole ? trace.top.map((value) => (trace.negated ? -value : value)) : trace.values;
    return [
      {
        ...trace,
        ...derived,
        name: `${whole ? "all" : trace.name}, ${label}`,
        colour: whole ? muted : mix(own[index]?.colour ?? muted, background, 0.35),
        method: "LINE",
        values,
        look: { width: 1.25, dashes: [5, 2.5], legend: trace.look.legend ?? true },
        figures: figuresOf(values, window.from, window.to),
      },
    ];
  });
}

/** What was expected, as a fine line in a band. */
function forecastTraces(
  definition: GraphDefinition,
  columns: GraphColumns,
  { from, to }: Window,
  own: readonly Trace[],
): Trace[] {
  const names = drawnNames(definition);
  const { muted } = themes[definition.theme];
  return definition.forecasts.flatMap((forecast): Trace[] => {
    const { expected, deviation } = columns.forecast(forecast);
    const { negate = false, label = forecast.of } = lookOf(definition, forecast.of);
    const sign = negate ? -1 : 1;
    const edge = (side: number) =>
      expected.map((value, row) => sign * value + side * forecast.band * (deviation[row] ?? Number.NaN));
    const colour = own[names.indexOf(forecast.of)]?.colour ?? muted;
    const common = { ...derived, negated: negate, values: expected, figures: figuresOf(expected, from, to) };
    const name = `${label}, ${forecast.label}`;
    return [
      {
        ...common,
        name,
        colour,
        method: "AREA",
        top: edge(1),
        base: edge(-1),
        band: true,
        look: { legend: false },
      },
      {
        ...common,
        name,
        colour: mix(colour, muted, 0.5),
        method: "LINE",
        top: expected.map((value) => sign * value),
        look: { width: 1, dashes: [2, 2] },
      },
    ];
  });
}

/** The value that `percent` of the values drawn do not exceed, with the sign they are drawn with; NaN without any. */
export function drawnPercentile(trace: Trace, data: Traces): number {
  const { percentile, negated } = trace;
  if (percentile === undefined) return Number.NaN;
  const { top } = trace.source ?? trace;
  const values = negated ? top.map((value) => -value) : top;
  const { value } = figureIn(
    values,
    { figure: "PERCENTNAN", percent: percentile },
    measuredWindow(trace, data),
  );
  return negated ? -value : value;
}

/** The rows that figures of a trace are about: there are no finer ones of a forecast. */
export function measuredWindow({ source }: Trace, data: Traces): Window {
  return source === undefined && data.measured.columns !== data.columns ? data : data.measured;
}
