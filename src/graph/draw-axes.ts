import type { GraphDefinition } from "./definition.ts";
import type { Theme } from "./palette.ts";
import type { Box, SceneItem, ScenePart } from "./scene.ts";
import { textItem } from "./text-item.ts";
import { fitText, textWidth } from "./text-width.ts";
import type { TimeAxis } from "./time-axis.ts";
import type { ValueAxis } from "./value-axis.ts";

export interface Axes {
  readonly plot: Box;
  readonly value: ValueAxis;
  readonly time: TimeAxis;
  readonly rightLabels: readonly string[];
}

export const LABEL_SIZE = 10;

/** A value's y; a value far outside stays near enough for every renderer. */
export function toY(value: number, { plot, value: axis }: Pick<Axes, "plot" | "value">): number {
  const share = Math.max(-100, Math.min(101, axis.share(value)));
  return plot.y + plot.height * (1 - share);
}

/** Grid lines and what stands behind the data. */
export function drawGrid(axes: Axes, theme: Theme): SceneItem[] {
  const { plot, value, time } = axes;
  const items: SceneItem[] = [{ kind: "rect", part: "background", ...plot, fill: theme.plot }];
  const major = new Set(value.ticks.map((tick) => lineY(tick.value, axes)));
  const across = (part: ScenePart, fill: string, y: number): SceneItem => {
    return { kind: "rect", part, x: plot.x, y, width: plot.width, height: 1, fill };
  };
  const down = (part: ScenePart, fill: string, x: number): SceneItem => {
    return { kind: "rect", part, x, y: plot.y, width: 1, height: plot.height, fill };
  };
  const columns = new Set(time.ticks.map((tick) => lineX(tick.x, plot)));
  for (const y of new Set(value.minor.map((one) => lineY(one, axes)))) {
    if (!major.has(y)) items.push(across("grid-minor", theme.minorGrid, y));
  }
  for (const x of new Set(time.minor.map((one) => lineX(one, plot)))) {
    if (!columns.has(x)) items.push(down("grid-minor", theme.minorGrid, x));
  }
  for (const y of major) items.push(across("grid", theme.grid, y));
  for (const x of columns) items.push(down("grid", theme.grid, x));
  return items;
}

/** What the axes say besides their numbers. */
export type AxisTexts = Pick<GraphDefinition, "verticalLabel" | "units" | "rightAxis">;

/** Base line, zero line and labels: what stands before the data. */
export function drawLabels(definition: AxisTexts, axes: Axes, edge: number, theme: Theme): SceneItem[] {
  const { plot, value, time, rightLabels } = axes;
  const bottom = plot.y + plot.height;
  const right = plot.x + plot.width;
  const items: SceneItem[] = [];
  const line = (part: ScenePart, y: number): SceneItem => {
    return { kind: "rect", part, x: plot.x, y, width: plot.width, height: 1, fill: theme.axis };
  };
  const zero = !value.logarithmic && value.low <= 0 && value.high >= 0;
  if (!zero || value.low < 0) items.push({ ...line("frame", bottom), fill: theme.grid } as SceneItem);
  if (zero) items.push(line("zero", lineY(0, axes)));
  const look = { size: LABEL_SIZE, fill: theme.muted };
  value.ticks.forEach((tick, index) => {
    const y = Math.min(bottom, Math.max(plot.y, toY(tick.value, axes))) + 3.5;
    items.push(textItem("value-label", tick.label, plot.x - 6, y, { ...look, anchor: "end" }));
    const other = rightLabels[index];
    if (other !== undefined)
      items.push(textItem("right-label", other, right + 6, y, { ...look, anchor: "start" }));
  });
  for (const tick of time.ticks) {
    const x = lineX(tick.x, plot);
    items.push({ kind: "rect", part: "frame", x, y: bottom + 1, width: 1, height: 3, fill: theme.axis });
    if (tick.label !== "") {
      items.push(textItem("time-label", tick.label, tick.x, bottom + 15, { ...look, anchor: "middle" }));
    }
  }
  for (const tick of time.labels ?? []) {
    items.push(textItem("time-label", tick.label, tick.x, bottom + 15, { ...look, anchor: "middle" }));
  }
  const label = definition.verticalLabel === "" ? definition.units : definition.verticalLabel;
  items.push(...turnedLabel(label, edge + 8, plot, theme));
  if (definition.rightAxis !== undefined) {
    items.push(...turnedLabel(definition.rightAxis.label, right + rightRoom(rightLabels) + 12, plot, theme));
  }
  return items;
}

/** Room of the labels of a right axis, gap included. */
export function rightRoom(labels: readonly string[]): number {
  return labels.length === 0
    ? 0
    : Math.ceil(Math.max(...labels.map((label) => textWidth(label, LABEL_SIZE)))) + 6;
}

function turnedLabel(label: string, x: number, plot: Box, theme: Theme): SceneItem[] {
  const text = fitText(label.replaceAll(/\s+/g, " "), LABEL_SIZE, plot.height + 10);
  if (text === "") return [];
  const look = { size: LABEL_SIZE, fill: theme.text, anchor: "middle", turned: true } as const;
  return [textItem("vertical-label", text, x, plot.y + plot.height / 2, look)];
}

/** The top edge of a hairline, on a pixel edge, so that it is crisp. */
function lineY(value: number, axes: Axes): number {
  return Math.round(toY(value, axes));
}

function lineX(x: number, plot: Box): number {
  return Math.min(Math.round(x), plot.x + plot.width - 1);
}
