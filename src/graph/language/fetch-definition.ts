import { resolve } from "node:path";
import { failed, ok, problem, type Result } from "../../base/index.ts";
import { type Consolidation, openRrd, parsePeriod } from "../../rrd/index.ts";
import type { GraphCf } from "../definition.ts";
import { reduceSeries } from "../reduce.ts";
import { type Column, modulo } from "./column.ts";
import { GraphFault } from "./element-words.ts";
import type { Definition } from "./elements.ts";

export interface FetchContext {
  readonly cwd: string;
  /** Of the graph, epoch seconds. */
  readonly start: number;
  readonly end: number;
  readonly now: number;
  /** Least seconds per row. */
  readonly step: number;
  /** A file that is not there, or a data source that it does not have, is unknown all the time. */
  readonly missingIsUnknown: boolean;
}

/** How the rows of an archive are put together when they are finer than the picture. */
const reductions: Readonly<Record<Consolidation, GraphCf>> = {
  AVERAGE: "AVERAGE",
  MIN: "MIN",
  MAX: "MAX",
  LAST: "LAST",
  HWPREDICT: "AVERAGE",
  MHWPREDICT: "AVERAGE",
  SEASONAL: "AVERAGE",
  DEVSEASONAL: "AVERAGE",
  DEVPREDICT: "AVERAGE",
  FAILURES: "MAX",
};

const MOST_ROWS = 4 * 1024 * 1024;
/** A year of rows at five minutes fits; to allocate that much anew each time takes longer than to read it. */
const SCRATCH_ROWS = 128 * 1024;
let scratch = new Float64Array(0);

export function fetchDefinition(definition: Definition, context: FetchContext): Result<Column> {
  const { file, source, cf, reduce } = definition;
  const period = periodOf(definition, context);
  if (!period.ok) return period;
  const { start, end } = period.value;
  if (end < start)
    return failed(problem("rrd-arguments", `start (${start}) should be less than end (${end})`));
  const wanted = Math.max(1, definition.step, context.step);
  const unknown = (): Result<Column> => ok(unknownColumn(start, end, wanted));
  const opened = openRrd(resolve(context.cwd, file), { mode: "read" });
  if (!opened.ok) return context.missingIsUnknown ? unknown() : opened;
  const rrd = opened.value;
  if (scratch.length === 0) scratch = new Float64Array(SCRATCH_ROWS);
  try {
    if (!rrd.names.includes(source)) {
      if (context.missingIsUnknown) return unknown();
      return failed(problem("unknown-field", `No DS called '${source}' in '${file}'`));
    }
    // The archive is chosen by the definition's own step, even where the picture is coarser.
    const resolution = definition.step > 0 ? definition.step : wanted;
    const fetched = rrd.fetch({ cf, start, end, resolution, storedAlong: wanted, only: source, scratch });
    if (!fetched.ok) return fetched;
    const rows = fetched.value;
    const { columns, ...reduced } = reduceSeries(rows, wanted, reductions[reduce]);
    const [values = new Float64Array()] = columns;
    // What was not reduced still lies where the next rows will.
    const column = { ...reduced, values: values.buffer === scratch.buffer ? values.slice() : values };
    return ok(ofPeriod(column, start - modulo(start, rows.step), end + rows.step - modulo(end, rows.step)));
  } finally {
    rrd.close();
  }
}

/** With unknown rows where none are stored. */
function ofPeriod(column: Column, start: number, end: number): Column {
  const { step } = column;
  const from = start - modulo(start, step);
  const to = end + modulo(-end, step);
  if (from === column.start && to === column.end) return column;
  const rows = (to - from) / step;
  if (rows > MOST_ROWS) throw new GraphFault(`the period has ${rows} rows: a larger --step makes them fewer`);
  const values = new Float64Array(rows).fill(Number.NaN);
  values.set(column.values, (column.start - from) / step);
  return { start: from, end: to, step, values };
}

function periodOf(
  definition: Definition,
  { start, end, now }: FetchContext,
): Result<{ start: number; end: number }> {
  if (definition.start === undefined && definition.end === undefined) return ok({ start, end });
  return parsePeriod(definition.start ?? String(start), definition.end ?? String(end), now);
}

function unknownColumn(start: number, end: number, step: number): Column {
  const from = start - (start % step);
  const rows = Math.ceil((end - from) / step) + 1;
  return { start: from, end: from + rows * step, step, values: new Float64Array(rows).fill(Number.NaN) };
}
