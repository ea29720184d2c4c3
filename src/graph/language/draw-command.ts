import { type Calendar, calendarOf } from "../calendar.ts";
import { withAlpha } from "../colour.ts";
import { type Axes, drawGrid, drawLabels, LABEL_SIZE, rightRoom, toY } from "../draw-axes.ts";
import { type Theme, themes } from "../palette.ts";
import { rightLabels } from "../right-axis.ts";
import type { Box, Scene, SceneItem } from "../scene.ts";
import { textItem } from "../text-item.ts";
import { fitText, textWidth } from "../text-width.ts";
import { type TimeAxis, timeAxis } from "../time-axis.ts";
import { type ValueAxis, valueAxis } from "../value-axis.ts";
import { arrowItems, borderItems } from "./border.ts";
import type { Computed } from "./compute.ts";
import { customTimeAxis } from "./custom-time-axis.ts";
import { drawElements } from "./draw-elements.ts";
import type { Drawn, Element } from "./elements.ts";
import type { GraphSettings } from "./graph-settings.ts";
import type { AxisFormat } from "./grid-options.ts";
import { extentOf, layersOf } from "./layers.ts";
import type { LegendContent } from "./legend-entries.ts";
import { drawPlaced, type LegendLayout, layOutLegend, plainText } from "./legend-layout.ts";
import { formatC } from "./number-format.ts";
import { formatDuration, formatTime } from "./time-format.ts";

const PAD = 10;
const TURNED_ROOM = 16;

export interface CommandScene {
  readonly scene: Scene;
  readonly legend: LegendLayout;
  readonly legendTop: number;
  readonly axis: ValueAxis;
}

/** The picture of a graph command, as plain data. */
export function drawCommand(
  settings: GraphSettings,
  elements: readonly Element[],
  computed: Computed,
  content: LegendContent,
  timeZone: string | undefined,
): CommandScene {
  const theme = themeOf(settings);
  const calendar = calendarOf(timeZone);
  const { fonts, onlyGraph } = settings;
  const drawn = elements.filter((one): one is Drawn => one.kind === "LINE" || one.kind === "AREA");
  const layers = layersOf(drawn, computed, settings, settings.width);
  const extent = extentOf(layers, settings);
  const hasAreas = drawn.some(({ kind }) => kind === "AREA");
  const axisFor = (height: number) =>
    labelled(valueAxis(axisRequest(settings, extent, hasAreas, height)), settings, calendar);

  const ahead = axisFor(settings.height);
  const left = onlyGraph ? 0 : PAD + leftRoom(settings, ahead);
  const rightTexts = rightTextsOf(settings, ahead, calendar);
  const right = onlyGraph ? 0 : rightEdge(settings, rightTexts);
  const width = onlyGraph || settings.fullSize ? settings.width : settings.width + left + right;
  const legend: LegendLayout =
    onlyGraph || settings.noLegend
      ? { placed: [], height: 0 }
      : layOutLegend(
          settings.legendUpwards ? content.entries.toReversed() : content.entries,
          PAD,
          width - 2 * PAD,
          settings.tabWidth,
          fonts,
        );
  const legendRoom = legend.height > 0 ? legend.height + 6 : 0;
  const north = settings.legendPosition === "north";
  const title = settings.title.trim() === "" ? "" : settings.title.replaceAll(/\s+/g, " ").trim();
  const titleRoom = title === "" ? 0 : Math.ceil(fonts.title * 1.6);
  const timeRoom = settings.timeGrid.kind === "none" ? 4 : 20;
  const above = onlyGraph ? 0 : PAD + titleRoom + (north ? legendRoom : 0);
  const below = onlyGraph
    ? 0
    : timeRoom + (north ? 0 : legendRoom) + (settings.watermark === "" ? 0 : fonts.watermark + 4) + PAD / 2;
  const height = onlyGraph || settings.fullSize ? settings.height : settings.height + above + below;
  const plot: Box = {
    x: left,
    y: above,
    width: Math.max(10, width - left - right),
    height: Math.max(10, height - above - below),
  };

  const value = axisFor(plot.height);
  const axes: Axes = {
    plot,
    value: settings.valueGrid.kind === "none" ? { ...value, ticks: [], minor: [] } : value,
    time: timeAxisOf(settings, plot, width, calendar),
    rightLabels: rightTextsOf(settings, value, calendar),
  };
  const byElement = new Map(layers.map((layer) => [layer.element, layer] as const));
  const data = drawElements(elements, { computed, settings, axes, layers: byElement });
  const items: SceneItem[] = [
    ...(onlyGraph ? [] : borderItems(settings, width, height)),
    ...drawTitle(title, settings, left, width, theme),
    ...(onlyGraph ? [] : dashedGrid(drawGrid(axes, theme), settings)),
    { kind: "clip", x: plot.x, y: plot.y - 1, width: plot.width, height: plot.height + 2, items: data },
    ...(hasAreas && !onlyGraph ? gridOver(axes, theme) : []),
    ...(onlyGraph ? [] : labels(settings, axes, theme)),
    ...(onlyGraph ? [] : arrowItems(settings, plot)),
  ];
  const legendTop = north ? PAD + titleRoom : plot.y + plot.height + timeRoom + 2;
  const look = {
    fill: theme.text,
    tab: settings.tabWidth,
    size: fonts.legend,
    markup: settings.markup,
    frame: settings.colours.get("FRAME"),
  };
  items.push(...drawPlaced(legend, legendTop, look));
  if (settings.watermark !== "" && !onlyGraph) {
    const text = fitText(settings.watermark.replaceAll(/\s+/g, " "), fonts.watermark, width - 2 * PAD);
    items.push(
      textItem("watermark", text, width / 2, height - 6, {
        size: fonts.watermark,
        fill: theme.muted,
        anchor: "middle",
      }),
    );
  }
  const scene: Scene = {
    width,
    height,
    scale: settings.zoom,
    background: (onlyGraph ? theme.plot : theme.background).slice(0, 7),
    title:
      title === ""
        ? drawn
            .map(({ legend: text }) => text.trim())
            .filter((text) => text !== "")
            .join(", ")
        : title,
    description: content.entries
      .map(({ text }) => text.trim())
      .filter((text) => text !== "")
      .join("\n"),
    plot,
    items,
  };
  return { scene, legend, legendTop, axis: value };
}

function themeOf({ colours }: GraphSettings): Theme {
  const { light } = themes;
  const font = colours.get("FONT");
  const axis = colours.get("AXIS");
  const back = colours.get("BACK");
  return {
    ...light,
    background: back ?? light.background,
    // A plot that was left as it is on a ground that was changed would be a pale patch.
    plot: colours.get("CANVAS") ?? (back === undefined ? light.plot : "#ffffff"),
    grid: colours.get("MGRID") ?? light.grid,
    minorGrid: colours.get("GRID") ?? light.minorGrid,
    axis: axis ?? light.axis,
    title: font ?? light.title,
    text: font ?? light.text,
    muted: font ?? light.muted,
  };
}

function axisRequest(
  settings: GraphSettings,
  { least, greatest }: { readonly least: number; readonly greatest: number },
  hasAreas: boolean,
  height: number,
): Parameters<typeof valueAxis>[0] {
  const { lower, upper, rigid, logarithmic, base, tightMin, tightMax, allowShrink } = settings;
  const shrunk = allowShrink && !Number.isNaN(least);
  const tight = tightMin || tightMax;
  return {
    least,
    greatest,
    lowerLimit: shrunk && lower !== undefined ? Math.max(lower, Math.min(least, upper ?? least)) : lower,
    upperLimit:
      shrunk && upper !== undefined ? Math.min(upper, Math.max(greatest, lower ?? greatest)) : upper,
    rigid,
    fromZero: hasAreas && !tight,
    logarithmic,
    base,
    height,
    tight: tight ? { low: tightMin, high: tightMin || tightMax } : undefined,
    exponent: settings.exponent,
    grid: settings.valueGrid.kind === "custom" ? settings.valueGrid : undefined,
  };
}

/** The axis with its labels in the format asked for. */
function labelled(axis: ValueAxis, { leftFormat }: GraphSettings, calendar: Calendar): ValueAxis {
  if (leftFormat.kind === "auto") return axis;
  return {
    ...axis,
    ticks: axis.ticks.map((tick) => ({ ...tick, label: axisText(leftFormat, tick.value, calendar) })),
  };
}

function axisText(format: Exclude<AxisFormat, { kind: "auto" }>, value: number, calendar: Calendar): string {
  switch (format.kind) {
    case "number": {
      const { before, between, after } = format.format;
      return (before + formatC(value, format.format) + between + after).trim();
    }
    case "timestamp":
      return formatTime(format.format, Math.trunc(value), calendar);
    default:
      return formatDuration(format.format, value);
  }
}

function rightTextsOf(
  { rightAxis, rightFormat, base }: GraphSettings,
  axis: ValueAxis,
  calendar: Calendar,
): string[] {
  if (rightAxis === undefined) return [];
  if (rightFormat.kind === "auto") return rightLabels({ ...rightAxis, label: "" }, axis.ticks, base);
  return axis.ticks.map(({ value }) =>
    axisText(rightFormat, value * rightAxis.scale + rightAxis.shift, calendar),
  );
}

function leftRoom({ verticalLabel, labelLength, valueGrid }: GraphSettings, axis: ValueAxis): number {
  const texts = valueGrid.kind === "none" ? [] : axis.ticks.map((tick) => textWidth(tick.label, LABEL_SIZE));
  const wanted = labelLength === undefined ? 0 : textWidth("0", LABEL_SIZE) * labelLength;
  return Math.ceil(Math.max(12, wanted, ...texts)) + 6 + (verticalLabel.trim() === "" ? 0 : TURNED_ROOM);
}

function rightEdge({ rightLabel }: GraphSettings, texts: readonly string[]): number {
  if (texts.length === 0) return PAD + 8 + (rightLabel === "" ? 0 : TURNED_ROOM);
  return PAD + rightRoom(texts) + (rightLabel === "" ? 0 : TURNED_ROOM);
}

function timeAxisOf(settings: GraphSettings, plot: Box, pictureWidth: number, calendar: Calendar): TimeAxis {
  const { start, end, timeGrid, noMinor } = settings;
  if (timeGrid.kind === "none" || end <= start) return { ticks: [], minor: [] };
  const request = { start, end, ...plot, pictureWidth, textSize: LABEL_SIZE, calendar };
  const axis =
    timeGrid.kind === "custom" ? customTimeAxis({ ...request, grid: timeGrid }) : timeAxis(request);
  return noMinor ? { ...axis, minor: [] } : axis;
}

function drawTitle(
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
function dashedGrid(items: SceneItem[], { gridDash, noMinor }: GraphSettings): SceneItem[] {
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
function gridOver(axes: Axes, theme: Theme): SceneItem[] {
  const { plot, value } = axes;
  const fill = withAlpha(theme.text, 0.1);
  return value.ticks.flatMap((tick): SceneItem[] => {
    const y = Math.round(toY(tick.value, axes));
    if (y <= plot.y || y >= plot.y + plot.height) return [];
    return [{ kind: "rect", part: "grid", x: plot.x, y, width: plot.width, height: 1, fill }];
  });
}

function labels(settings: GraphSettings, axes: Axes, theme: Theme): SceneItem[] {
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
