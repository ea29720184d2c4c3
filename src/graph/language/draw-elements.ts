import { mix } from "../colour.ts";
import { type Axes, toY } from "../draw-axes.ts";
import type { SceneItem } from "../scene.ts";
import { areaRings, lineRuns, type RowScale } from "../shapes.ts";
import { type Computed, valueAt } from "./compute.ts";
import type { Dashes, Drawn, Element, HorizontalRule, Tick, VerticalRule } from "./elements.ts";
import type { GraphSettings } from "./graph-settings.ts";
import { type Layer, rowsShown } from "./layers.ts";

/** A line over rows narrower than this goes from one to the next: steps would only be noise. Areas keep theirs: a peak
 * that is one row wide would lose its top. */
const NARROWEST_STEP = 2.5;
const GRADIENT_STEPS = 24;

export interface ElementContext {
  readonly computed: Computed;
  readonly settings: GraphSettings;
  readonly axes: Axes;
  readonly layers: ReadonlyMap<Drawn, Layer>;
}

/** The data, in the order of the command line: what comes later lies on top. */
export function drawElements(elements: readonly Element[], context: ElementContext): SceneItem[] {
  return elements.flatMap((element): SceneItem[] => {
    switch (element.kind) {
      case "LINE":
      case "AREA": {
        const layer = context.layers.get(element);
        return layer === undefined ? [] : drawLayer(layer, context);
      }
      case "TICK":
        return drawTicks(element, context);
      case "HRULE":
        return drawHorizontal(element, context);
      case "VRULE":
        return drawVertical(element, context);
      default:
        return [];
    }
  });
}

function drawLayer(layer: Layer, { settings, axes }: ElementContext): SceneItem[] {
  const { element, top, base } = layer;
  const { colour } = element;
  if (colour === undefined) return [];
  const { plot, value } = axes;
  const perSecond = plot.width / Math.max(1, settings.end - settings.start);
  const rowWidth = layer.step * perSecond;
  const scale: RowScale = {
    x: plot.x + (layer.start - settings.start) * perSecond,
    rowWidth,
    ...rowsShown(layer, settings.start, settings.end),
    toY: (one) => toY(one, axes),
    slope: settings.slope || (element.kind === "LINE" && rowWidth < NARROWEST_STEP),
    join: false,
  };
  const title = element.legend.trim() === "" ? {} : { title: element.legend.trim() };
  if (element.kind === "LINE") {
    return lineRuns(top, scale).map((points) => {
      const look = { stroke: colour, width: element.width, ...dashesOf(element.dashes), ...title };
      return { kind: "line", part: "series", points, ...look };
    });
  }
  const ground = value.logarithmic ? plot.y + plot.height : toY(0, axes);
  if (element.gradient !== undefined) return gradient(layer, element.gradient, scale, ground);
  return areaRings(top, base ?? ground, scale).map((points) => {
    return { kind: "area", part: "series", points, fill: colour, ...title };
  });
}

/** Bands from the ground's colour to the top's; each one reaches up to the next, so that there are no seams. */
function gradient(
  { element, top, base }: Layer,
  { colour, height }: NonNullable<Drawn["gradient"]>,
  scale: RowScale,
  ground: number,
): SceneItem[] {
  const from = element.colour ?? colour;
  const items: SceneItem[] = [];
  const bottom = (row: number) => {
    const value = base?.[row];
    return value === undefined ? ground : scale.toY(value);
  };
  const ys = top.map((value) => scale.toY(value));
  for (let step = 0; step < GRADIENT_STEPS; step++) {
    // Of a height in pixels the colours change that far down from the top; of 0 over the whole height.
    const share = step / GRADIENT_STEPS;
    const edge = ys.map((y, row) => {
      const low = bottom(row);
      const fade =
        height === 0
          ? low - y
          : height < 0
            ? -height * Math.sign(low - y)
            : Math.min(height, Math.abs(low - y)) * Math.sign(low - y);
      return y + fade * share;
    });
    const ends = base === undefined ? ground : ys.map((_y, row) => bottom(row));
    const inPixels = { ...scale, toY: (y: number) => y };
    const fill = mix(from, colour, (step + 0.5) / GRADIENT_STEPS);
    for (const points of areaRings(edge, ends, inPixels))
      items.push({ kind: "area", part: "series", points, fill });
  }
  return items;
}

function dashesOf(dashes: Dashes | undefined): { dash?: readonly number[]; dashOffset?: number } {
  if (dashes === undefined) return {};
  return { dash: dashes.pattern, ...(dashes.offset === 0 ? {} : { dashOffset: dashes.offset }) };
}

/** A mark at every pixel where the value is neither unknown nor 0. */
function drawTicks(tick: Tick, { computed, settings, axes: { plot } }: ElementContext): SceneItem[] {
  const column = computed.columns.get(tick.of);
  if (column === undefined) return [];
  const perPixel = (settings.end - settings.start) / plot.width;
  const height = Math.min(1, Math.abs(tick.fraction)) * plot.height;
  const y = tick.fraction < 0 ? plot.y : plot.y + plot.height - height;
  const items: SceneItem[] = [];
  let from = -1;
  for (let pixel = 0; pixel <= plot.width; pixel++) {
    const value =
      pixel < plot.width ? valueAt(column, Math.floor(settings.start + pixel * perPixel)) : Number.NaN;
    const marked = !Number.isNaN(value) && value !== 0;
    if (marked && from < 0) from = pixel;
    if (marked || from < 0) continue;
    items.push({
      kind: "rect",
      part: "tick",
      x: plot.x + from,
      y,
      width: pixel - from,
      height,
      fill: tick.colour,
    });
    from = -1;
  }
  return items;
}

function drawHorizontal(rule: HorizontalRule, { computed, axes }: ElementContext): SceneItem[] {
  const value =
    rule.of.kind === "number" ? rule.of.value : (computed.figures.get(rule.of.name)?.value ?? Number.NaN);
  const { plot } = axes;
  const y = Math.round(toY(value, axes)) + 0.5;
  if (Number.isNaN(y) || rule.colour === undefined) return [];
  return [ruleLine(Float64Array.of(plot.x, y, plot.x + plot.width, y), rule, rule.colour)];
}

function drawVertical(
  rule: VerticalRule,
  { computed, settings, axes: { plot } }: ElementContext,
): SceneItem[] {
  const time =
    rule.of.kind === "number" ? rule.of.value : (computed.figures.get(rule.of.name)?.when ?? Number.NaN);
  const { start, end } = settings;
  if (!(time >= start && time <= end) || rule.colour === undefined) return [];
  const x = Math.min(
    plot.x + plot.width - 0.5,
    Math.round(plot.x + ((time - start) / Math.max(1, end - start)) * plot.width) + 0.5,
  );
  return [ruleLine(Float64Array.of(x, plot.y, x, plot.y + plot.height), rule, rule.colour)];
}

function ruleLine(points: Float64Array, rule: HorizontalRule | VerticalRule, stroke: string): SceneItem {
  const title = rule.legend.trim() === "" ? {} : { title: rule.legend.trim() };
  return { kind: "line", part: "rule", points, stroke, width: 1, ...dashesOf(rule.dashes), ...title };
}
