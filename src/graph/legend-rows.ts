import { opaque } from "./colour.ts";
import type { GraphDefinition, LegendNumber } from "./definition.ts";
import { type Figures, legendValue } from "./figures.ts";
import type { LegendRow } from "./legend.ts";
import type { Theme } from "./palette.ts";
import { formatValue } from "./si.ts";
import { drawnPercentile, measuredWindow, type Trace, type Traces } from "./traces.ts";
import { trendColour, trendLine, trendText } from "./trend.ts";

/** What stands over a column of the legend. */
function headingOf(number: LegendNumber): string {
  return number.toLowerCase();
}

export interface LegendContent {
  readonly rows: readonly LegendRow[];
  readonly headings: readonly string[];
}

/** What the legend says, in the order of the fields, then what is derived from them, then what else has a label. */
export function legendContent(definition: GraphDefinition, data: Traces, theme: Theme): LegendContent {
  const { legend, hrules, vrules, ticks, base, units } = definition;
  if (legend === undefined) return { rows: [], headings: [] };
  const shown = data.traces.filter(({ look }) => look.legend !== false);
  const named = [...shown.filter((trace) => !trace.derived), ...shown.filter((trace) => trace.derived)];
  const drawn = new Set(named.flatMap(({ percentile }) => percentile ?? []));
  const percents = [...drawn].filter((percent) => !legend.includes(`${percent}%`));
  const headings = [...legend.map(headingOf), ...percents.map((percent) => `${percent}%`)];
  const rows: LegendRow[] = named.map((trace) => {
    const numbers = legend.map((number) => {
      const value = legendValue(number, trace.source ?? trace, measuredWindow(trace, data));
      return formatValue(value, base, number === "TOTAL" ? amountOf(units) : units);
    });
    for (const percent of percents) {
      const value = percent === trace.percentile ? drawnPercentile(trace, data) : Number.NaN;
      numbers.push(Number.isNaN(value) ? "" : formatValue(trace.negated ? -value : value, base, units));
    }
    const { colour, name } = trace;
    const mark = trace.look.dashes !== undefined ? "dashes" : trace.method === "LINE" ? "bar" : "square";
    return { colour: opaque(colour), mark, name, numbers };
  });
  for (const trace of named) {
    if (!trace.trend) continue;
    const text = trendText(trendLine(trace, data), data, definition);
    rows.push({
      colour: trendColour(trace, theme),
      mark: "dashes",
      name: `${trace.name}, trend: ${text}`,
      numbers: [],
    });
  }
  const others = [
    ...hrules.map((one) => ({ mark: "rule" as const, ...one })),
    ...vrules.map((one) => ({ mark: "upright" as const, ...one })),
    ...ticks.map((one) => ({ mark: "upright" as const, ...one })),
  ];
  for (const { label, color, mark } of others) {
    if (label !== undefined)
      rows.push({ colour: opaque(color ?? theme.rule), mark, name: label, numbers: [] });
  }
  return { rows, headings };
}

/** What a rate adds up to: of `B/s` that is `B`. */
export function amountOf(units: string): string {
  return units.endsWith("/s") || units.endsWith("ps") ? units.slice(0, -2) : units === "" ? "" : `${units}·s`;
}

/** One sentence about a trace, shown when the pointer is over it. */
export function traceSummary({ name, figures }: Trace, { base, units }: GraphDefinition): string {
  const text = (number: keyof Figures) => formatValue(figures[number], base, units);
  return `${name}: last ${text("last")}, average ${text("average")}, max ${text("max")}, min ${text("min")}`;
}
