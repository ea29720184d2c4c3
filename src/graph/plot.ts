import { withAlpha } from "./colour.ts";
import type { GraphDefinition } from "./definition.ts";
import { type Axes, toY } from "./draw-axes.ts";
import { traceSummary } from "./legend-rows.ts";
import type { Theme } from "./palette.ts";
import type { SceneItem } from "./scene.ts";
import type { Series } from "./series.ts";
import { areaRings, lineRuns, type RowScale } from "./shapes.ts";
import type { Trace, Traces } from "./traces.ts";

const LINE_WIDTH = 1.5;
const NARROWEST_STEP = 2.5;
/** An area is seen through, its edge is not: overlapping areas stay readable. */
const AREA_ALPHA = 0.28;
const STACK_ALPHA = 0.82;

/** The data and the rules, cut off at the plot's edges. */
export function drawPlot(
  definition: GraphDefinition,
  data: Traces,
  axes: Axes,
  series: Series,
  window: { readonly start: number; readonly end: number },
  theme: Theme,
): SceneItem {
  const { plot, value } = axes;
  const perSecond = plot.width / (window.end - window.start);
  const scale: RowScale = {
    x: plot.x + (series.start - window.start) * perSecond,
    rowWidth: series.step * perSecond,
    from: data.from,
    to: data.to,
    toY: (one) => toY(one, axes),
    // Steps narrower than this are no steps to the eye, only noise at the edges.
    slope: definition.slope || series.step * perSecond < NARROWEST_STEP,
    join: definition.gaps === "join",
  };
  const ground = value.logarithmic ? plot.y + plot.height : toY(0, axes);
  const items = [
    ...data.traces.flatMap((trace) => areasOf(definition, trace, scale, ground)),
    ...data.traces.flatMap((trace) => linesOf(definition, trace, scale)),
    ...data.traces.flatMap((trace) => percentileLine(trace, axes)),
    ...drawRules(definition, axes, window, perSecond, theme),
  ];
  // A pixel more above and below, so that a line at the very edge keeps its thickness.
  return { kind: "clip", x: plot.x, y: plot.y - 1, width: plot.width, height: plot.height + 2, items };
}

function areasOf(definition: GraphDefinition, trace: Trace, scale: RowScale, ground: number): SceneItem[] {
  if (trace.method === "LINE") return [];
  const fill = withAlpha(trace.colour, trace.method === "STACK" ? STACK_ALPHA : AREA_ALPHA);
  const title = traceSummary(trace, definition);
  return areaRings(trace.top, trace.base ?? ground, scale).map((points) => {
    return { kind: "area", part: "series", points, fill, title };
  });
}

function linesOf(definition: GraphDefinition, trace: Trace, scale: RowScale): SceneItem[] {
  const title = traceSummary(trace, definition);
  const width = trace.method === "STACK" ? 1 : LINE_WIDTH;
  return lineRuns(trace.top, scale).map((points) => {
    return { kind: "line", part: "series", points, stroke: trace.colour, width, title };
  });
}

function percentileLine(trace: Trace, { plot, ...axes }: Axes): SceneItem[] {
  if (Number.isNaN(trace.percentile)) return [];
  const y = Math.round(toY(trace.percentile, { plot, ...axes })) + 0.5;
  const points = Float64Array.of(plot.x, y, plot.x + plot.width, y);
  return [{ kind: "line", part: "percentile", points, stroke: trace.colour, width: 1, dash: [5, 3] }];
}

function drawRules(
  { hrules, vrules }: GraphDefinition,
  axes: Axes,
  { start, end }: { readonly start: number; readonly end: number },
  perSecond: number,
  theme: Theme,
): SceneItem[] {
  const { plot } = axes;
  const rule = (points: Float64Array, color: string | undefined, label: string | undefined): SceneItem => {
    const title = label === undefined ? {} : { title: label };
    return { kind: "line", part: "rule", points, stroke: color ?? theme.rule, width: 1, ...title };
  };
  const across = hrules.flatMap((one) => {
    const y = Math.round(toY(one.value, axes)) + 0.5;
    return Number.isNaN(y)
      ? []
      : [rule(Float64Array.of(plot.x, y, plot.x + plot.width, y), one.color, one.label)];
  });
  const down = vrules.flatMap((one) => {
    if (one.time < start || one.time > end) return [];
    const x = Math.round(plot.x + (one.time - start) * perSecond) + 0.5;
    const line = rule(Float64Array.of(x, plot.y, x, plot.y + plot.height), one.color, one.label);
    return [{ ...line, dash: [4, 2] } as SceneItem];
  });
  return [...across, ...down];
}
