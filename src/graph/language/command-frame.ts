import { withAlpha } from "../colour.ts";
import { type Axes, drawLabels, toY } from "../draw-axes.ts";
import type { Theme } from "../palette.ts";
import type { SceneItem } from "../scene.ts";
import { textItem } from "../text-item.ts";
import { fitText } from "../text-width.ts";
import { PAD } from "./command-axes.ts";
import type { GraphSettings } from "./graph-settings.ts";
import { plainText } from "./legend-layout.ts";

export function drawTitle(
  title: string,
  { fonts, markup, onlyGraph }: GraphSettings,
  left: number,
  width: number,
  theme: Theme,
): SceneItem[] {
  if (title === "" || onlyGraph) return [];
  const text = fitText(markup ? plainText(title) : title, fonts.title, width - left - PAD, { bold: true });
  const look = { size: fonts.title, fill: theme.title, anchor: "start", bold: true } as const;
  return [textItem("title", text, left, PAD + fonts.title * 0.85, look)];
}

/** With `--grid-dash` the hairlines become dashed ones. */
export function dashedGrid(items: SceneItem[], { gridDash, noMinor }: GraphSettings): SceneItem[] {
  const kept = noMinor ? items.filter((item) => !("part" in item) || item.part !== "grid-minor") : items;
  if (gridDash === undefined) return kept;
  return kept.map((item): SceneItem => {
    if (item.kind !== "rect" || item.part === "background") return item;
    const { x, y, width, height } = item;
    const points =
      height > width
        ? Float64Array.of(x + 0.5, y, x + 0.5, y + height)
        : Float64Array.of(x, y + 0.5, x + width, y + 0.5);
    return { kind: "line", part: item.part, points, stroke: item.fill, width: 1, dash: gridDash };
  });
}

/** Areas hide the grid; a trace of the lines that carry labels stays visible through them. */
export function gridOver(axes: Axes, theme: Theme): SceneItem[] {
  const { plot, value } = axes;
  const fill = withAlpha(theme.text, 0.1);
  return value.ticks.flatMap((tick): SceneItem[] => {
    const y = Math.round(toY(tick.value, axes));
    if (y <= plot.y || y >= plot.y + plot.height) return [];
    return [{ kind: "rect", part: "grid", x: plot.x, y, width: plot.width, height: 1, fill }];
  });
}

export function labels(settings: GraphSettings, axes: Axes, theme: Theme): SceneItem[] {
  const verticalLabel = settings.markup ? plainText(settings.verticalLabel) : settings.verticalLabel;
  const label = settings.markup ? plainText(settings.rightLabel) : settings.rightLabel;
  const scale = settings.rightAxis ?? { scale: 1, shift: 0 };
  const right = settings.rightAxis !== undefined || label !== "" ? { rightAxis: { ...scale, label } } : {};
  const items = drawLabels({ verticalLabel, units: "", ...right }, axes, PAD, theme);
  const { axis, unit } = settings.fonts;
  return items.map((item): SceneItem => {
    if (item.kind !== "text") return item;
    return { ...item, size: item.part === "vertical-label" ? unit : axis };
  });
}
