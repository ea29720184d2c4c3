import { type EpochSeconds, getKey, isMapping, kindOf, type Mapping, type Plain } from "../base/index.ts";
import type { HorizontalRule, RightAxis, VerticalRule } from "./definition.ts";
import type { FigureOf } from "./figure-of.ts";
import { type MappingReader, toNumber } from "./mapping-reader.ts";
import { readColour } from "./parse-colors.ts";
import { readFigure, type UsableNames } from "./parse-figures.ts";

/** `hrules`: numbers or figures such as `max of in`, or mappings of value, color and label. */
export function readHorizontalRules(read: MappingReader, usable: UsableNames): HorizontalRule[] | undefined {
  const expected = "a number or a figure such as max of FIELD";
  return readRules(read, "hrules", "value", toNumber, expected, usable)?.map(({ at, ...rest }) => {
    return { value: at, ...rest };
  });
}

/** `vrules`: times (epoch seconds or an ISO date) or figures that have one, or mappings of time, color and label. */
export function readVerticalRules(read: MappingReader, usable: UsableNames): VerticalRule[] | undefined {
  const expected = "epoch seconds, a date like 2026-03-29 02:00 or a figure like max of FIELD";
  return readRules(read, "vrules", "time", toTime, expected, usable)?.map(({ at, ...rest }) => {
    return { time: typeof at === "number" ? (at as EpochSeconds) : at, ...rest };
  });
}

interface Rule {
  readonly at: number | FigureOf;
  readonly color?: string;
  readonly label?: string;
}

function readRules(
  read: MappingReader,
  name: string,
  key: string,
  convert: (value: Plain | undefined) => number | undefined,
  expected: string,
  usable: UsableNames,
): Rule[] | undefined {
  const value = read.get(name);
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item, index) => {
    const path = Array.isArray(value) ? read.at(name, index) : read.at(name);
    const written = isMapping(item) ? getKey(item, key) : item;
    const figure = typeof written === "string" && /\sof\s/.test(written);
    const place = isMapping(item) ? [...path, key] : path;
    const at = figure ? readFigure(read, place, written, usable) : convert(written);
    if (at === undefined && !figure) {
      const message = `"${name}" takes ${expected}, or a mapping with "${key}", "color" and "label"`;
      read.issue(path, "value", "wrong-value", message);
    }
    const more = isMapping(item) ? ruleLook(read, path, item, key) : {};
    return at === undefined ? [] : [{ at, ...more }];
  });
}

function ruleLook(
  read: MappingReader,
  path: readonly (string | number)[],
  item: Mapping,
  key: string,
): Omit<Rule, "at"> {
  const inner = read.inside(path, item, [key, "color", "label"]);
  const label = inner.text("label");
  const written = inner.get("color");
  const color = written === undefined ? undefined : readColour(inner, inner.at("color"), written);
  return { ...(color === undefined ? {} : { color }), ...(label === undefined ? {} : { label }) };
}

function toTime(value: Plain | undefined): number | undefined {
  const number = toNumber(value);
  if (number !== undefined) return number;
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined;
  const milliseconds = Date.parse(
    /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : value.replace(" ", "T"),
  );
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** `right axis`: `true` for the same values, or a mapping of scale, shift and label. */
export function readRightAxis(read: MappingReader): RightAxis | undefined {
  const value = read.get("right axis");
  if (value === undefined || value === false) return undefined;
  if (value === true) return { scale: 1, shift: 0, label: "" };
  if (!isMapping(value)) {
    return read.wrong(
      "right axis",
      `"right axis" must be true or a mapping of scale, shift and label, not ${kindOf(value)}`,
    );
  }
  const inner = read.inside(read.at("right axis"), value, ["scale", "shift", "label"]);
  const scale = inner.number("scale") ?? 1;
  if (scale === 0) inner.wrong("scale", '"scale" of the right axis must not be 0');
  return { scale, shift: inner.number("shift") ?? 0, label: inner.text("label") ?? "" };
}
