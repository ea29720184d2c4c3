import { failed, internalError, ok, problem, type Result } from "../base/index.ts";
import { calendarOf } from "./calendar.ts";
import type { RowGrid } from "./evaluate-expression.ts";
import type { Column } from "./language/column.ts";
import { compute, valueAt } from "./language/compute.ts";
import type { Element } from "./language/elements.ts";
import { parseRpn } from "./language/parse-rpn.ts";
import type { ColumnRequest, SeriesRequest } from "./series.ts";

/**
 * A column that is not simply the file's rows, as the elements of the graph language for it: DEF with SHIFT, or DEF
 * with PREDICT or PREDICTSIGMA over its past. Problems: those of opening and fetching.
 */
export function deriveColumn(file: string, column: ColumnRequest, request: SeriesRequest): Result<Column> {
  const { start, end, cf, resolution } = request;
  const { field, shift = 0, history } = column;
  const step = Math.max(1, Math.floor(resolution));
  const past = history === undefined ? shift : history.every * history.times + history.window;
  const function_ = column.cf ?? cf;
  const elements: Element[] = [
    {
      kind: "DEF",
      name: "x",
      file,
      source: field,
      cf: function_,
      reduce: function_,
      step: 0,
      start: String(Math.floor(start) - past),
      end: String(Math.floor(end) - shift),
    },
  ];
  if (shift !== 0) elements.push({ kind: "SHIFT", name: "x", by: shift });
  if (history !== undefined) {
    const { every, times, window, what } = history;
    // A window reaches back from its moment; half of it later it lies around.
    const moments = Array.from({ length: times }, (_, index) => (times - index) * every - window / 2);
    const operation = what === "mean" ? "PREDICT" : "PREDICTSIGMA";
    const words = [...moments, times, window, "x", operation].join(",");
    elements.push({ kind: "CDEF", name: "y", nodes: parseRpn(words, new Map([["x", "column"]])) });
  }
  const context = { cwd: "/", start, end, now: end, step, missingIsUnknown: false };
  const computed = compute(elements, { ...context, calendar: calendarOf(undefined) });
  if (!computed.ok) {
    if (!computed.problems.some(({ code }) => code === "rrd-no-archive")) return computed;
    return failed(problem("rrd-no-archive", `"${file}" has no archive of ${function_}`));
  }
  const found = computed.value.columns.get(history === undefined ? "x" : "y");
  if (found === undefined) throw internalError(`no column was derived from "${field}"`);
  return ok(found);
}

/** The values at the middles of other rows. */
export function ontoGrid(column: Column, { start, step, rows }: RowGrid): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => valueAt(column, start + (row + 0.5) * step));
}
