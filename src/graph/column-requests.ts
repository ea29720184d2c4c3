import { type GraphDefinition, type GraphPeriod, lookOf } from "./definition.ts";
import type { Forecast } from "./extras.ts";
import { formulaOf, formulaText } from "./formulas.ts";
import type { ColumnRequest, SeriesRequest } from "./series.ts";

/** The stored names behind everything that is drawn or said, each once. */
export function storedFields(definition: GraphDefinition): string[] {
  return leavesOf(definition, neededNames(definition));
}

/** The fields, then the expressions that neither `fields` nor another expression uses. */
export function drawnNames(definition: GraphDefinition): string[] {
  const fields = definition.fields.filter((name) => lookOf(definition, name).draw !== false);
  const expressions = Object.keys(definition.expressions);
  if (expressions.length === 0) return fields;
  const used = new Set(expressions.flatMap((name) => formulaOf(definition, name)?.names ?? []));
  for (const name of besideNames(definition)) used.add(name);
  return [...fields, ...expressions.filter((name) => !definition.fields.includes(name) && !used.has(name))];
}

/** What ticks, rules and areas between are made of; such an expression need not be drawn for itself. */
function besideNames(definition: GraphDefinition): string[] {
  const { ticks, hrules, vrules, looks } = definition;
  const names: string[] = [];
  for (const { on } of ticks) {
    if ("expression" in on) names.push(...formulaText(definition, on.expression).names);
  }
  for (const { value } of hrules) if (typeof value !== "number") names.push(value.of);
  for (const { time } of vrules) if (typeof time !== "number") names.push(time.of);
  for (const { downTo } of Object.values(looks)) if (downTo !== undefined) names.push(downTo);
  return names;
}

function neededNames(definition: GraphDefinition): string[] {
  const noted = definition.notes.flatMap(({ parts }) => {
    return parts.flatMap((part) => (typeof part === "string" ? [] : part.of));
  });
  return [...new Set([...drawnNames(definition), ...besideNames(definition), ...noted])];
}

function leavesOf(definition: GraphDefinition, names: readonly string[]): string[] {
  const stored = new Set<string>();
  const visit = (name: string, above: readonly string[]) => {
    const formula = formulaOf(definition, name);
    if (formula === undefined || above.includes(name)) stored.add(name);
    else for (const used of formula.names) visit(used, [...above, name]);
  };
  for (const name of names) visit(name, []);
  return [...stored];
}

/** The column of a stored name, `shift` seconds earlier. */
export function requestOf(definition: GraphDefinition, name: string, shift: number): ColumnRequest {
  const { from, cf } = lookOf(definition, name);
  return {
    field: from?.field ?? name,
    ...(from?.file === undefined ? {} : { file: from.file }),
    ...(cf === undefined ? {} : { cf }),
    ...(shift === 0 ? {} : { shift }),
  };
}

/** What was expected, and how much it varied. */
export function forecastRequests(
  definition: GraphDefinition,
  { of, history }: Forecast,
): readonly [expected: ColumnRequest, deviation: ColumnRequest] {
  const { cf, ...stored } = requestOf(definition, of, 0);
  if (history === undefined)
    return [
      { ...stored, cf: "HWPREDICT" },
      { ...stored, cf: "DEVPREDICT" },
    ];
  const column = cf === undefined ? stored : { ...stored, cf };
  return [
    { ...column, history: { ...history, what: "mean" } },
    { ...column, history: { ...history, what: "deviation" } },
  ];
}

export function failuresRequest(definition: GraphDefinition, field: string): ColumnRequest {
  return { ...requestOf(definition, field, 0), cf: "FAILURES" };
}

/** Tells whether two requests are for the same. */
export function requestKey(request: ColumnRequest): string {
  const { field, file = "", cf = "", shift = 0, history } = request;
  return JSON.stringify([field, file, cf, shift, history]);
}

/** Every column that a graph needs, each once; plain fields come first. */
export function requestedColumns(definition: GraphDefinition): ColumnRequest[] {
  const all = storedFields(definition).map((name) => requestOf(definition, name, 0));
  for (const { shift } of definition.compare) {
    const names = leavesOf(definition, drawnNames(definition));
    all.push(...names.map((name) => requestOf(definition, name, shift)));
  }
  for (const forecast of definition.forecasts) all.push(...forecastRequests(definition, forecast));
  for (const { on } of definition.ticks) {
    if ("failures" in on) all.push(failuresRequest(definition, on.failures));
  }
  const byKey = new Map(all.map((request) => [requestKey(request), request] as const));
  return [...byKey.values()];
}

/** The RRD files that a graph reads besides its own, each once. */
export function otherFiles(definition: GraphDefinition): string[] {
  return [...new Set(requestedColumns(definition).flatMap(({ file }) => file ?? []))];
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

/** With more values than this (16 MiB of doubles), figures too are computed from rows that were put together. */
const MOST_FIGURE_VALUES = 2 * 1024 * 1024;

/** The part of a graph whose figures need finer rows than the picture: no forecasts, no failures. */
export function figuresDefinition(definition: GraphDefinition): GraphDefinition {
  const ticks = definition.ticks.filter(({ on }) => "expression" in on);
  return { ...definition, forecasts: [], ticks };
}

/**
 * The rows behind legend, notes and rules: those of the finest archive that has the period, so that no figure depends
 * on the size of the picture.
 */
export function figuresRequest(definition: GraphDefinition, period: GraphPeriod, now: number): SeriesRequest {
  const request = seriesRequest(figuresDefinition(definition), period, now);
  const rows = MOST_FIGURE_VALUES / Math.max(1, request.columns.length);
  return { ...request, ...wholePeriod(period, now), resolution: Math.ceil(period.seconds / rows) };
}

/** What figures are about: the same time however wide a pixel is. */
export function wholePeriod(period: GraphPeriod, now: number): { start: number; end: number } {
  const end = Math.floor(now);
  return { start: end - period.seconds, end };
}

export function seriesRequest(definition: GraphDefinition, period: GraphPeriod, now: number): SeriesRequest {
  const { start, end, perPixel } = graphWindow(definition, period, now);
  return { columns: requestedColumns(definition), cf: definition.cf, start, end, resolution: perPixel };
}
