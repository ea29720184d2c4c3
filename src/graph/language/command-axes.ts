import type { Calendar } from "../calendar.ts";
import { LABEL_SIZE, rightRoom } from "../draw-axes.ts";
import { rightLabels } from "../right-axis.ts";
import type { Box } from "../scene.ts";
import { textWidth } from "../text-width.ts";
import { type TimeAxis, timeAxis } from "../time-axis.ts";
import type { ValueAxis, ValueAxisRequest } from "../value-axis.ts";
import { customTimeAxis } from "./custom-time-axis.ts";
import type { GraphSettings } from "./graph-settings.ts";
import type { AxisFormat } from "./grid-options.ts";
import { formatC } from "./number-format.ts";
import { formatDuration, formatTime } from "./time-format.ts";

/** Empty edge of the picture, pixels. */
export const PAD = 10;
const TURNED_ROOM = 16;

export function axisRequest(
  settings: GraphSettings,
  { least, greatest }: { readonly least: number; readonly greatest: number },
  hasAreas: boolean,
  height: number,
): ValueAxisRequest {
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
export function labelled(axis: ValueAxis, { leftFormat }: GraphSettings, calendar: Calendar): ValueAxis {
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

export function rightTextsOf(
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

export function leftRoom({ verticalLabel, labelLength, valueGrid }: GraphSettings, axis: ValueAxis): number {
  const texts = valueGrid.kind === "none" ? [] : axis.ticks.map((tick) => textWidth(tick.label, LABEL_SIZE));
  const wanted = labelLength === undefined ? 0 : textWidth("0", LABEL_SIZE) * labelLength;
  return Math.ceil(Math.max(12, wanted, ...texts)) + 6 + (verticalLabel.trim() === "" ? 0 : TURNED_ROOM);
}

export function rightEdge({ rightLabel }: GraphSettings, texts: readonly string[]): number {
  if (texts.length === 0) return PAD + 8 + (rightLabel === "" ? 0 : TURNED_ROOM);
  return PAD + rightRoom(texts) + (rightLabel === "" ? 0 : TURNED_ROOM);
}

export function timeAxisOf(
  settings: GraphSettings,
  plot: Box,
  pictureWidth: number,
  calendar: Calendar,
): TimeAxis {
  const { start, end, timeGrid, noMinor } = settings;
  if (timeGrid.kind === "none" || end <= start) return { ticks: [], minor: [] };
  const request = { start, end, ...plot, pictureWidth, textSize: LABEL_SIZE, calendar };
  const axis =
    timeGrid.kind === "custom" ? customTimeAxis({ ...request, grid: timeGrid }) : timeAxis(request);
  return noMinor ? { ...axis, minor: [] } : axis;
}
