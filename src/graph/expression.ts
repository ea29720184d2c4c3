import { didYouMean } from "../base/index.ts";
import { expressionFunctions, type RpnWord } from "./expression-functions.ts";
import { expressionTokens, type Token } from "./expression-tokens.ts";

/**
 * The formulas of `expressions`: `+ - * / %`, comparisons, `and or not`, parentheses, numbers, times (`30m`), field
 * names and the functions of `expression-functions.ts`. Unknown (NaN) makes the result unknown, but where a function
 * says otherwise; so does a division by zero.
 */
export interface Expression {
  /** The names it reads, each once, in order of first use. */
  readonly names: readonly string[];
  /** The same in RPN. */
  readonly words: readonly RpnWord[];
}

export interface ExpressionError {
  readonly message: string;
  /** Where in the text, from 0. */
  readonly offset: number;
}

const MOST_NESTED = 50;
const MOST_WORDS = 5000;

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
    return new Parser(expressionTokens(text)).whole();
  } catch (error) {
    if (error instanceof Refused) return { message: error.message, offset: error.offset };
    throw error;
  }
}

export function isExpressionError(value: Expression | ExpressionError): value is ExpressionError {
  return "message" in value;
}

const comparisons: Readonly<Record<string, string>> = {
  "<": "LT",
  "<=": "LE",
  ">": "GT",
  ">=": "GE",
  "==": "EQ",
  "!=": "NE",
};

class Parser {
  readonly #tokens: readonly Token[];
  readonly #names = new Set<string>();
  #at = 0;
  #depth = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  whole(): Expression {
    const words = this.#either();
    const rest = this.#next();
    if (rest.kind !== "end") throw new Refused(`unexpected "${rest.text}"`, rest.offset);
    if (words.length > MOST_WORDS) throw new Refused("the formula is too long", 0);
    return { names: [...this.#names], words };
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "", offset: 0 };
  }

  #next(): Token {
    const found = this.#peek();
    if (found.kind !== "end") this.#at++;
    return found;
  }

  #take(kind: "sign" | "name", ...texts: string[]): string | undefined {
    const found = this.#peek();
    if (found.kind !== kind || !texts.includes(found.text)) return undefined;
    this.#at++;
    return found.text;
  }

  #either(): RpnWord[] {
    const words = this.#both();
    while (this.#take("name", "or") !== undefined) words.push(...bit, ...this.#both(), ...bit, "MAX");
    return words;
  }

  #both(): RpnWord[] {
    const words = this.#negation();
    while (this.#take("name", "and") !== undefined) words.push(...bit, ...this.#negation(), ...bit, "MIN");
    return words;
  }

  #negation(): RpnWord[] {
    if (this.#take("name", "not") === undefined) return this.#comparison();
    return [...this.#deeper(() => this.#negation()), "0", "EQ"];
  }

  #comparison(): RpnWord[] {
    const words = this.#sum();
    const sign = this.#take("sign", ...Object.keys(comparisons));
    if (sign === undefined) return words;
    return [...words, ...this.#sum(), comparisons[sign] ?? ""];
  }

  #sum(): RpnWord[] {
    const words = this.#product();
    for (let sign = this.#take("sign", "+", "-"); sign !== undefined; sign = this.#take("sign", "+", "-")) {
      words.push(...this.#product(), sign);
    }
    return words;
  }

  #product(): RpnWord[] {
    const signs = ["*", "/", "%"];
    const words = this.#deeper(() => this.#term());
    for (let sign = this.#take("sign", ...signs); sign !== undefined; sign = this.#take("sign", ...signs)) {
      words.push(...this.#deeper(() => this.#term()), sign);
    }
    return words;
  }

  #deeper(read: () => RpnWord[]): RpnWord[] {
    if (++this.#depth > MOST_NESTED) {
      throw new Refused(`nested deeper than ${MOST_NESTED}`, this.#peek().offset);
    }
    const words = read();
    this.#depth--;
    return words;
  }

  #term(): RpnWord[] {
    const start = this.#next();
    if (start.kind === "number") return [start.text];
    if (start.kind === "quoted") return this.#field(start.text);
    if (start.kind === "name" && !["and", "or", "not"].includes(start.text)) {
      return this.#take("sign", "(") === undefined ? this.#field(start.text) : this.#call(start);
    }
    if (start.text === "-") return ["0", ...this.#deeper(() => this.#term()), "-"];
    if (start.text === "+") return this.#deeper(() => this.#term());
    if (start.text === "(") {
      const words = this.#either();
      this.#close(start);
      return words;
    }
    if (start.kind === "end")
      throw new Refused("expected a number, a field or ( … ) at the end", start.offset);
    throw new Refused(`expected a number, a field or ( … ), found "${start.text}"`, start.offset);
  }

  #field(name: string): RpnWord[] {
    this.#names.add(name);
    return [{ name }];
  }

  #call(name: Token): RpnWord[] {
    const all = Object.keys(expressionFunctions);
    const known = all.includes(name.text) ? expressionFunctions[name.text] : undefined;
    if (known === undefined) {
      const near = didYouMean(name.text, all);
      throw new Refused(
        `unknown function "${name.text}"${near === "" ? ` (there are ${all.join(", ")})` : near}`,
        name.offset,
      );
    }
    const values: RpnWord[][] = [];
    if (this.#take("sign", ")") === undefined) {
      do {
        const { offset } = this.#peek();
        const value = this.#either();
        if (
          known.ofName === true &&
          values.length === 0 &&
          (value.length > 1 || typeof value[0] === "string")
        ) {
          throw new Refused(`"${name.text}" takes ${known.takes}; name the formula to use it here`, offset);
        }
        if (known.ofTime === true && values.length === 1 && isNoTime(value)) {
          throw new Refused(`"${name.text}" takes ${known.takes} such as 30m, longer than 0`, offset);
        }
        values.push(value);
      } while (this.#take("sign", ",") !== undefined);
      this.#close(name);
    }
    if (values.length < known.least || values.length > known.most) {
      throw new Refused(`"${name.text}" takes ${known.takes}, not ${values.length}`, name.offset);
    }
    return [...known.words(values)];
  }

  #close(open: Token): void {
    const found = this.#next();
    if (found.kind === "sign" && found.text === ")") return;
    if (found.kind === "end") throw new Refused('missing ")"', open.offset);
    throw new Refused(`expected ")", found "${found.text}"`, found.offset);
  }
}

/** Makes 1 of everything but 0. */
const bit: readonly RpnWord[] = ["0", "NE"];

/** 0 or a negative number as it stands; what only rows tell is not known yet. */
function isNoTime(value: readonly RpnWord[]): boolean {
  const [first, , sign] = value;
  return (value.length === 1 && Number(first) <= 0) || (value.length === 3 && first === "0" && sign === "-");
}
