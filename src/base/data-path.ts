import { getKey, isMapping, type Mapping, type Plain } from "./plain-data.ts";

/**
 * A path into plain data: `name.key.-1.(other.path).last`.
 * A term is a key, a list index (negative from the end), a quoted key (`"a.b"`), or `( … )`: an inner path that is
 * looked up first and whose value is then the term.
 */
export type PathTerm = string | DataPath;
export interface DataPath {
  readonly text: string;
  readonly terms: readonly PathTerm[];
}

export interface PathError {
  readonly message: string;
  /** Where in the text, from 0. */
  readonly offset: number;
}

const MOST_NESTED = 20;

export function parsePath(text: string): DataPath | PathError {
  const end = readPath(text, 0, 0);
  if ("message" in end) return end;
  if (end.next < text.length) return { message: `unexpected "${text[end.next]}" in path`, offset: end.next };
  return end.path;
}

export function isPathError(value: DataPath | PathError): value is PathError {
  return "message" in value;
}

/** Reads a path that starts at `from` and stops at the first character that cannot belong to it. */
export function readPath(
  text: string,
  from: number,
  depth = 0,
): { path: DataPath; next: number } | PathError {
  if (depth > MOST_NESTED) return { message: `path is nested deeper than ${MOST_NESTED}`, offset: from };
  const terms: PathTerm[] = [];
  let at = from;
  for (;;) {
    const character = text[at];
    if (character === "(") {
      const inner = readPath(text, at + 1, depth + 1);
      if ("message" in inner) return inner;
      if (text[inner.next] !== ")") return { message: 'missing ")" in path', offset: inner.next };
      terms.push(inner.path);
      at = inner.next + 1;
    } else if (character === '"' || character === "'") {
      const close = text.indexOf(character, at + 1);
      if (close < 0) return { message: `missing closing ${character} in path`, offset: at };
      terms.push(text.slice(at + 1, close));
      at = close + 1;
    } else {
      const start = at;
      while (at < text.length && isTermCharacter(text[at] ?? "")) at++;
      if (at === start) return { message: "expected a key, an index or ( … ) in path", offset: at };
      terms.push(text.slice(start, at));
    }
    if (text[at] !== ".") break;
    at++;
  }
  return { path: { text: text.slice(from, at), terms }, next: at };
}

export function isTermCharacter(character: string): boolean {
  return /[\p{L}\p{N}_$@%+-]/u.test(character);
}

/** The value at the path, or undefined when any part of it is unset. Never walks into inherited names. */
export function lookUp(data: Mapping, path: DataPath): Plain | undefined {
  let value: Plain | undefined = data;
  for (const term of path.terms) {
    let key: string;
    if (typeof term === "string") key = term;
    else {
      const inner = lookUp(data, term);
      if (typeof inner !== "string" && typeof inner !== "number" && typeof inner !== "bigint")
        return undefined;
      key = String(inner);
    }
    if (Array.isArray(value)) {
      if (!/^-?\d+$/.test(key)) return undefined;
      value = value.at(Number(key));
    } else if (isMapping(value)) {
      value = getKey(value, key);
    } else return undefined;
    if (value === undefined) return undefined;
  }
  return value;
}
