import { type EpochSeconds, getKey, isMapping, kindOf, type Mapping, type Plain } from "../base/index.ts";
import type { HorizontalRule, RightAxis, VerticalRule } from "./definition.ts";
import { type MappingReader, toNumber } from "./mapping-reader.ts";
import { readColour } from "./parse-colors.ts";

/** `hrules`: numbers, or mappings of value, color and label. */
export function readHorizontalRules(read: MappingReader): HorizontalRule[] | undefined {
  return readRules(read, "hrules", "value", (value) => toNumber(value), "a number")?.map(
    ({ at, ...rest }) => ({ value: at, ...rest }),
  );
}

/** `vrules`: times (epoch seconds or an ISO date), or mappings of time, color and label. */
export function readVerticalRules(read: MappingReader): VerticalRule[] | undefined {
  return readRules(read, "vrules", "time", toTime, "epoch seconds or a date like 2026-03-29 02:00")?.map(
    ({ at, ...rest }) => ({ time: at as EpochSeconds, ...rest }),
  );
}

interface Rule {
  readonly at: number;
  readonly color?: string;
  readonly label?: string;
}

function readRules(
  read: MappingReader,
  name: string,
  key: string,
  convert: (value: Plain | undefined) => number | undefined,
  expected: string,
): Rule[] | undefined {
  const value = read.get(name);
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item, index) => {
    const path = Array.isArray(value) ? read.at(name, index) : read.at(name);
    const at = convert(isMapping(item) ? getKey(item, key) : item);
    if (at === undefined) {
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
