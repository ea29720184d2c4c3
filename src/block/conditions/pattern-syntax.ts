/** The syntax tree of a regular expression; see `pattern.ts` for what is allowed. */
export type PatternNode =
  | { readonly kind: "character"; readonly test: (character: string) => boolean }
  | { readonly kind: "assert"; readonly what: "start" | "end" | "word" | "not-word" }
  | { readonly kind: "sequence"; readonly items: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly items: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly item: PatternNode; readonly least: number; readonly most: number };

export interface PatternError {
  readonly message: string;
  /** Where in the pattern, from 0. */
  readonly offset: number;
}

const MOST_NESTED = 50;
const MOST_REPEATS = 1_000;

class PatternSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export function readPattern(text: string): { node: PatternNode } | PatternError {
  try {
    return { node: new Reader(text).read() };
  } catch (error) {
    if (error instanceof PatternSyntaxError) return { message: error.message, offset: error.offset };
    throw error;
  }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", "0": "\0" };

class Reader {
  readonly #text: string;
  #at = 0;
  #ignoreCase = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): PatternNode {
    if (this.#text.startsWith("(?i)")) {
      this.#ignoreCase = true;
      this.#at = 4;
    }
    const node = this.#choice(0);
    if (this.#at < this.#text.length) throw this.#error('")" without "("', this.#at);
    return node;
  }

  #error(message: string, offset: number): PatternSyntaxError {
    return new PatternSyntaxError(`${message} in pattern`, offset);
  }

  #choice(depth: number): PatternNode {
    if (depth > MOST_NESTED) throw this.#error(`more than ${MOST_NESTED} nested groups`, this.#at);
    const items = [this.#sequence(depth)];
    while (this.#text[this.#at] === "|") {
      this.#at++;
      items.push(this.#sequence(depth));
    }
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: "choice", items };
  }

  #sequence(depth: number): PatternNode {
    const items: PatternNode[] = [];
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === "|" || character === ")") break;
      items.push(this.#repeat(this.#atom(depth)));
    }
    return { kind: "sequence", items };
  }

  #atom(depth: number): PatternNode {
    const start = this.#at;
    const character = this.#next();
    switch (character) {
      case "(": {
        if (this.#text[this.#at] === "?") {
          if (this.#text[this.#at + 1] !== ":") {
            throw this.#error('only "(?:" groups are supported, and "(?i)" at the start', start);
          }
          this.#at += 2;
        }
        const inner = this.#choice(depth + 1);
        if (this.#text[this.#at] !== ")") throw this.#error('missing ")"', this.#at);
        this.#at++;
        return inner;
      }
      case "[":
        return this.#class(start);
      case ".":
        return { kind: "character", test: (one) => one !== "\n" };
      case "^":
        return { kind: "assert", what: "start" };
      case "$":
        return { kind: "assert", what: "end" };
      case "*":
      case "+":
      case "?":
        throw this.#error(`nothing to repeat before "${character}"`, start);
      case "\\":
        if (this.#text[this.#at] === "b" || this.#text[this.#at] === "B") {
          return { kind: "assert", what: this.#next() === "b" ? "word" : "not-word" };
        }
        return { kind: "character", test: this.#asTest(this.#escape(start)) };
      default:
        return { kind: "character", test: this.#asTest(character) };
    }
  }

  #asTest(what: string | RegExp): (character: string) => boolean {
    if (typeof what !== "string") return (one) => what.test(one);
    if (!this.#ignoreCase) return (one) => one === what;
    const lower = what.toLowerCase();
    return (one) => one.toLowerCase() === lower;
  }

  /** One whole character, surrogate pairs together. */
  #next(): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw this.#error("unexpected end", this.#at);
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }

  /** After a backslash: a character, or a class as a one-character expression. */
  #escape(start: number): string | RegExp {
    if (this.#at >= this.#text.length) throw this.#error("unfinished escape", start);
    const character = this.#next();
    if (/[dDwWsS]/.test(character)) return new RegExp(`^\\${character}$`, "u");
    if (character === "p" || character === "P") {
      const name = /^\{[\w=]{1,60}\}/.exec(this.#text.slice(this.#at))?.[0];
      if (name === undefined) throw this.#error(`expected { … } after "\\${character}"`, start);
      this.#at += name.length;
      try {
        return new RegExp(`^\\${character}${name}$`, "u");
      } catch {
        throw this.#error(`unknown property ${name}`, start);
      }
    }
    const hex =
      character === "x"
        ? /^[\da-f]{2}/i
        : character === "u"
          ? /^(?:[\da-f]{4}|\{[\da-f]{1,6}\})/i
          : undefined;
    if (hex !== undefined) {
      const digits = hex.exec(this.#text.slice(this.#at))?.[0];
      const code = digits === undefined ? Number.NaN : Number.parseInt(digits.replace("{", ""), 16);
      if (digits === undefined || code > 0x10ffff) throw this.#error("wrong escape", start);
      this.#at += digits.length;
      return String.fromCodePoint(code);
    }
    const known = Object.hasOwn(escapes, character) ? escapes[character] : undefined;
    if (known !== undefined) return known;
    if (/[1-9k]/.test(character)) throw this.#error("back-references are not supported", start);
    if (/[A-Za-z]/.test(character)) throw this.#error(`unknown escape "\\${character}"`, start);
    return character;
  }

  #class(start: number): PatternNode {
    const negated = this.#text[this.#at] === "^";
    if (negated) this.#at++;
    const tests: ((character: string) => boolean)[] = [];
    for (let first = true; ; first = false) {
      const from = this.#at;
      if (this.#at >= this.#text.length) throw this.#error('missing "]"', start);
      const character = this.#next();
      if (character === "]" && !first) break;
      const low = character === "\\" ? this.#classEscape(from) : character;
      const dash = this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]";
      if (!dash || typeof low !== "string") {
        tests.push(this.#asTest(low));
        continue;
      }
      this.#at++;
      const highFrom = this.#at;
      const next = this.#next();
      const high = next === "\\" ? this.#classEscape(highFrom) : next;
      if (typeof high !== "string") throw this.#error("a class cannot end a range", highFrom);
      tests.push(this.#range(low, high, from));
    }
    return { kind: "character", test: (one) => tests.some((test) => test(one)) !== negated };
  }

  #classEscape(start: number): string | RegExp {
    if (this.#text[this.#at] !== "b") return this.#escape(start);
    this.#at++;
    return "\b";
  }

  #range(low: string, high: string, offset: number): (character: string) => boolean {
    const from = low.codePointAt(0) ?? 0;
    const to = high.codePointAt(0) ?? 0;
    if (from > to) throw this.#error(`range "${low}-${high}" is out of order`, offset);
    const inside = (one: string) => {
      const code = one.codePointAt(0) ?? -1;
      return code >= from && code <= to;
    };
    return this.#ignoreCase ? (one) => inside(one.toLowerCase()) || inside(one.toUpperCase()) : inside;
  }

  #repeat(item: PatternNode): PatternNode {
    const start = this.#at;
    const counted = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})/.exec(this.#text.slice(start, start + 24));
    if (counted === null) return item;
    this.#at += counted[0].length;
    if (this.#text[this.#at] === "?") this.#at++;
    if (/^[*+?{]/.test(this.#text.slice(this.#at)) && this.#text[this.#at] !== "{") {
      throw this.#error("nothing to repeat", this.#at);
    }
    const [sign, least, comma, most] = counted;
    if (sign === "*") return { kind: "repeat", item, least: 0, most: Number.POSITIVE_INFINITY };
    if (sign === "+") return { kind: "repeat", item, least: 1, most: Number.POSITIVE_INFINITY };
    if (sign === "?") return { kind: "repeat", item, least: 0, most: 1 };
    const low = Number(least);
    const high = comma === undefined ? low : most === "" ? Number.POSITIVE_INFINITY : Number(most);
    if (low > high) throw this.#error(`range ${sign} is out of order`, start);
    if (low > MOST_REPEATS || (high > MOST_REPEATS && high !== Number.POSITIVE_INFINITY)) {
      throw this.#error(`more than ${MOST_REPEATS} repeats`, start);
    }
    return { kind: "repeat", item, least: low, most: high };
  }
}
