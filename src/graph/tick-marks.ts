import { withAlpha } from "./colour.ts";
import type { GraphDefinition } from "./definition.ts";
import type { Theme } from "./palette.ts";
import type { Box, SceneItem } from "./scene.ts";
import type { RowScale } from "./shapes.ts";
import type { Traces } from "./traces.ts";

const ALPHA = 0.6;

/** Marks over the rows where something is so: neighbouring rows make one, and none is narrower than a pixel. */
export function drawTicks(
  { ticks }: GraphDefinition,
  { columns }: Traces,
  { x, rowWidth, from, to }: RowScale,
  plot: Box,
  theme: Theme,
): SceneItem[] {
  return ticks.flatMap(({ on, color, fraction, label }) => {
    const values = "failures" in on ? columns.failures(on.failures) : columns.formula(on.expression);
    const height = Math.min(1, Math.abs(fraction)) * plot.height;
    const y = fraction < 0 ? plot.y : plot.y + plot.height - height;
    const fill = withAlpha(color ?? theme.rule, ALPHA);
    const title = label === undefined ? {} : { title: label };
    const items: SceneItem[] = [];
    for (let row = from; row < to; row++) {
      if (!isMarked(values[row])) continue;
      const first = row;
      while (row + 1 < to && isMarked(values[row + 1])) row++;
      const left = x + first * rowWidth;
      const width = Math.max(1, (row + 1 - first) * rowWidth);
      items.push({ kind: "rect", part: "tick", x: left, y, width, height, fill, ...title });
    }
    return items;
  });
}

function isMarked(value: number | undefined): boolean {
  return value !== undefined && !Number.isNaN(value) && value !== 0;
}
