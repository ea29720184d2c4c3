import { isMapping, kindOf, type Plain, parseDuration } from "../base/index.ts";
import type { Comparison, Forecast, TickMarks } from "./extras.ts";
import type { MappingReader } from "./mapping-reader.ts";
import { readColour } from "./parse-colors.ts";
import { checkName, type UsableNames } from "./parse-figures.ts";
import { checkFormula } from "./parse-formula.ts";

const MOST_COMPARED = 10;
/** Ten years: more is a slip. */
const LONGEST = 316_224_000;

/** `compare`: how long ago, one or a list of them, or a mapping of name and time. */
export function readCompare(read: MappingReader): Comparison[] | undefined {
  const value = read.get("compare");
  if (value === undefined) return undefined;
  const found: Comparison[] = [];
  const add = (path: (string | number)[], item: Plain | undefined, name?: string) => {
    const seconds = parseDuration(item);
    if (seconds === undefined || !(seconds >= 1) || seconds > LONGEST) {
      const message = `"compare" must be a time such as 1d or 1w, not ${shown(item)}`;
      read.issue(path, "value", "wrong-value", message);
      return;
    }
    const shift = Math.round(seconds);
    if (found.some((other) => other.shift === shift)) {
      read.issue(path, "value", "wrong-value", `"compare" lists ${shown(item)} twice`);
      return;
    }
    const text = typeof item === "number" ? `${item}s` : String(item);
    found.push({ shift, label: name ?? `${text} earlier` });
  };
  if (isMapping(value)) {
    for (const [name, item] of Object.entries(value)) add(read.at("compare", name), item, name);
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      add(read.at("compare", index), item);
    });
  } else add(read.at("compare"), value);
  const isEmpty = isMapping(value)
    ? Object.keys(value).length === 0
    : Array.isArray(value) && value.length === 0;
  if (isEmpty) read.wrong("compare", '"compare" must hold at least one time such as 1d or 1w');
  if (found.length > MOST_COMPARED) read.wrong("compare", `"compare" takes at most ${MOST_COMPARED} times`);
  return found;
}

const forecastKeys = ["of", "from", "every", "times", "window", "band", "label"] as const;

/** `forecast`: a stored field, or mappings of which field and from what. */
export function readForecasts(read: MappingReader, stored: UsableNames): Forecast[] | undefined {
  const value = read.get("forecast");
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item, index): Forecast[] => {
    const path = Array.isArray(value) ? read.at("forecast", index) : read.at("forecast");
    if (typeof item === "string") {
      if (!checkName(read, path, item, stored)) return [];
      return [{ of: item, band: 2, history: { every: 86_400, times: 7, window: 1800 }, label: "expected" }];
    }
    if (!isMapping(item)) {
      const message = `"forecast" must be a stored field or a mapping such as {of: in, every: 1w}, not ${shown(item)}`;
      return read.issue(path, "value", "wrong-value", message) ?? [];
    }
    const inner = read.inside(path, item, forecastKeys);
    const of = inner.text("of");
    if (!inner.has("of")) inner.issue([], "key", "missing-key", 'a forecast needs "of": the stored field');
    if (of === undefined || !checkName(inner, inner.at("of"), of, stored)) return [];
    const from = inner.choice("from", ["history", "archives"]) ?? "history";
    const common = { of, band: inner.number("band", 0, 100) ?? 2, label: inner.text("label") ?? "expected" };
    const every = readTime(inner, "every") ?? 86_400;
    const times = inner.whole("times", 1, 60) ?? 7;
    const window = readTime(inner, "window") ?? Math.min(1800, every / 2);
    if (from === "archives") {
      for (const key of ["every", "times", "window"] as const) {
        if (inner.has(key)) inner.wrong(key, `"${key}" is for a forecast from history, not from archives`);
      }
      return [common];
    }
    if (window > every) inner.wrong("window", '"window" must not be longer than "every"');
    return [{ ...common, history: { every, times, window } }];
  });
}

function readTime(read: MappingReader, name: string): number | undefined {
  const value = read.get(name);
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds !== undefined && seconds >= 1 && seconds <= LONGEST) return Math.round(seconds);
  return read.wrong(name, `"${name}" must be a time such as 30m, 1d or 1w, not ${shown(value)}`);
}

const tickKeys = ["expression", "failures", "color", "fraction", "label"] as const;

/** `ticks`: formulas, or mappings of `expression` (or `failures`), color, fraction and label. */
export function readTicks(
  read: MappingReader,
  usable: UsableNames,
  stored: UsableNames,
): TickMarks[] | undefined {
  const value = read.get("ticks");
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item, index): TickMarks[] => {
    const path = Array.isArray(value) ? read.at("ticks", index) : read.at("ticks");
    if (typeof item === "string") {
      checkFormula(read, path, item, '"ticks"', usable);
      return [{ on: { expression: item }, fraction: 0.1 }];
    }
    if (!isMapping(item)) {
      const message = `"ticks" must be a formula or a mapping such as {expression: "load > 4", color: red}, not ${shown(item)}`;
      return read.issue(path, "value", "wrong-value", message) ?? [];
    }
    const inner = read.inside(path, item, tickKeys);
    const expression = inner.text("expression");
    const failures = inner.text("failures");
    if (expression !== undefined) checkFormula(inner, inner.at("expression"), expression, '"ticks"', usable);
    if (failures !== undefined) checkName(inner, inner.at("failures"), failures, stored);
    const on = expression !== undefined ? { expression } : failures !== undefined ? { failures } : undefined;
    if (inner.has("expression") && inner.has("failures")) {
      inner.wrong(
        "failures",
        'ticks take either "expression" or "failures", not both',
        "leave one of them out",
      );
    } else if (!inner.has("expression") && !inner.has("failures")) {
      inner.issue(
        [],
        "key",
        "missing-key",
        'ticks need "expression", a formula, or "failures", a stored field',
      );
    }
    const color = inner.get("color");
    const colour = color === undefined ? undefined : readColour(inner, inner.at("color"), color);
    const label = inner.text("label");
    const fraction = inner.number("fraction", -1, 1) ?? 0.1;
    if (on === undefined) return [];
    const more = {
      ...(colour === undefined ? {} : { color: colour }),
      ...(label === undefined ? {} : { label }),
    };
    return [{ on, fraction, ...more }];
  });
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? `"${value}"` : kindOf(value);
}
