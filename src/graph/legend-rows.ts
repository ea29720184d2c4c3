import { opaque } from "./colour.ts";
import type { GraphDefinition, LegendNumber } from "./definition.ts";
import { type Figures, figure } from "./figures.ts";
import type { LegendRow } from "./legend.ts";
import type { Theme } from "./palette.ts";
import { formatValue } from "./si.ts";
import type { Trace } from "./traces.ts";

export const headingOf: Readonly<Record<LegendNumber, string>> = {
  LAST: "last",
  AVERAGE: "average",
  MAX: "max",
  MIN: "min",
};

export interface LegendContent {
  readonly rows: readonly LegendRow[];
  readonly headings: readonly string[];
}

/** What the legend says, in the order of the fields, then the rules that have a label. */
export function legendContent(
  definition: GraphDefinition,
  traces: readonly Trace[],
  theme: Theme,
): LegendContent {
  const { legend, hrules, vrules, percentile, base, units } = definition;
  if (legend === undefined) return { rows: [], headings: [] };
  const headings = legend.map((number) => headingOf[number]);
  if (percentile !== undefined) headings.push(`${percentile}%`);
  const rows: LegendRow[] = traces.map((trace) => {
    const numbers = legend.map((number) => formatValue(figure(trace.figures, number), base, units));
    if (percentile !== undefined) {
      numbers.push(Number.isNaN(trace.percentile) ? "" : formatValue(trace.percentile, base, units));
    }
    return {
      colour: opaque(trace.colour),
      mark: trace.method === "LINE" ? "bar" : "square",
      name: trace.name,
      numbers,
    };
  });
  for (const { label, color } of [...hrules, ...vrules]) {
    if (label !== undefined)
      rows.push({ colour: opaque(color ?? theme.rule), mark: "rule", name: label, numbers: [] });
  }
  return { rows, headings };
}

/** One sentence about a trace, shown when the pointer is over it. */
export function traceSummary({ name, figures }: Trace, { base, units }: GraphDefinition): string {
  const text = (number: keyof Figures) => formatValue(figures[number], base, units);
  return `${name}: last ${text("last")}, average ${text("average")}, max ${text("max")}, min ${text("min")}`;
}
