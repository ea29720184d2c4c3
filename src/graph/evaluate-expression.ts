import type { Calendar } from "./calendar.ts";
import type { Expression } from "./expression.ts";
import type { Column } from "./language/column.ts";
import { evaluateColumn } from "./language/evaluate.ts";
import { parseRpn } from "./language/parse-rpn.ts";

/** Where rows lie: row k covers (`start + k * step`, `start + (k + 1) * step`]. Epoch seconds. */
export interface RowGrid {
  readonly start: number;
  readonly step: number;
  readonly rows: number;
}

/** A formula over columns of one grid, in the order of its names. What is not finite becomes unknown. */
export function evaluateExpression(
  { names, words }: Expression,
  inputs: readonly Float64Array[],
  grid: RowGrid,
  calendar: Calendar,
): Float64Array {
  const [only] = words;
  // Another name for a column needs no arithmetic.
  if (words.length === 1 && typeof only === "object" && only.previous !== true) {
    return inputs[0] ?? new Float64Array(grid.rows).fill(Number.NaN);
  }
  const end = grid.start + grid.step * grid.rows;
  const columns = new Map<string, Column>();
  // Without a name there would be nothing to tell how many rows there are.
  const all = names.length > 0 ? inputs : [new Float64Array(grid.rows)];
  all.forEach((values, index) => {
    columns.set(`v${index}`, { start: grid.start, end, step: grid.step, values });
  });
  const text = words.map((word) => {
    if (typeof word === "string") return word;
    const name = `v${names.indexOf(word.name)}`;
    return word.previous === true ? `PREV(${name})` : name;
  });
  if (names.length === 0) text.unshift("v0", "POP");
  const kinds = new Map([...columns.keys()].map((name) => [name, "column"] as const));
  const nodes = parseRpn(text.join(","), kinds);
  const options = { columns, figures: new Map(), now: end, calendar };
  const { values } = evaluateColumn({ kind: "CDEF", name: "", nodes }, options);
  const found = new Float64Array(grid.rows).fill(Number.NaN);
  for (let row = 0; row < grid.rows; row++) {
    const value = values[row] ?? Number.NaN;
    if (Number.isFinite(value)) found[row] = value;
  }
  return found;
}
