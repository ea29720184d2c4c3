import type { FigureFunction } from "./language/figure-functions.ts";

/** A number computed from all values of a name, as `rrdtool`'s VDEF: `max of in`, `95% of in`. */
export interface FigureOf {
  readonly figure: FigureFunction;
  /** Of PERCENTNAN, 0 … 100. */
  readonly percent: number;
  readonly of: string;
}

/** How figures are called in a block file. */
export const figureNames = {
  last: "LAST",
  first: "FIRST",
  average: "AVERAGE",
  max: "MAXIMUM",
  min: "MINIMUM",
  total: "TOTAL",
  deviation: "STDEV",
} as const satisfies Readonly<Record<string, FigureFunction>>;

/** `95% of in`; undefined when the text is no figure. The name is not checked. */
export function parseFigureOf(text: string): FigureOf | undefined {
  const match = /^\s*(?:(\d+(?:\.\d+)?)\s*%|(\w+))\s+of\s+(?:"([^"]+)"|(.+?))\s*$/u.exec(text);
  if (match === null) return undefined;
  const of = match[3] ?? match[4] ?? "";
  if (match[1] !== undefined) {
    const percent = Number(match[1]);
    return percent > 100 ? undefined : { figure: "PERCENTNAN", percent, of };
  }
  const name = (match[2] ?? "").toLowerCase();
  if (!Object.hasOwn(figureNames, name)) return undefined;
  return { figure: figureNames[name as keyof typeof figureNames], percent: 0, of };
}
