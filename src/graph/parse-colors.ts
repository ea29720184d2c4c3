import { isMapping, kindOf, type Plain, setKey } from "../base/index.ts";
import { parseColour } from "./colour.ts";
import type { GraphColors } from "./definition.ts";
import type { MappingReader } from "./mapping-reader.ts";

/** `colors`: a list taken in turn, or a mapping of field to colour. */
export function readColors(read: MappingReader, fields: readonly string[]): GraphColors | undefined {
  const value = read.get("colors");
  if (value === undefined) return undefined;
  if (typeof value === "string") return colourList(read, [value], () => read.at("colors"));
  if (Array.isArray(value)) return colourList(read, value, (index) => read.at("colors", index));
  if (!isMapping(value)) {
    return read.wrong("colors", `"colors" must be a list of colours or one per field, not ${kindOf(value)}`);
  }
  const colors = Object.create(null) as Record<string, string>;
  for (const [field, item] of Object.entries(value)) {
    const path = read.at("colors", field);
    if (fields.length > 0 && !fields.includes(field)) {
      read.issue(path, "key", "unknown-field", `"colors" names "${field}", which this graph does not draw`);
    }
    const colour = readColour(read, path, item);
    if (colour !== undefined) setKey(colors, field, colour);
  }
  return colors;
}

function colourList(
  read: MappingReader,
  list: readonly Plain[],
  path: (index: number) => (string | number)[],
): string[] {
  return list.flatMap((item, index) => readColour(read, path(index), item) ?? []);
}

export function readColour(
  read: MappingReader,
  path: readonly (string | number)[],
  value: Plain | undefined,
): string | undefined {
  // A whole number is what YAML makes of an unquoted 336699.
  const text = typeof value === "number" ? String(value).padStart(6, "0") : value;
  const colour = typeof text === "string" ? parseColour(text) : undefined;
  if (colour !== undefined) return colour;
  if (value === null) {
    const notes = ['in YAML an unquoted "#" starts a comment: write the colour in quotes'];
    return read.issue(path, "value", "wrong-value", "the colour is empty", notes);
  }
  const shown = typeof value === "string" ? `"${value}"` : kindOf(value);
  return read.issue(
    path,
    "value",
    "wrong-value",
    `${shown} is no colour: write "#RRGGBB" or a name such as red`,
  );
}
