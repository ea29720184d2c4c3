import { stringify } from "yaml";
import type { Mapping, Plain } from "../base/index.ts";

export type OutputFormat = "json" | "yaml" | "pretty";
export const outputFormats: readonly OutputFormat[] = ["json", "yaml", "pretty"];

/** A result as text, with its line end. */
export function renderOutput(value: Plain, format: OutputFormat, colour: boolean): string {
  switch (format) {
    case "json":
      return `${toJson(value)}\n`;
    case "pretty":
      return `${toPretty(value, colour)}\n`;
    case "yaml":
      return stringify(value, { lineWidth: 110 });
  }
}

/**
 * One line of JSON, with a blank after `:` and `,`. 64-bit integers are written in full; what JSON has no number for
 * (NaN, infinities) is null.
 */
export function toJson(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(toJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${toJson(item)}`)
      .join(", ")}}`;
  }
  return scalar(value);
}

const colours = { key: 36, text: 32, number: 33, word: 35 } as const;

/** JSON over several lines, for people; lists and mappings that fit in a line stay in one. */
export function toPretty(value: Plain, colour: boolean): string {
  const paint = (text: string, kind: keyof typeof colours) =>
    colour ? `\u001b[${colours[kind]}m${text}\u001b[0m` : text;
  const render = (item: Plain, indent: string): string => {
    if (typeof item !== "object" || item === null) return paint(printable(scalar(item)), kindOf(item));
    const isList = Array.isArray(item);
    const [open, close] = isList ? "[]" : "{}";
    const deeper = `${indent}  `;
    const parts = isList
      ? item.map((part) => render(part, deeper))
      : entries(item).map(
          ([key, part]) => `${paint(printable(JSON.stringify(key)), "key")}: ${render(part, deeper)}`,
        );
    if (parts.length === 0) return `${open}${close}`;
    const isFlat = (isList ? item : Object.values(item)).every(
      (part) => typeof part !== "object" || part === null,
    );
    if (isFlat && toJson(item).length + indent.length <= 80) return `${open}${parts.join(", ")}${close}`;
    return `${open}\n${parts.map((part) => deeper + part).join(",\n")}\n${indent}${close}`;
  };
  return render(value, "");
}

function entries(mapping: Mapping): [string, Plain][] {
  return Object.entries(mapping);
}

function scalar(value: string | number | bigint | boolean | null): string {
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

function kindOf(value: string | number | bigint | boolean | null): keyof typeof colours {
  if (typeof value === "string") return "text";
  return typeof value === "number" || typeof value === "bigint" ? "number" : "word";
}

/** JSON leaves these as they are; a terminal would obey them. */
function printable(json: string): string {
  return json.replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
