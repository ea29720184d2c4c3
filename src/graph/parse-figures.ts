import { didYouMean } from "../base/index.ts";
import { type FigureOf, figureNames, parseFigureOf } from "./figure-of.ts";
import type { MappingReader } from "./mapping-reader.ts";

/** The names that figures, marks and forecasts may use; undefined: nobody knows. */
export type UsableNames = readonly string[] | undefined;

/** `max of in` or `95% of in`, checked; undefined with an issue when it is wrong. */
export function readFigure(
  read: MappingReader,
  path: readonly (string | number)[],
  text: string,
  usable: UsableNames,
): FigureOf | undefined {
  const figure = parseFigureOf(text);
  if (figure === undefined) {
    const all = Object.keys(figureNames);
    const word = /^\s*(\w+)\s+of\s/u.exec(text)?.[1];
    const near = word === undefined ? "" : didYouMean(word, all);
    const message = `"${text}" is no figure${near}`;
    return read.issue(path, "value", "wrong-value", message, [
      `write for example "max of FIELD"; there are ${all.join(", ")} and percentiles such as 95%`,
    ]);
  }
  return checkName(read, path, figure.of, usable) ? figure : undefined;
}

export function checkName(
  read: MappingReader,
  path: readonly (string | number)[],
  name: string,
  usable: UsableNames,
): boolean {
  if (usable === undefined || usable.includes(name)) return true;
  const notes = usable.length > 0 ? [`there are: ${usable.join(", ")}`] : undefined;
  read.issue(path, "value", "unknown-field", `unknown field "${name}"${didYouMean(name, usable)}`, notes);
  return false;
}
