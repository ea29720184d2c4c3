import type { Column } from "./column.ts";
import { type Computed, valueAt } from "./compute.ts";
import type { Drawn, Operand } from "./elements.ts";
import type { GraphSettings } from "./graph-settings.ts";

/** One line or area, ready to be drawn: values at the rows of its own grid. */
export interface Layer {
  readonly element: Drawn;
  readonly start: number;
  readonly step: number;
  readonly top: Float64Array;
  /** What it stands on; zero without. */
  readonly base: Float64Array | undefined;
}

interface Sum {
  readonly start: number;
  readonly step: number;
  /** What was stacked so far; an unknown value adds nothing. */
  readonly values: Float64Array;
}

/** Resolves names and stacks what is stacked. Columns of different grids meet at the pixels of the picture. */
export function layersOf(
  drawn: readonly Drawn[],
  computed: Computed,
  settings: Pick<GraphSettings, "start" | "end">,
  pixels: number,
): Layer[] {
  const layers: Layer[] = [];
  let below: Sum | undefined;
  for (const element of drawn) {
    let { start, step, values } = gridded(element.of, computed, settings, pixels);
    let base: Float64Array | undefined;
    if (element.stacked && below !== undefined) {
      if (below.start !== start || below.step !== step || below.values.length !== values.length) {
        const grid = pixelGrid(settings, pixels);
        values = resampled({ start, step, values }, grid);
        below = { ...grid, values: resampled(below, grid).map((value) => (Number.isNaN(value) ? 0 : value)) };
        ({ start, step } = grid);
      }
      base = below.values;
    }
    const under = base;
    const top = under === undefined ? values : values.map((value, row) => value + (under[row] ?? 0));
    below = {
      start,
      step,
      values: top.map((value, row) => (Number.isNaN(value) ? (under?.[row] ?? 0) : value)),
    };
    layers.push({ element, start, step, top, base });
  }
  return layers;
}

function gridded(
  operand: Operand,
  computed: Computed,
  settings: Pick<GraphSettings, "start" | "end">,
  pixels: number,
): Sum {
  if (operand.kind === "column") {
    const column = computed.columns.get(operand.name);
    if (column !== undefined) return column;
  }
  const value =
    operand.kind === "number" ? operand.value : (computed.figures.get(operand.name)?.value ?? Number.NaN);
  const grid = pixelGrid(settings, pixels);
  return { ...grid, values: new Float64Array(grid.rows).fill(value) };
}

function pixelGrid({ start, end }: Pick<GraphSettings, "start" | "end">, pixels: number) {
  return { start, step: Math.max(1e-3, (end - start) / pixels), rows: pixels };
}

function resampled(from: Sum, to: { start: number; step: number; rows: number }): Float64Array {
  const column: Column = { ...from, end: from.start + from.step * from.values.length };
  return Float64Array.from({ length: to.rows }, (_, row) =>
    valueAt(column, to.start + (row + 0.5) * to.step),
  );
}

/** Rows of a layer that touch the picture. */
export function rowsShown(
  { start, step, top }: Layer,
  from: number,
  to: number,
): { from: number; to: number } {
  return {
    from: Math.max(0, Math.floor((from - start) / step)),
    to: Math.min(top.length, Math.ceil((to - start) / step)),
  };
}

/** The least and greatest value that the picture has to show; NaN without any. */
export function extentOf(
  layers: readonly Layer[],
  { start, end, logarithmic }: Pick<GraphSettings, "start" | "end" | "logarithmic">,
): { least: number; greatest: number } {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const layer of layers) {
    if (layer.element.skipScale) continue;
    const rows = rowsShown(layer, start, end);
    for (let row = rows.from; row < rows.to; row++) {
      const value = layer.top[row] ?? Number.NaN;
      if (!Number.isFinite(value) || (logarithmic && value <= 0)) continue;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  return greatest >= least ? { least, greatest } : { least: Number.NaN, greatest: Number.NaN };
}
