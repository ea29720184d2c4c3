import { calendarOf } from "../calendar.ts";
import { type Axes, drawGrid } from "../draw-axes.ts";
import type { Box, Scene, SceneItem } from "../scene.ts";
import { textItem } from "../text-item.ts";
import { fitText } from "../text-width.ts";
import { type ValueAxis, valueAxis } from "../value-axis.ts";
import { arrowItems, borderItems } from "./border.ts";
import { axisRequest, labelled, leftRoom, PAD, rightEdge, rightTextsOf, timeAxisOf } from "./command-axes.ts";
import { dashedGrid, drawTitle, gridOver, labels } from "./command-frame.ts";
import { themeOf } from "./command-theme.ts";
import type { Computed } from "./compute.ts";
import { drawElements } from "./draw-elements.ts";
import type { Drawn, Element } from "./elements.ts";
import type { GraphSettings } from "./graph-settings.ts";
import { extentOf, layersOf } from "./layers.ts";
import type { LegendContent } from "./legend-entries.ts";
import { drawPlaced, type LegendLayout, layOutLegend } from "./legend-layout.ts";

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
