import { kindOf, type Mapping, parseDuration, type Seconds } from "../base/index.ts";
import { type GraphDefinition, type GraphPeriod, graphDefinition } from "./definition.ts";
import type { FieldLook } from "./field-look.ts";
import { type GraphIssue, MappingReader } from "./mapping-reader.ts";
import { readColors } from "./parse-colors.ts";
import { readExpressions } from "./parse-expressions.ts";
import { readCompare, readForecasts, readTicks } from "./parse-extras.ts";
import { checkFields, type ParsedFields, readFields } from "./parse-fields.ts";
import { checkName } from "./parse-figures.ts";
import { readLegend } from "./parse-legend.ts";
import { readNotes } from "./parse-notes.ts";
import { readHorizontalRules, readRightAxis, readVerticalRules } from "./parse-rules.ts";
import { checkSize } from "./parse-size.ts";

/** Every key of a `graph:` mapping, as the user writes it (`_` may stand for the blank). */
export const graphKeys = [
  "path",
  "title",
  "fields",
  "method",
  "interval",
  "period",
  "vertical label",
  "width",
  "height",
  "full size",
  "lower limit",
  "upper limit",
  "rigid",
  "logarithmic",
  "base",
  "units",
  "colors",
  "palette",
  "cf",
  "legend",
  "hrules",
  "vrules",
  "expressions",
  "percentile",
  "trend",
  "compare",
  "forecast",
  "ticks",
  "notes",
  "watermark",
  "theme",
  "right axis",
  "scale",
  "slope",
  "gaps",
  "stack unknown",
] as const;

/** 50 years: no file has older rows. */
const LONGEST_PERIOD = 50 * 366 * 86_400;

export interface ParseGraphOptions {
  /** The stored fields a graph may use; without it, names are not checked and `fields` is required. */
  readonly knownFields?: readonly string[] | undefined;
  /** For a graph without `interval`. */
  readonly defaultInterval?: Seconds | undefined;
}

export interface ParsedGraph {
  /** Absent when an issue makes the graph impossible. */
  readonly definition?: GraphDefinition;
  readonly issues: readonly GraphIssue[];
}

type Building = { -readonly [K in keyof GraphDefinition]?: GraphDefinition[K] | undefined };

/** A `graph:` mapping as a definition, with every issue at once; there is a definition only without issues. */
export function parseGraph(value: Mapping, options: ParseGraphOptions = {}): ParsedGraph {
  const issues: GraphIssue[] = [];
  const read = new MappingReader(value, [], issues, graphKeys);
  const given = readFields(read);
  const sourced = Object.entries(given.looks).flatMap(([name, { from }]) => (from === undefined ? [] : name));
  const stored = options.knownFields === undefined ? undefined : [...options.knownFields, ...sourced];
  const expressions = readExpressions(read, stored);
  const fields = checkFields(read, given, Object.keys(expressions), options.knownFields);
  const usable = stored === undefined ? undefined : [...stored, ...Object.keys(expressions)];
  checkDownTo(read, given, usable);
  checkSources(read, given, options.knownFields);
  checkDrawn(read, given);
  const periods = readPeriods(read);
  const path = readPath(read, periods);
  const building: Building = {
    expressions,
    periods,
    title: read.text("title"),
    method: read.choice("method", ["LINE", "AREA", "STACK"]),
    interval: readDuration(read, "interval") ?? options.defaultInterval,
    verticalLabel: read.text("vertical label"),
    width: read.whole("width", 40, 10_000),
    height: read.whole("height", 10, 10_000),
    fullSize: read.flag("full size"),
    lowerLimit: read.number("lower limit"),
    upperLimit: read.number("upper limit"),
    rigid: read.flag("rigid"),
    logarithmic: read.flag("logarithmic"),
    base: readBase(read),
    units: read.text("units"),
    colors: readColors(read, fields ?? []),
    palette: read.choice("palette", ["default", "rem"]),
    cf: read.choice("cf", ["AVERAGE", "MIN", "MAX", "LAST"]),
    looks: given.looks,
    trend: read.flag("trend"),
    compare: readCompare(read),
    forecasts: readForecasts(read, stored),
    ticks: readTicks(read, usable, stored),
    notes: readNotes(read, usable),
    hrules: readHorizontalRules(read, usable),
    vrules: readVerticalRules(read, usable),
    percentile: read.number("percentile", 0, 100),
    watermark: read.text("watermark"),
    theme: read.choice("theme", ["light", "dark"]),
    rightAxis: readRightAxis(read),
    scale: read.number("scale", 0.5, 8),
    slope: read.flag("slope"),
    gaps: read.choice("gaps", ["break", "join"]),
    stackUnknown: read.choice("stack unknown", ["gap", "zero"]),
  };
  const legend = readLegend(read);
  checkLimits(read, building);
  checkSize(read, { ...building, path });
  if (issues.length > 0 || path === undefined || fields === undefined) return { issues };
  const chosen = Object.fromEntries(Object.entries(building).filter(([, item]) => item !== undefined));
  return { definition: graphDefinition({ ...chosen, ...legend, path, fields }), issues };
}

function readPath(read: MappingReader, periods: readonly GraphPeriod[] | undefined): string | undefined {
  if (!read.has("path"))
    return read.issue([], "key", "missing-key", 'a graph needs "path": the file to draw');
  const path = read.text("path");
  if (path === undefined) return undefined;
  if (!/\.(png|svg)$/i.test(path)) {
    return read.wrong("path", `"path" must end in .png or .svg, not "${path}"`);
  }
  if ((periods?.length ?? 0) > 1 && !/\{\{\s*period\s*\}\}/.test(path)) {
    const message = `"path" needs {{period}} in it, because there are ${periods?.length} periods`;
    return read.wrong("path", message, `write ${path.replace(/(\.\w+)$/, "-{{period}}$1")}`);
  }
  return path;
}

function checkDownTo(
  read: MappingReader,
  { names, looks }: ParsedFields,
  usable: readonly string[] | undefined,
): void {
  for (const { name, path } of names ?? []) {
    const other = looks[name]?.downTo;
    if (other === undefined) continue;
    if (other === name) {
      read.issue([...path, "down to"], "value", "wrong-value", `"${name}" cannot reach down to itself`);
    } else checkName(read, [...path, "down to"], other, usable);
  }
}

/** `#FIELD` is a field of the graph's own file. */
function checkSources(
  read: MappingReader,
  { names, looks }: ParsedFields,
  known: readonly string[] | undefined,
): void {
  for (const { name, path } of names ?? []) {
    const from = looks[name]?.from;
    if (from !== undefined && from.file === undefined) checkName(read, [...path, "from"], from.field, known);
  }
}

/** What shows something of fields that are not drawn themselves. */
const drawnWithoutFields = [
  "hrules",
  "percentile",
  "trend",
  "compare",
  "forecast",
  "ticks",
  "notes",
] as const;

function checkDrawn(read: MappingReader, { names, looks }: ParsedFields): void {
  if (names === undefined || names.length === 0) return;
  const isSeen = ({ draw, trend, percentile }: FieldLook) =>
    draw !== false || trend === true || percentile !== undefined;
  if (names.some(({ name }) => isSeen(looks[name] ?? {}))) return;
  if (drawnWithoutFields.some((key) => read.has(key))) return;
  const notes = ["leave draw out of one of them"];
  const message = "the graph draws nothing: all its fields have draw: false";
  read.issue(read.at("fields"), "key", "wrong-value", message, notes);
}

function readDuration(read: MappingReader, name: string): Seconds | undefined {
  const value = read.get(name);
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds !== undefined && seconds > 0) return seconds;
  return read.wrong(name, `"${name}" must be a time such as 10, 30s or 5m, not ${shown(value)}`);
}

function readPeriods(read: MappingReader): GraphPeriod[] | undefined {
  const value = read.get("period");
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) return read.wrong("period", '"period" must hold at least one time');
  const periods: GraphPeriod[] = [];
  for (const [index, item] of list.entries()) {
    const path = Array.isArray(value) ? read.at("period", index) : read.at("period");
    const seconds = parseDuration(item);
    const text = typeof item === "number" ? `${item}s` : String(item);
    if (seconds !== undefined && seconds > LONGEST_PERIOD) {
      read.issue(path, "value", "wrong-value", `"period" must be at most 50 years, not ${shown(item)}`);
    } else if (seconds === undefined || seconds < 1) {
      const message = `"period" must be a time such as 1h, 1d or 1w, not ${shown(item)}`;
      read.issue(path, "value", "wrong-value", message);
    } else if (periods.some((other) => other.text === text)) {
      read.issue(path, "value", "wrong-value", `period "${text}" is listed twice`);
    } else periods.push({ text, seconds });
  }
  return periods;
}

function readBase(read: MappingReader): 1000 | 1024 | undefined {
  const base = read.number("base");
  if (base === undefined || base === 1000 || base === 1024) return base;
  return read.wrong("base", `"base" must be 1000 or 1024, not ${base}`);
}

function checkLimits(read: MappingReader, { lowerLimit, upperLimit, logarithmic, rigid }: Building): void {
  if (lowerLimit !== undefined && upperLimit !== undefined && lowerLimit >= upperLimit) {
    read.wrong("upper limit", `"upper limit" ${upperLimit} must be greater than "lower limit" ${lowerLimit}`);
  }
  if (logarithmic === true) {
    for (const [name, limit] of [
      ["lower limit", lowerLimit] as const,
      ["upper limit", upperLimit] as const,
    ]) {
      if (limit !== undefined && limit <= 0) {
        read.wrong(name, `"${name}" of a logarithmic graph must be greater than 0, not ${limit}`);
      }
    }
  }
  if (rigid === true && lowerLimit === undefined && upperLimit === undefined) {
    read.issue(read.at("rigid"), "key", "wrong-value", '"rigid" needs "lower limit" or "upper limit"');
  }
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `"${value}"` : kindOf(value);
}
