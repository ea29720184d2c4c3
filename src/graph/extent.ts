import { type GraphDefinition, lookOf } from "./definition.ts";
import { figureIn } from "./figures.ts";
import { drawnPercentile, type Traces } from "./traces.ts";

/** The least and greatest value drawn in the window; NaN without any. On a logarithmic graph: of those above 0. */
export function extentOf(definition: GraphDefinition, data: Traces): { least: number; greatest: number } {
  const { traces, from, to } = data;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  const take = (value: number) => {
    if (definition.logarithmic && !(value > 0)) return;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  };
  for (const { top, base, method } of traces) {
    for (let row = from; row < to; row++) take(top[row] ?? Number.NaN);
    // The lower edge of a band; that of a stack is a top as well.
    if (base !== undefined && method === "AREA")
      for (let row = from; row < to; row++) take(base[row] ?? Number.NaN);
  }
  if (greatest < least) return { least: Number.NaN, greatest: Number.NaN };
  // Rules are there to be seen.
  for (const { value } of definition.hrules) take(ruleValue(definition, data, value));
  for (const trace of traces) take(drawnPercentile(trace, data));
  return { least, greatest };
}

/** Where a horizontal rule lies; that of a negated field's figure is below zero. */
export function ruleValue(
  definition: GraphDefinition,
  data: Traces,
  value: GraphDefinition["hrules"][number]["value"],
): number {
  if (typeof value === "number") return value;
  const found = figureIn(data.measured.columns.of(value.of), value, data.measured).value;
  return lookOf(definition, value.of).negate === true ? -found : found;
}
