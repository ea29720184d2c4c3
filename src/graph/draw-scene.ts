import { calendarOf } from "./calendar.ts";
import { graphWindow, wholePeriod } from "./column-requests.ts";
import { type GraphDefinition, type GraphPeriod, withPeriod } from "./definition.ts";
import { type Axes, drawGrid, drawLabels, LABEL_SIZE, rightRoom } from "./draw-axes.ts";
import { extentOf } from "./extent.ts";
import { drawLegend } from "./legend.ts";
import { legendContent, traceSummary } from "./legend-rows.ts";
import { drawNotes, notesHeight } from "./notes.ts";
import { type Theme, themes } from "./palette.ts";
import { drawPlot } from "./plot.ts";
import { rangeText } from "./range-text.ts";
import { rightLabels } from "./right-axis.ts";
import type { Box, Scene, SceneItem } from "./scene.ts";
import type { GraphSeries } from "./series.ts";
import { isNatural } from "./si.ts";
import { textItem } from "./text-item.ts";
import { fitText, textWidth } from "./text-width.ts";
import { timeAxis } from "./time-axis.ts";
import { prepareTraces, type Traces } from "./traces.ts";
import { type ValueAxis, valueAxis } from "./value-axis.ts";

export interface DrawOptions {
  /** Epoch seconds: the right edge. */
  readonly now: number;
  readonly period: GraphPeriod;
  /** IANA name; default that of the process (`TZ` or the system's). */
  readonly timeZone?: string | undefined;
}

const PAD = 10;
const TITLE_SIZE = 13;
const TITLE_ROOM = 20;
const TIME_ROOM = 20;
const TURNED_ROOM = 16;
const WATERMARK_ROOM = 13;

/**
 * Draws a graph as plain data. `series` answers `seriesRequest(definition, period, now)`: one column per one of
 * `requestedColumns(definition)`; its `fine` rows answer `figuresRequest`. Pure, apart from the time zone of the process.
 */
export function drawScene(definition: GraphDefinition, series: GraphSeries, options: DrawOptions): Scene {
  const theme = themes[definition.theme];
  const calendar = calendarOf(options.timeZone);
  const window = graphWindow(definition, options.period, options.now);
  const times = { drawn: window, measured: wholePeriod(options.period, options.now) };
  const data = prepareTraces(definition, series, times, calendar);
  const legend = legendContent(definition, data, theme);
  const title = oneLine(withPeriod(definition.title, options.period));
  const range = rangeText(calendar, window.start, window.end);

  // The width of the labels decides where the plot starts, and (with `fullSize`) the plot's height decides the labels;
  // their number never changes their width much, so one look ahead is enough.
  const extent = extentOf(definition, data);
  const ahead = valueAxisOf(definition, data, extent, definition.height);
  const left = PAD + leftRoom(definition, ahead);
  const right = PAD + rightAxisRoom(definition, ahead);
  const width = definition.fullSize ? definition.width : definition.width + left + right;
  const rows = drawLegend(legend.rows, legend.headings, left, 0, width - left - PAD, theme).height;
  const top = title === "" && definition.fullSize ? PAD : PAD + TITLE_ROOM;
  const legendRoom = rows > 0 ? rows + 6 : 0;
  const below =
    TIME_ROOM +
    legendRoom +
    notesHeight(definition.notes) +
    (definition.watermark === "" ? 0 : WATERMARK_ROOM) +
    PAD / 2;
  if (definition.fullSize && definition.height < top + 10 + below) {
    // The plot is what the picture is for; what stands beside it gives way, then the title.
    if (rows > 0 || definition.notes.length > 0 || definition.watermark !== "") {
      const without = { ...definition, legend: undefined, notes: [], watermark: "" };
      return drawScene(without, series, options);
    }
    if (title !== "") return drawScene({ ...definition, title: "" }, series, options);
  }
  const height = definition.fullSize
    ? Math.max(definition.height, top + 10 + below)
    : definition.height + top + below;
  const plot: Box = {
    x: left,
    y: top,
    width: Math.max(10, width - left - right),
    height: height - top - below,
  };

  const value =
    plot.height === definition.height ? ahead : valueAxisOf(definition, data, extent, plot.height);
  const time = timeAxis({ ...window, ...plot, pictureWidth: width, textSize: LABEL_SIZE, calendar });
  const rightTicks = definition.rightAxis && rightLabels(definition.rightAxis, value.ticks, definition.base);
  const axes: Axes = { plot, value, time, rightLabels: rightTicks ?? [] };
  const legendTop = plot.y + plot.height + TIME_ROOM + 2;
  const notesBox = { x: left, y: legendTop + rows, width: plot.width };
  const items: SceneItem[] = [
    ...drawHead(title, range, left, width, theme),
    ...drawGrid(axes, theme),
    drawPlot(definition, data, axes, window, theme),
    ...drawLabels(definition, axes, PAD, theme),
    ...drawLegend(legend.rows, legend.headings, left, legendTop, width - left - PAD, theme).items,
    ...drawNotes(definition, data, calendar, notesBox, theme),
  ];
  if (definition.watermark !== "") {
    const text = fitText(oneLine(definition.watermark), 9, width - 2 * PAD);
    items.push(
      textItem("watermark", text, width - PAD, height - 7, { size: 9, fill: theme.muted, anchor: "end" }),
    );
  }
  const named = data.traces.filter(({ band }) => !band);
  return {
    width,
    height,
    scale: definition.scale,
    background: theme.background,
    title: title === "" ? named.map((trace) => trace.name).join(", ") : title,
    description: [range, ...named.map((trace) => traceSummary(trace, definition))].join("\n"),
    plot,
    items,
  };
}

/** Title at the left, the time shown at the right when there is room for both. */
function drawHead(title: string, range: string, left: number, width: number, theme: Theme): SceneItem[] {
  const items: SceneItem[] = [];
  // A title that is too long for its place over the plot may begin at the edge.
  const fits = textWidth(title, TITLE_SIZE, true) <= width - left - PAD - 8;
  const start = fits ? left : PAD;
  const room = width - start - PAD - 8;
  const rangeWidth = textWidth(range, LABEL_SIZE);
  const text = fitText(title, TITLE_SIZE, room, { bold: true });
  const y = PAD + 11;
  if (text !== "") {
    const look = { size: TITLE_SIZE, fill: theme.title, anchor: "start", bold: true } as const;
    items.push(textItem("title", text, start, y, look));
  }
  if (textWidth(text, TITLE_SIZE, true) + 20 + rangeWidth <= room || (text === "" && rangeWidth <= room)) {
    items.push(
      textItem("range", range, width - PAD - 8, y, { size: LABEL_SIZE, fill: theme.muted, anchor: "end" }),
    );
  }
  return items;
}

function valueAxisOf(
  definition: GraphDefinition,
  data: Traces,
  extent: ReturnType<typeof extentOf>,
  height: number,
): ValueAxis {
  const { lowerLimit, upperLimit, rigid, logarithmic, base } = definition;
  const fromZero = data.traces.some(
    ({ method, base }) => method === "STACK" || (method === "AREA" && base === undefined),
  );
  const plainFrom = isNatural(definition.units) ? undefined : 0.1;
  const request = { lowerLimit, upperLimit, rigid, fromZero, logarithmic, base, height, plainFrom };
  const axis = valueAxis({ ...extent, ...request });
  // What is drawn downwards is not negative.
  const mirrored =
    data.traces.some(({ negated }) => negated) && !data.traces.some(({ figures }) => figures.min < 0);
  if (!mirrored) return axis;
  return { ...axis, ticks: axis.ticks.map((tick) => ({ ...tick, label: tick.label.replace(/^[-−]/, "") })) };
}

function leftRoom(definition: GraphDefinition, axis: ValueAxis): number {
  const widest = Math.max(12, ...axis.ticks.map((tick) => textWidth(tick.label, LABEL_SIZE)));
  const named = definition.verticalLabel !== "" || definition.units !== "";
  return Math.ceil(widest) + 6 + (named ? TURNED_ROOM : 0);
}

function rightAxisRoom({ rightAxis, base }: GraphDefinition, axis: ValueAxis): number {
  // Half of the last time label, which may stand at the very edge of the plot.
  if (rightAxis === undefined) return 8;
  return rightRoom(rightLabels(rightAxis, axis.ticks, base)) + (rightAxis.label === "" ? 0 : TURNED_ROOM);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
