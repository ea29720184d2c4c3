import { withAlpha } from "./colour.ts";
import type { GraphDefinition } from "./definition.ts";
import { type Axes, toY } from "./draw-axes.ts";
import { traceSummary } from "./legend-rows.ts";
import type { Theme } from "./palette.ts";
import { drawRules } from "./rules.ts";
import type { SceneItem } from "./scene.ts";
import { areaRings, lineRuns, type RowScale } from "./shapes.ts";
import { drawTicks } from "./tick-marks.ts";
import { drawnPercentile, type Trace, type Traces } from "./traces.ts";
import { trendColour, trendLine } from "./trend.ts";

const LINE_WIDTH = 1.5;
const NARROWEST_STEP = 2.5;
const LEAST_LENGTH = 3;
const LEAST_THICKNESS = 0.5;
/** An area is seen through, its edge is not: overlapping areas stay readable. */
const AREA_ALPHA = 0.28;
const STACK_ALPHA = 0.82;
const BAND_ALPHA = 0.16;
/** Of an area between two fields. */
const EDGE_WIDTH = 1;
const EDGE_ALPHA = 0.5;

/** The data, the marks and the rules, cut off at the plot's edges. */
export function drawPlot(
  definition: GraphDefinition,
  data: Traces,
  axes: Axes,
  window: { readonly start: number; readonly end: number },
  theme: Theme,
): SceneItem {
  const { plot, value } = axes;
  const { grid } = data.columns;
  const perSecond = plot.width / (window.end - window.start);
  const rowWidth = grid.step * perSecond;
  const scale: RowScale = {
    x: plot.x + (grid.start - window.start) * perSecond,
    rowWidth,
    from: data.from,
    to: data.to,
    toY: (one) => toY(one, axes),
    // Steps narrower than this are no steps to the eye, only noise at the edges.
    slope: definition.slope || rowWidth < NARROWEST_STEP,
    join: definition.gaps === "join",
  };
  const ground = value.logarithmic ? plot.y + plot.height : toY(0, axes);
  const items = [
    ...data.traces.flatMap((trace) => areasOf(definition, trace, scale, ground)),
    ...drawTicks(definition, data, scale, plot, theme),
    // What is derived lies under what it is derived from.
    ...data.traces.flatMap((trace) => (trace.derived ? linesOf(definition, trace, scale) : [])),
    ...data.traces.flatMap((trace) => (trace.derived ? [] : linesOf(definition, trace, scale))),
    ...data.traces.flatMap((trace) => percentileLine(trace, data, axes)),
    ...data.traces.flatMap((trace) => trendOf(trace, data, scale, theme)),
    ...drawRules(definition, data, axes, window, perSecond, theme),
  ];
  // A pixel more above and below, so that a line at the very edge keeps its thickness.
  return { kind: "clip", x: plot.x, y: plot.y - 1, width: plot.width, height: plot.height + 2, items };
}

function areasOf(definition: GraphDefinition, trace: Trace, scale: RowScale, ground: number): SceneItem[] {
  if (trace.method === "LINE") return [];
  const alpha = trace.band ? BAND_ALPHA : trace.method === "STACK" ? STACK_ALPHA : AREA_ALPHA;
  const fill = withAlpha(trace.colour, alpha);
  const title = traceSummary(trace, definition);
  return areaRings(trace.top, trace.base ?? ground, scale).map((points) => {
    return { kind: "area", part: "series", points, fill, title };
  });
}

function linesOf(definition: GraphDefinition, trace: Trace, scale: RowScale): SceneItem[] {
  if (trace.band) return [];
  const title = traceSummary(trace, definition);
  // The lower edge of an area between two names is as much of it as the upper one; what matters is between them.
  const between = trace.method === "AREA" && trace.base !== undefined;
  // Where a layer is nothing or nearly so, its edge would lie over that of the layer below.
  const top =
    trace.method === "STACK" && trace.base !== undefined ? thick(trace.top, trace.base, scale) : trace.top;
  const edges = between ? [trace.top, trace.base] : [top];
  const { dashes, width = between ? EDGE_WIDTH : trace.method === "STACK" ? 1 : LINE_WIDTH } = trace.look;
  const stroke = between ? withAlpha(trace.colour, EDGE_ALPHA) : trace.colour;
  const look = { stroke, width, ...(dashes === undefined ? {} : { dash: dashes }), title };
  return edges.flatMap((values) =>
    lineRuns(values, scale).map((points): SceneItem => {
      return { kind: "line", part: "series", points: seen(points), ...look };
    }),
  );
}

function thick(top: Float64Array, base: Float64Array, { toY }: RowScale): Float64Array {
  return top.map((value, row) => {
    const height = Math.abs(toY(value) - toY(base[row] ?? Number.NaN));
    return height < LEAST_THICKNESS ? Number.NaN : value;
  });
}

/** A value alone between unknown ones is a stretch that may be too short to be seen. */
function seen(points: Float64Array): Float64Array {
  const last = points.length - 2;
  const missing = LEAST_LENGTH - ((points[last] ?? 0) - (points[0] ?? 0));
  if (missing <= 0) return points;
  const longer = points.slice();
  longer[0] = (points[0] ?? 0) - missing / 2;
  longer[last] = (points[last] ?? 0) + missing / 2;
  return longer;
}

function percentileLine(trace: Trace, data: Traces, axes: Axes): SceneItem[] {
  const { plot } = axes;
  const y = Math.round(toY(drawnPercentile(trace, data), axes)) + 0.5;
  if (Number.isNaN(y)) return [];
  const points = Float64Array.of(plot.x, y, plot.x + plot.width, y);
  return [{ kind: "line", part: "percentile", points, stroke: trace.colour, width: 1, dash: [5, 3] }];
}

function trendOf(trace: Trace, data: Traces, { x, rowWidth, toY }: RowScale, theme: Theme): SceneItem[] {
  if (!trace.trend) return [];
  const { first, slope } = trendLine(trace, data);
  const last = data.to - data.from - 1;
  const ends = [toY(first - slope / 2), toY(first + slope * (last + 0.5))] as const;
  if (ends.some(Number.isNaN)) return [];
  const points = Float64Array.of(x + data.from * rowWidth, ends[0], x + data.to * rowWidth, ends[1]);
  return [{ kind: "line", part: "trend", points, stroke: trendColour(trace, theme), width: 1, dash: [8, 4] }];
}
