import { isMapping, kindOf, type Plain } from "../base/index.ts";
import type { Note, NoteAlign, NoteFigure } from "./extras.ts";
import type { MappingReader } from "./mapping-reader.ts";
import { readFigure, type UsableNames } from "./parse-figures.ts";

const MOST_NOTES = 20;

/** `notes`: lines of text, or mappings of text and align; `[max of in]` in a text is that figure. */
export function readNotes(read: MappingReader, usable: UsableNames): Note[] | undefined {
  const value = read.get("notes");
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.length > MOST_NOTES) read.wrong("notes", `"notes" takes at most ${MOST_NOTES} lines`);
  return list.flatMap((item, index): Note[] => {
    const path = Array.isArray(value) ? read.at("notes", index) : read.at("notes");
    if (isPlainText(item)) return [{ align: "left", parts: readParts(read, path, String(item), usable) }];
    if (!isMapping(item)) {
      const message = `a note must be text or a mapping of text and align, not ${kindOf(item)}`;
      return read.issue(path, "value", "wrong-value", message) ?? [];
    }
    const inner = read.inside(path, item, ["text", "align"]);
    const text = inner.text("text");
    const align: NoteAlign = inner.choice("align", ["left", "center", "right"]) ?? "left";
    if (!inner.has("text")) inner.issue([], "key", "missing-key", 'a note needs "text"');
    return text === undefined ? [] : [{ align, parts: readParts(inner, inner.at("text"), text, usable) }];
  });
}

function isPlainText(value: Plain | undefined): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint";
}

/** Brackets without an `of` in them are text like any other. */
function readParts(
  read: MappingReader,
  path: readonly (string | number)[],
  text: string,
  usable: UsableNames,
): (string | NoteFigure)[] {
  const parts: (string | NoteFigure)[] = [];
  const plain = text.replaceAll(/\s+/g, " ").trim();
  let from = 0;
  for (const match of plain.matchAll(/\[([^[\]]+\sof\s[^[\]]+)\]/g)) {
    const inside = match[1] ?? "";
    const time = /^\s*time\s+of\s+/i.exec(inside);
    const figure = readFigure(read, path, inside.slice(time?.[0].length ?? 0), usable);
    if (match.index > from) parts.push(plain.slice(from, match.index));
    from = match.index + match[0].length;
    if (figure !== undefined) parts.push({ ...figure, time: time !== null });
  }
  const rest = plain.slice(from);
  const open = /\[((?:time\s+of\s+)?(?:\w+|\d+(?:\.\d+)?\s*%)\s+of\s[^[\]]*)$/i.exec(rest);
  if (open !== null) {
    const message = `"[${open[1]}" lacks its closing "]"`;
    read.issue(path, "value", "wrong-value", message, [`write "[${open[1]}]"`]);
  }
  if (from < plain.length) parts.push(plain.slice(from));
  return parts;
}
