import { parseNumber } from "../../rrd/index.ts";
import { GraphFault } from "./element-words.ts";
import type { GraphSettings } from "./graph-settings.ts";
import { leadingInteger } from "./leading-integer.ts";

const LEAST_PIXELS = 10;

/** What a screen or a poster may need; rrdtool takes all the memory instead. */
const MOST_PIXELS = 10_000;

const MOST_ALL_PIXELS = 16_000_000;

export function pixels(name: "width" | "height", text: string): number {
  const value = leadingInteger(text);
  if (value < LEAST_PIXELS) throw new GraphFault(`${name} below ${LEAST_PIXELS} pixels`);
  if (value > MOST_PIXELS) throw new GraphFault(`${name} above ${MOST_PIXELS} pixels`);
  return value;
}

/** Of a picture of this many pixels. */
export function readZoom(text: string | undefined, width: number, height: number): number {
  const zoom = float("m", text) ?? 1;
  if (!(zoom > 0)) throw new GraphFault("zoom factor must be > 0");
  if (zoom <= 20 && width * height * zoom * zoom <= MOST_ALL_PIXELS) return zoom;
  throw new GraphFault(
    `a picture of ${width}x${height} at zoom ${zoom} has more than ${MOST_ALL_PIXELS} pixels`,
  );
}

export function float(letter: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseNumber(text);
  if (typeof value !== "number") throw new GraphFault(`option -${letter} - ${value.fault}`);
  return value;
}

/** Unknown and infinite limits are no limits. */
export function finite(letter: string, text: string | undefined): number | undefined {
  const value = float(letter, text);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

export function clampExponent(value: number): number {
  return Math.min(24, Math.max(-24, value));
}

export function readRightAxis(text: string | undefined): GraphSettings["rightAxis"] {
  if (text === undefined) return undefined;
  const [scale = "", shift] = text.split(":");
  const values = [parseNumber(scale), parseNumber(shift ?? "")];
  const [factor, offset] = values;
  if (
    typeof factor !== "number" ||
    typeof offset !== "number" ||
    !Number.isFinite(factor) ||
    !Number.isFinite(offset)
  ) {
    throw new GraphFault("invalid right-axis format expected scale:shift");
  }
  if (factor === 0) throw new GraphFault("the second_axis_scale  must not be 0");
  return { scale: factor, shift: offset };
}
