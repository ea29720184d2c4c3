import { type Consolidation, isConsolidation, parseNumber } from "../../rrd/index.ts";
import { GraphFault } from "./element-words.ts";
import type { Operand } from "./elements.ts";
import type { NameKind } from "./parse-rpn.ts";

/** What was defined so far. */
export type Names = Map<string, NameKind>;

export function consolidation(text: string): Consolidation {
  if (!isConsolidation(text)) throw new GraphFault(`bad CF: ${text}`);
  return text;
}

export function number(text: string): number | undefined {
  const value = parseNumber(text);
  return typeof value === "number" && text !== "" ? value : undefined;
}

export function length(text: string): number {
  const value = number(text);
  if (value === undefined || !(value >= 0) || value > 10_000)
    throw new GraphFault(`Could not parse number: ${text}`);
  return value;
}

export function operand(text: string, names: Names): Operand {
  const kind = names.get(text);
  if (kind !== undefined) return { kind, name: text };
  const value = number(text);
  if (value === undefined) throw new GraphFault(`${text} is not a vname nor a number`);
  return { kind: "number", value };
}

/** `name#colour#colour`, each colour optional. */
export function splitColours(word: string): { what: string; colours: string[] } {
  const [what = "", ...colours] = word.split("#");
  return { what, colours: colours.map(colour) };
}

/** `RRGGBB`, `RRGGBBAA`, or one digit each. */
export function colour(digits: string): string {
  const text = digits.toLowerCase();
  if (/^[0-9a-f]{6}(?:[0-9a-f]{2})?$/.test(text)) return `#${text}`;
  if (/^[0-9a-f]{3,4}$/.test(text)) return `#${text.replaceAll(/./g, "$&$&")}`;
  throw new GraphFault(`'#${digits}' is no colour: #RRGGBB and #RRGGBBAA are`);
}
