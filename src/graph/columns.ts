import { internalError } from "../base/index.ts";
import type { GraphDefinition, GraphPeriod } from "./definition.ts";
import { type Expression, isExpressionError, parseExpression } from "./expression.ts";
import type { Series, SeriesRequest } from "./series.ts";

/** What a graph fetches: the stored fields behind everything that is drawn, each once. */
export function storedFields(definition: GraphDefinition): string[] {
  const stored = new Set<string>();
  const visit = (name: string, above: readonly string[]) => {
    const formula = formulaOf(definition, name);
    if (formula === undefined || above.includes(name)) stored.add(name);
    else for (const used of formula.names) visit(used, [...above, name]);
  };
  for (const name of drawnNames(definition)) visit(name, []);
  return [...stored];
}

/** The fields, then the expressions that neither `fields` nor another expression uses. */
export function drawnNames(definition: GraphDefinition): string[] {
  const expressions = Object.keys(definition.expressions);
  if (expressions.length === 0) return [...definition.fields];
  const used = new Set(expressions.flatMap((name) => formulaOf(definition, name)?.names ?? []));
  const extra = expressions.filter((name) => !definition.fields.includes(name) && !used.has(name));
  return [...definition.fields, ...extra];
}

/** The time a picture shows: it ends at `now`, down to a whole pixel, so that the same pixels need no new picture. */
export function graphWindow(
  definition: GraphDefinition,
  period: GraphPeriod,
  now: number,
): { start: number; end: number; perPixel: number } {
  const pixels = definition.width * Math.max(1, definition.scale);
  const perPixel = Math.max(1, Math.floor(period.seconds / pixels));
  const end = Math.floor(now / perPixel) * perPixel;
  return { start: end - period.seconds, end, perPixel };
}

export function seriesRequest(definition: GraphDefinition, period: GraphPeriod, now: number): SeriesRequest {
  const { start, end, perPixel } = graphWindow(definition, period, now);
  return { fields: storedFields(definition), cf: definition.cf, start, end, resolution: perPixel };
}

/** The values of each drawn name; `series` holds the columns of `storedFields` in that order. */
export function drawnColumns(definition: GraphDefinition, series: Series): Map<string, Float64Array> {
  const stored = storedFields(definition);
  const length = series.columns[0]?.length ?? 0;
  const done = new Map<string, Float64Array>();
  stored.forEach((name, index) => {
    const column = series.columns[index];
    if (column === undefined) throw internalError(`no column for field "${name}"`);
    done.set(name, column);
  });
  const compute = (name: string): Float64Array => {
    const known = done.get(name);
    if (known !== undefined) return known;
    const formula = formulaOf(definition, name);
    if (formula === undefined) throw internalError(`no column for field "${name}"`);
    const inputs = formula.names.map(compute);
    const values = new Array<number>(inputs.length);
    const column = new Float64Array(length);
    for (let row = 0; row < length; row++) {
      for (let i = 0; i < inputs.length; i++) values[i] = inputs[i]?.[row] ?? Number.NaN;
      column[row] = formula.evaluate(values);
    }
    done.set(name, column);
    return column;
  };
  return new Map(drawnNames(definition).map((name) => [name, compute(name)]));
}

const compiled = new WeakMap<GraphDefinition, Map<string, Expression>>();

/** Compiled once per definition. */
function formulaOf(definition: GraphDefinition, name: string): Expression | undefined {
  if (!Object.hasOwn(definition.expressions, name)) return undefined;
  let formulas = compiled.get(definition);
  if (formulas === undefined) {
    formulas = new Map();
    for (const [key, text] of Object.entries(definition.expressions)) {
      const parsed = parseExpression(text);
      if (isExpressionError(parsed)) throw internalError(`unchecked formula of "${key}": ${parsed.message}`);
      formulas.set(key, parsed);
    }
    compiled.set(definition, formulas);
  }
  return formulas.get(name);
}
