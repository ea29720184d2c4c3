import { type DataPath, parseBytes, parseQuantity, readPath } from "../../base/index.ts";

/** A condition, cut into words. Offsets count UTF-16 units from the start of the condition. */
export type Token =
  | { readonly kind: "word"; readonly text: string; readonly offset: number; readonly end: number }
  | { readonly kind: "sign"; readonly text: string; readonly offset: number; readonly end: number }
  | { readonly kind: "text"; readonly value: string; readonly offset: number; readonly end: number }
  | { readonly kind: "number"; readonly value: number; readonly offset: number; readonly end: number }
  | { readonly kind: "path"; readonly path: DataPath; readonly offset: number; readonly end: number }
  | { readonly kind: "end"; readonly offset: number; readonly end: number };

export class ConditionSyntaxError extends Error {
  readonly offset: number;
  readonly length: number;
  constructor(message: string, offset: number, length = 1) {
    super(message);
    this.offset = offset;
    this.length = length;
  }
}

const words = new Set(["and", "or", "not", "in", "has", "hasno", "matches", "is", "true", "false", "null"]);
const numberText = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?[A-Za-z]*/;
const signs = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

/** The token that starts at or after `from`. */
export function readToken(text: string, from: number): Token {
  let offset = from;
  while (/\s/.test(text[offset] ?? "")) offset++;
  const character = text[offset];
  if (character === undefined) return { kind: "end", offset, end: offset };

  const sign = signs.find((one) => text.startsWith(one, offset));
  if (sign !== undefined) return { kind: "sign", text: sign, offset, end: offset + sign.length };

  if (character === '"' || character === "'") {
    const close = text.indexOf(character, offset + 1);
    if (close < 0) throw new ConditionSyntaxError(`missing closing ${character}`, offset);
    // `"a.b".c` is a path whose first key is quoted.
    if (text[close + 1] !== ".") {
      return { kind: "text", value: text.slice(offset + 1, close), offset, end: close + 1 };
    }
  }

  const number = numberText.exec(text.slice(offset, offset + 64))?.[0];
  if (number !== undefined && !/^[\p{L}\p{N}_$@%+.-]/u.test(text.slice(offset + number.length))) {
    // Nobody compares months, and `memory > 512M` means megabytes.
    const value = number.endsWith("M") ? parseBytes(number) : parseQuantity(number);
    if (value !== undefined) return { kind: "number", value, offset, end: offset + number.length };
  }
  return readPathToken(text, offset);
}

/** A word or a path; also reads the paths that start with `( … )`, which `readToken` takes for a sign. */
export function readPathToken(text: string, offset: number): Token {
  const read = readPath(text, offset);
  if ("message" in read) {
    const character = text[offset] ?? "";
    if (character === "=") {
      const sign = /^=[<>]?/.exec(text.slice(offset))?.[0] ?? "=";
      const meant = sign === "=" ? "==" : `${sign[1]}=`;
      const message = `unexpected "${sign}" — did you mean "${meant}"?`;
      throw new ConditionSyntaxError(message, offset, sign.length);
    }
    if (character === "&" || character === "|") {
      const meant = character === "&" ? "and" : "or";
      throw new ConditionSyntaxError(
        `unexpected "${character}" — did you mean "${meant}"?`,
        offset,
        text[offset + 1] === character ? 2 : 1,
      );
    }
    if (read.offset === offset) throw new ConditionSyntaxError(`unexpected "${character}"`, offset);
    throw new ConditionSyntaxError(read.message, read.offset);
  }
  const { path, next } = read;
  if (words.has(path.text)) return { kind: "word", text: path.text, offset, end: next };
  return { kind: "path", path, offset, end: next };
}
