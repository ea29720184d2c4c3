import { mix, opaque } from "./colour.ts";
import type { GraphDefinition } from "./definition.ts";
import { figureIn, type Window } from "./figures.ts";
import type { Theme } from "./palette.ts";
import { formatValue } from "./si.ts";
import type { Trace } from "./traces.ts";

/** A straight line by least squares: its value in the middle of the window's first row, and what it gains per row. */
export interface TrendLine {
  readonly first: number;
  readonly slope: number;
}

/** Through what is drawn. */
export function trendLine({ top }: Trace, window: Window): TrendLine {
  const figure = (name: "LSLINT" | "LSLSLOPE") => figureIn(top, { figure: name, percent: 0 }, window).value;
  return { first: figure("LSLINT"), slope: figure("LSLSLOPE") };
}

/** Not that of the edge it lies along. */
export function trendColour({ colour }: Trace, theme: Theme): string {
  return mix(opaque(colour), theme.title, 0.6);
}

/** `+1.20 GB per day`: the gain in a time that fits the window. */
export function trendText(
  { slope }: TrendLine,
  { step, from, to }: Window,
  { base, units }: Pick<GraphDefinition, "base" | "units">,
): string {
  const shown = (to - from) * step;
  const [seconds, name] =
    shown <= 2 * 3600 ? [60, "minute"] : shown <= 2 * 86_400 ? [3600, "hour"] : [86_400, "day"];
  const gain = (slope / step) * seconds;
  return `${gain > 0 ? "+" : ""}${formatValue(gain, base, units)} per ${name}`;
}
