import {
  type DataPath,
  emptyMapping,
  isMapping,
  lookUp,
  type Mapping,
  type Plain,
  ProblemError,
  problem,
  readPath,
  setKey,
} from "../base/index.ts";
import { quotesAt } from "./shell-quotes.ts";
import type { CheckContext, TreePath } from "./types.ts";

/** A text with `{{path}}` in it, parsed when its file was loaded. `\{{` stands for a plain `{{`. */
export interface Interpolation {
  readonly text: string;
  readonly parts: readonly (string | DataPath)[];
  /** No `{{path}}` in it: always the same text. */
  readonly constant: boolean;
}

export interface InterpolationError {
  readonly message: string;
  /** Where in the text, from 0, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;
  readonly notes?: readonly string[];
}

export function parseInterpolation(text: string): Interpolation | InterpolationError {
  const parts: (string | DataPath)[] = [];
  let plain = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf("{{", at);
    if (open < 0) break;
    if (text[open - 1] === "\\") {
      plain += `${text.slice(at, open - 1)}{{`;
      at = open + 2;
      continue;
    }
    if (text.startsWith("{{{", open)) {
      return {
        message: '"{{{" does not exist: values are always made safe',
        offset: open,
        length: 3,
        notes: ["write {{path}}"],
      };
    }
    plain += text.slice(at, open);
    let from = open + 2;
    while (/\s/.test(text[from] ?? "")) from++;
    const read = readPath(text, from);
    if ("message" in read) return failure(read.message, read.offset);
    let end = read.next;
    while (/\s/.test(text[end] ?? "")) end++;
    if (!text.startsWith("}}", end)) return failure('expected "}}" after the path', read.next);
    if (plain !== "") parts.push(plain);
    plain = "";
    parts.push(read.path);
    at = end + 2;
  }
  plain += text.slice(at);
  if (plain !== "") parts.push(plain);
  return { text, parts, constant: parts.every((part) => typeof part === "string") };
}

function failure(message: string, offset: number): InterpolationError {
  return { message, offset, length: 1, notes: ["write \\{{ for braces that are meant as they are"] };
}

/**
 * As `parseInterpolation`, for a command of a shell: a `{{path}}` inside quotes, a here-document or a comment is
 * refused, because there the quotes that are put around its value would not keep the shell from evaluating it.
 */
export function parseShellInterpolation(text: string): Interpolation | InterpolationError {
  const parsed = parseInterpolation(text);
  if ("message" in parsed || parsed.constant) return parsed;
  for (let open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", open + 2)) {
    if (text[open - 1] === "\\") continue;
    const inside = quotesAt(text, open);
    if (inside === undefined) continue;
    const length = Math.max(2, text.indexOf("}}", open) + 2 - open);
    return {
      message: `${text.slice(open, open + length)} stands inside ${inside}`,
      offset: open,
      length,
      notes: ["values are quoted for the shell already: write {{path}} without quotes around it"],
    };
  }
  return parsed;
}

/** The text with every `{{path}}` replaced; `quote` is applied to each value. An unset path gives an empty text. */
export function renderInterpolation(
  interpolation: Interpolation,
  pipeData: Mapping,
  quote: (text: string) => string = (text) => text,
): string {
  let text = "";
  for (const part of interpolation.parts) {
    text += typeof part === "string" ? part : quote(asText(lookUp(pipeData, part)));
  }
  return text;
}

/** As `renderInterpolation`, but a text that is one `{{path}}` and nothing else gives the value itself, with its kind. */
export function renderValue(interpolation: Interpolation, pipeData: Mapping): Plain {
  const [only, ...others] = interpolation.parts;
  if (others.length > 0 || only === undefined || typeof only === "string") {
    return renderInterpolation(interpolation, pipeData);
  }
  return lookUp(pipeData, only) ?? null;
}

/** Parses and renders at once, for texts that are not known when the file is loaded. Throws a `ProblemError`. */
export function interpolate(text: string, pipeData: Mapping, quote?: (text: string) => string): string {
  const parsed = quote === shellQuote ? parseShellInterpolation(text) : parseInterpolation(text);
  if ("message" in parsed) {
    throw new ProblemError([problem("bad-interpolation", `${parsed.message} in ${JSON.stringify(text)}`)]);
  }
  return renderInterpolation(parsed, pipeData, quote);
}

/** A value as text: mappings and lists as JSON, null and unset as nothing. */
function asText(value: Plain | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item));
}

/** Quoted so that a POSIX shell takes it for one word and evaluates nothing in it. A NUL cannot be in a command. */
export function shellQuote(text: string): string {
  if (text.includes("\0")) {
    throw new ProblemError([
      problem("nul-in-command", "a value with a NUL character cannot be part of a command"),
    ]);
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Data whose texts, anywhere inside, may hold `{{path}}`: `set:`, `with:`. Problems are reported at once; the returned
 * function gives a new copy each time.
 */
export function parseDataInterpolation(
  value: Plain,
  path: TreePath,
  check: CheckContext,
): (pipeData: Mapping) => Plain {
  if (typeof value === "string") {
    const parsed = parseInterpolation(value);
    if ("message" in parsed) {
      const { message, offset, length, notes } = parsed;
      check.report("bad-interpolation", message, {
        path,
        offset,
        length,
        ...(notes === undefined ? {} : { notes }),
      });
      return () => value;
    }
    return parsed.constant && parsed.parts.length <= 1
      ? constant(parsed.parts[0] ?? "")
      : (pipeData) => renderValue(parsed, pipeData);
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => parseDataInterpolation(item, [...path, index], check));
    return (pipeData) => items.map((item) => item(pipeData));
  }
  if (isMapping(value)) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, parseDataInterpolation(item, [...path, key], check)] as const,
    );
    return (pipeData) => {
      const copy = emptyMapping();
      for (const [key, item] of entries) setKey(copy, key, item(pipeData));
      return copy;
    };
  }
  return () => value;
}

function constant(value: string | DataPath): () => Plain {
  const text = typeof value === "string" ? value : value.text;
  return () => text;
}
