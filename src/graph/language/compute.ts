import { ok, type Result } from "../../base/index.ts";
import type { Calendar } from "../calendar.ts";
import { type Column, type Figure, modulo } from "./column.ts";
import { GraphFault } from "./element-words.ts";
import type { Element } from "./elements.ts";
import { evaluateColumn } from "./evaluate.ts";
import { type FetchContext, fetchDefinition } from "./fetch-definition.ts";
import { calculateFigure } from "./figure-functions.ts";

/** All values of a graph, by name. */
export interface Computed {
  readonly columns: ReadonlyMap<string, Column>;
  readonly figures: ReadonlyMap<string, Figure>;
}

/** Values of all DEF and CDEF together; 40 MiB. */
const MOST_VALUES = 5 * 1024 * 1024;

/** Fetches and computes what the elements define, in their order. Throws `GraphFault` for bad expressions. */
export function compute(
  elements: readonly Element[],
  context: FetchContext & { readonly calendar: Calendar },
): Result<Computed> {
  const columns = new Map<string, Column>();
  const figures = new Map<string, Figure>();
  const shifts = new Map<string, number>();
  const { now, calendar } = context;
  let values = 0;
  const count = (column: Column): Column => {
    values += column.values.length;
    if (values > MOST_VALUES)
      throw new GraphFault(
        `DEF and CDEF have more than ${MOST_VALUES} values together: a larger --step makes them fewer`,
      );
    return column;
  };
  // The same rows are often asked for under several names.
  const fetched = new Map<string, Column>();
  for (const element of elements) {
    if (element.kind !== "DEF") continue;
    const { name: _name, ...rest } = element;
    const key = JSON.stringify(rest);
    const known = fetched.get(key);
    if (known !== undefined) {
      columns.set(element.name, known);
      continue;
    }
    const column = fetchDefinition(element, context);
    if (!column.ok) return column;
    fetched.set(key, count(column.value));
    columns.set(element.name, column.value);
  }
  for (const element of elements) {
    switch (element.kind) {
      case "CDEF":
        columns.set(element.name, count(evaluateColumn(element, { columns, figures, now, calendar })));
        break;
      case "VDEF": {
        const column = columns.get(element.of);
        if (column === undefined) break;
        figures.set(element.name, calculateFigure(element.calculate, column, element.parameter));
        break;
      }
      case "SHIFT": {
        const column = columns.get(element.name);
        const by = typeof element.by === "number" ? element.by : figures.get(element.by)?.value;
        if (column === undefined || by === undefined || !Number.isFinite(by)) break;
        // Whole rows only, and always from where it stood at first.
        const whole = Math.trunc(by) - (Math.trunc(by) % column.step);
        const move = whole - (shifts.get(element.name) ?? 0);
        shifts.set(element.name, whole);
        columns.set(element.name, { ...column, start: column.start + move, end: column.end + move });
        break;
      }
      default:
    }
  }
  return ok({ columns, figures });
}

/** The row of a column at a time; unknown outside. */
export function valueAt(column: Column, time: number): number {
  if (time < column.start || time >= column.end) return Number.NaN;
  return column.values[Math.floor((time - column.start) / column.step)] ?? Number.NaN;
}

/** Rounded down to a whole number of steps. */
export function floorTo(time: number, step: number): number {
  return time - modulo(time, step);
}
