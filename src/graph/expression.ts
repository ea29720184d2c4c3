/**
 * The formulas of `expressions`: `+ - * /`, parentheses, numbers, field names, `min(…)`, `max(…)`, `abs(…)`.
 * Unknown (NaN) anywhere makes the result unknown; a division by zero is unknown too.
 */
export interface Expression {
  /** The names it reads, each once, in order of first use. */
  readonly names: readonly string[];
  /** One value; `values` in the order of `names`. */
  readonly evaluate: (values: readonly number[]) => number;
}

export interface ExpressionError {
  readonly message: string;
  /** Where in the text, from 0. */
  readonly offset: number;
}

type Node = (values: readonly number[]) => number;

const MOST_NESTED = 50;
const token =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|"([^"]*)"|(.))/suy;

interface Token {
  readonly kind: "number" | "name" | "quoted" | "sign" | "end";
  readonly text: string;
  readonly offset: number;
}

const functions: Readonly<
  Record<string, { least: number; most: number; apply: (values: number[]) => number }>
> = {
  abs: { least: 1, most: 1, apply: ([value]) => Math.abs(value ?? Number.NaN) },
  min: { least: 1, most: Number.POSITIVE_INFINITY, apply: (values) => Math.min(...values) },
  max: { least: 1, most: Number.POSITIVE_INFINITY, apply: (values) => Math.max(...values) },
};

/** Thrown and caught in this file only. */
class Refused extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A name that is not a plain word (`eth0-in`) is written in double quotes. */
export function parseExpression(text: string): Expression | ExpressionError {
  try {
    return new Parser(tokens(text)).whole();
  } catch (error) {
    if (error instanceof Refused) return { message: error.message, offset: error.offset };
    throw error;
  }
}

export function isExpressionError(value: Expression | ExpressionError): value is ExpressionError {
  return "message" in value;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [whole, number, name, quoted, sign] = match;
    const offset = match.index + whole.search(/\S/);
    if (number !== undefined) found.push({ kind: "number", text: number, offset });
    else if (name !== undefined) found.push({ kind: "name", text: name, offset });
    else if (quoted !== undefined) found.push({ kind: "quoted", text: quoted, offset });
    else if (sign !== undefined && sign.trim() !== "") found.push({ kind: "sign", text: sign, offset });
  }
  found.push({ kind: "end", text: "", offset: text.length });
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #names: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  whole(): Expression {
    const node = this.#sum();
    const rest = this.#next();
    if (rest.kind !== "end") throw new Refused(`unexpected "${rest.text}"`, rest.offset);
    return { names: this.#names, evaluate: (values) => finite(node(values)) };
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", offset: 0 };
  }

  #next(): Token {
    const found = this.#peek();
    if (found.kind !== "end") this.#at++;
    return found;
  }

  #sign(...signs: string[]): string | undefined {
    const found = this.#peek();
    if (found.kind !== "sign" || !signs.includes(found.text)) return undefined;
    this.#at++;
    return found.text;
  }

  #sum(): Node {
    let left = this.#product();
    for (let sign = this.#sign("+", "-"); sign !== undefined; sign = this.#sign("+", "-")) {
      const a = left;
      const b = this.#product();
      left = sign === "+" ? (values) => a(values) + b(values) : (values) => a(values) - b(values);
    }
    return left;
  }

  #product(): Node {
    let left = this.#factor();
    for (let sign = this.#sign("*", "/"); sign !== undefined; sign = this.#sign("*", "/")) {
      const a = left;
      const b = this.#factor();
      left = sign === "*" ? (values) => a(values) * b(values) : (values) => a(values) / b(values);
    }
    return left;
  }

  #factor(): Node {
    const start = this.#next();
    if (++this.#depth > MOST_NESTED) throw new Refused(`nested deeper than ${MOST_NESTED}`, start.offset);
    const node = this.#term(start);
    this.#depth--;
    return node;
  }

  #term(start: Token): Node {
    if (start.kind === "number") {
      const value = Number(start.text);
      return () => value;
    }
    if (start.kind === "quoted") return this.#field(start.text);
    if (start.kind === "name") {
      return this.#sign("(") === undefined ? this.#field(start.text) : this.#call(start);
    }
    if (start.text === "-") {
      const node = this.#factor();
      return (values) => -node(values);
    }
    if (start.text === "+") return this.#factor();
    if (start.text === "(") {
      const node = this.#sum();
      this.#close(start);
      return node;
    }
    if (start.kind === "end")
      throw new Refused("expected a number, a field or ( … ) at the end", start.offset);
    throw new Refused(`expected a number, a field or ( … ), found "${start.text}"`, start.offset);
  }

  #field(name: string): Node {
    let index = this.#names.indexOf(name);
    if (index < 0) index = this.#names.push(name) - 1;
    return (values) => values[index] ?? Number.NaN;
  }

  #call(name: Token): Node {
    const known = Object.hasOwn(functions, name.text) ? functions[name.text] : undefined;
    if (known === undefined) {
      throw new Refused(`unknown function "${name.text}" (there are abs, min and max)`, name.offset);
    }
    const values: Node[] = [];
    do values.push(this.#sum());
    while (this.#sign(",") !== undefined);
    this.#close(name);
    if (values.length < known.least || values.length > known.most) {
      throw new Refused(`"${name.text}" takes one value, not ${values.length}`, name.offset);
    }
    return (given) => known.apply(values.map((node) => node(given)));
  }

  #close(open: Token): void {
    const found = this.#next();
    if (found.kind === "sign" && found.text === ")") return;
    if (found.kind === "end") throw new Refused('missing ")"', open.offset);
    throw new Refused(`expected ")", found "${found.text}"`, found.offset);
  }
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
