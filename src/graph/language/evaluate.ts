import { ComputeFault } from "../../rrd/index.ts";
import type { Calendar } from "../calendar.ts";
import { type Column, greatestCommonDivisor } from "./column.ts";
import { GraphFault } from "./element-words.ts";
import type { Computation } from "./elements.ts";
import { graphOperations, type RowContext } from "./graph-operations.ts";
import type { RpnNode } from "./parse-rpn.ts";

/** A graph has at most this many values in one column; what asks for more would only eat memory. */
export const MOST_ROWS = 4 * 1024 * 1024;
/** Operations of one expression, and steps of its windows. */
const MOST_WORK = 400_000_000;

interface Source {
  readonly column: Column;
  passed: number;
  value: number;
  before: number;
}

export interface EvaluateOptions {
  readonly columns: ReadonlyMap<string, Column>;
  readonly figures: ReadonlyMap<string, { readonly value: number }>;
  /** Epoch seconds. */
  readonly now: number;
  readonly calendar: Calendar;
}

/** The column of a CDEF: over the time that all its columns have, at a step that fits into all of theirs. */
export function evaluateColumn({ nodes }: Computation, options: EvaluateOptions): Column {
  const sources = new Map<string, Source>();
  for (const node of nodes) {
    if (node.kind !== "column" && node.kind !== "previous") continue;
    const column = options.columns.get(node.name);
    if (column === undefined || sources.has(node.name)) continue;
    sources.set(node.name, { column, passed: 0, value: Number.NaN, before: Number.NaN });
  }
  const all = [...sources.values()];
  if (all.length === 0) {
    throw new GraphFault("rpn expressions without DEF or CDEF variables are not supported");
  }
  const step = all.map(({ column }) => column.step).reduce(greatestCommonDivisor);
  const start = Math.max(...all.map(({ column }) => column.start));
  const end = Math.min(...all.map(({ column }) => column.end));
  const rows = Math.max(0, Math.ceil((end - start) / step));
  if (rows > MOST_ROWS)
    throw new GraphFault(`an expression would have ${rows} rows; at most ${MOST_ROWS} are computed`);
  if (rows * nodes.length > MOST_WORK) throw new GraphFault("an expression is too long for so many rows");
  // Rows of one width end together, wherever they start.
  const even = all.every(({ column }) => column.step === step);
  for (const source of all) source.passed = Math.floor((start - source.column.start) / source.column.step);
  const values = new Float64Array(rows).fill(Number.NaN);
  const run = compile(nodes, sources, options);
  // One for all rows: nobody keeps it.
  const at = { now: 0, row: 0, step, calendar: options.calendar, work: { left: MOST_WORK } };
  for (let row = 0; row < rows; row++) {
    const now = start + (row + 1) * step;
    for (const source of all) {
      source.value = source.column.values[source.passed] ?? Number.NaN;
      source.before = source.column.values[source.passed - 1] ?? Number.NaN;
      if (even || now % source.column.step === 0) source.passed++;
    }
    at.now = now;
    at.row = row;
    values[row] = run(at, values[row - 1] ?? Number.NaN);
  }
  return { start, end, step, values };
}

type Run = (at: RowContext, result: number) => number;

function compile(
  nodes: readonly RpnNode[],
  sources: ReadonlyMap<string, Source>,
  options: EvaluateOptions,
): Run {
  const context = { now: () => options.now };
  let result = Number.NaN;
  const steps = nodes.map(
    (node, index): { takes: number; run: (stack: number[], at: RowContext) => void } => {
      switch (node.kind) {
        case "number":
          return { takes: 0, run: (stack) => void stack.push(node.value) };
        case "figure": {
          const value = options.figures.get(node.name)?.value ?? Number.NaN;
          return { takes: 0, run: (stack) => void stack.push(value) };
        }
        case "result":
          return { takes: 0, run: (stack) => void stack.push(result) };
        case "plain": {
          const { run, takes } = node.operation;
          return { takes, run: (stack) => run?.(stack, context) };
        }
        case "window": {
          const run = graphOperations[node.operation];
          const source = sources.get(windowedName(nodes, index) ?? "");
          return { takes: 0, run: (stack, at) => run(stack, at, source) };
        }
        default: {
          const source = sources.get(node.name);
          const previous = node.kind === "previous";
          return {
            takes: 0,
            run: (stack) => void stack.push((previous ? source?.before : source?.value) ?? Number.NaN),
          };
        }
      }
    },
  );
  const stack: number[] = [];
  return (at, before) => {
    stack.length = 0;
    result = before;
    try {
      for (const { takes, run } of steps) {
        if (stack.length < takes) throw new GraphFault("RPN stack underflow");
        run(stack, at);
      }
    } catch (error) {
      if (error instanceof ComputeFault) throw new GraphFault(error.message);
      throw error;
    }
    if (stack.length !== 1) throw new GraphFault("RPN final stack size != 1");
    return stack[0] ?? Number.NaN;
  };
}

/** TREND stands two words behind its column, a PREDICT right behind. */
function windowedName(nodes: readonly RpnNode[], index: number): string | undefined {
  const { operation } = nodes[index] as Extract<RpnNode, { kind: "window" }>;
  const back = operation.startsWith("TREND") ? 2 : 1;
  const node = nodes[index - back];
  return node?.kind === "column" ? node.name : undefined;
}
