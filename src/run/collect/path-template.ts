import { type DataPath, isMapping, isPathError, lookUp, type Plain, parsePath } from "../../base/index.ts";

/** Text with `{{key}}` and `{{path}}` in it, parsed; pieces and names take turns: text, name, text, name, text. */
export interface PathTemplate {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly names: readonly DataPath[];
}

const placeholder = /\{\{\s*(.*?)\s*\}\}/g;

/** `left`: names that are somebody else's to replace (`{{period}}` of a graph) and stay in the text. */
export function parsePathTemplate(text: string, left: readonly string[] = []): PathTemplate | string {
  const pieces: string[] = [];
  const names: DataPath[] = [];
  let piece = "";
  let at = 0;
  for (const match of text.matchAll(placeholder)) {
    const name = match[1] ?? "";
    piece += text.slice(at, match.index);
    at = match.index + match[0].length;
    if (left.includes(name)) {
      piece += match[0];
      continue;
    }
    const path = parsePath(name);
    if (isPathError(path)) return `"${match[0]}": ${path.message}`;
    pieces.push(piece);
    names.push(path);
    piece = "";
  }
  pieces.push(piece + text.slice(at));
  return { text, pieces, names };
}

/**
 * The text for one entry: `{{key}}` is the entry's key, other names are looked up in the entry. `clean` makes a value
 * fit for its place. Undefined, and which name, when the entry has no text or number there.
 */
export function fillPathTemplate(
  template: PathTemplate,
  key: string,
  entry: Plain,
  clean: (text: string) => string,
): { readonly text: string } | { readonly missing: string } {
  let text = template.pieces[0] ?? "";
  for (const [index, name] of template.names.entries()) {
    const value = name.text === "key" ? key : isMapping(entry) ? lookUp(entry, name) : undefined;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") {
      return { missing: name.text };
    }
    text += clean(String(value)) + (template.pieces[index + 1] ?? "");
  }
  return { text };
}
