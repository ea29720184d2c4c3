import { didYouMean, lookUp, type Plain, type Problem, ProblemError } from "../../base/index.ts";
import type { Condition, ConditionError } from "../condition.ts";
import { type ComparisonOperator, isEmpty, isTrue } from "./compare.ts";
import { comparing, matching, type Operand, type Test } from "./comparison.ts";
import { ConditionSyntaxError, readPathToken, readToken, type Token } from "./tokens.ts";

const MOST_NESTED = 100;
const LONGEST = 10_000;

/** `cpu.load >= 0.9 and not quiet`, parsed; evaluating it runs no code from the text. */
export function parseCondition(text: string): Condition | ConditionError {
  if (text.length > LONGEST) {
    return { message: `condition is longer than ${LONGEST} characters`, offset: 0, length: 1 };
  }
  try {
    const evaluate = new Parser(text).parse();
    return { text, evaluate };
  } catch (error) {
    if (!(error instanceof ConditionSyntaxError)) throw error;
    return { message: error.message, offset: error.offset, length: error.length };
  }
}

/** A `ProblemError` of an evaluation as problems that carry a place. */
export function conditionProblem(error: ProblemError, place: Problem["place"]): ProblemError {
  return new ProblemError(
    error.problems.map((one) => (one.place === undefined && place !== undefined ? { ...one, place } : one)),
  );
}

const comparisons: Readonly<Record<string, ComparisonOperator>> = {
  "==": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  in: "in",
  has: "has",
  hasno: "hasno",
  matches: "matches",
};
const knownWords = ["and", "or", "not", "in", "has", "hasno", "matches", "is"];

class Parser {
  readonly #text: string;
  #token: Token;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#token = readToken(text, 0);
  }

  parse(): Test {
    if (this.#text.trim() === "") throw new ConditionSyntaxError("expected a condition", 0);
    const test = this.#or();
    if (this.#token.kind !== "end") throw this.#unexpected(this.#token);
    return test;
  }

  #unexpected(token: Token): ConditionSyntaxError {
    if (token.kind === "end") {
      return new ConditionSyntaxError("unexpected end of the condition", token.offset);
    }
    const text = this.#text.slice(token.offset, token.end);
    const hint = token.kind === "path" ? didYouMean(text, knownWords) : "";
    return new ConditionSyntaxError(`unexpected "${text}"${hint}`, token.offset, token.end - token.offset);
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = readToken(this.#text, token.end);
    return token;
  }

  #takes(kind: "word" | "sign", text: string): boolean {
    if (this.#token.kind !== kind || this.#token.text !== text) return false;
    this.#advance();
    return true;
  }

  #or(): Test {
    const tests = [this.#and()];
    while (this.#takes("word", "or")) tests.push(this.#and());
    return tests.length === 1 && tests[0] !== undefined
      ? tests[0]
      : (data) => tests.some((test) => test(data));
  }

  #and(): Test {
    const tests = [this.#not()];
    while (this.#takes("word", "and")) tests.push(this.#not());
    return tests.length === 1 && tests[0] !== undefined
      ? tests[0]
      : (data) => tests.every((test) => test(data));
  }

  #not(): Test {
    if (++this.#depth > MOST_NESTED) {
      throw new ConditionSyntaxError(`nested deeper than ${MOST_NESTED}`, this.#token.offset);
    }
    let test: Test;
    if (this.#takes("word", "not")) {
      const inner = this.#not();
      test = (data) => !inner(data);
    } else test = this.#group() ?? this.#comparison();
    this.#depth--;
    return test;
  }

  /** `( … )` around a condition. `(a.b).c` and `(a) == 1` are paths instead: their first key is looked up. */
  #group(): Test | undefined {
    const open = this.#token;
    if (open.kind !== "sign" || open.text !== "(") return undefined;
    let path: Token | undefined;
    try {
      path = readPathToken(this.#text, open.offset);
    } catch {
      // No path, so it must be a condition.
    }
    if (path?.kind === "path" && (path.path.terms.length > 1 || this.#comparisonAt(path.end))) {
      this.#token = path;
      return undefined;
    }
    this.#advance();
    const test = this.#or();
    if (!this.#takes("sign", ")")) {
      throw this.#token.kind === "end"
        ? new ConditionSyntaxError('missing ")" for this "("', open.offset)
        : this.#unexpected(this.#token);
    }
    return test;
  }

  #comparisonAt(offset: number): boolean {
    const token = readToken(this.#text, offset);
    if (token.kind !== "word" && token.kind !== "sign") return false;
    return Object.hasOwn(comparisons, token.text) || token.text === "is" || token.text === "not";
  }

  #comparison(): Test {
    const left = this.#operand();
    if (this.#takes("word", "is")) return this.#is(left);
    const operator = this.#operator();
    if (operator === undefined) return (data) => isTrue(left.value(data));
    const right = this.#operand();
    return operator === "matches" ? matching(left, right) : comparing(operator, left, right);
  }

  #operator(): ComparisonOperator | undefined {
    const token = this.#token;
    if (token.kind !== "word" && token.kind !== "sign") return undefined;
    if (token.text === "not") {
      this.#advance();
      if (!this.#takes("word", "in")) throw this.#expected('"in" after "not"');
      return "not in";
    }
    if (!Object.hasOwn(comparisons, token.text)) return undefined;
    this.#advance();
    return comparisons[token.text];
  }

  #expected(what: string): ConditionSyntaxError {
    const { offset, end } = this.#token;
    return new ConditionSyntaxError(`expected ${what}`, offset, Math.max(1, end - offset));
  }

  #is(left: Operand): Test {
    const negated = this.#takes("word", "not");
    const token = this.#token;
    const what = token.kind === "path" ? token.path.text : "";
    if (what !== "set" && what !== "empty")
      throw this.#expected(`"set" or "empty" after "is${negated ? " not" : ""}"`);
    if (what === "set" && left.literal) {
      throw new ConditionSyntaxError(
        '"is set" needs a path at its left',
        left.offset,
        left.end - left.offset,
      );
    }
    this.#advance();
    const test: Test =
      what === "set" ? (data) => left.value(data) !== undefined : (data) => isEmpty(left.value(data));
    return negated ? (data) => !test(data) : test;
  }

  #operand(): Operand {
    if (this.#token.kind === "sign" && this.#token.text === "(") {
      this.#token = readPathToken(this.#text, this.#token.offset);
    }
    const token = this.#token;
    const name = this.#text.slice(token.offset, token.end);
    const { offset, end } = token;
    if (token.kind === "path") {
      this.#advance();
      return { name, literal: false, offset, end, value: (data) => lookUp(data, token.path) };
    }
    const value = this.#literal();
    return { name, literal: true, offset, end, value: () => value };
  }

  #literal(): Plain {
    const token = this.#token;
    switch (token.kind) {
      case "text":
      case "number":
        this.#advance();
        return token.value;
      case "word":
        if (token.text !== "true" && token.text !== "false" && token.text !== "null") break;
        this.#advance();
        return token.text === "null" ? null : token.text === "true";
      case "sign":
        if (token.text === "[") return this.#list();
        break;
    }
    if (token.kind === "end") throw new ConditionSyntaxError("expected a value or a path", token.offset);
    throw this.#unexpected(token);
  }

  /** `[a, "b", 5]`: bare words in a list are texts. */
  #list(): Plain {
    const open = this.#advance();
    const items: Plain[] = [];
    if (this.#takes("sign", "]")) return items;
    if (++this.#depth > MOST_NESTED) throw new ConditionSyntaxError("nested too deep", open.offset);
    for (;;) {
      const token = this.#token;
      if (token.kind === "path") {
        items.push(token.path.text);
        this.#advance();
      } else items.push(this.#literal());
      if (this.#takes("sign", "]")) break;
      if (this.#token.kind === "end") throw new ConditionSyntaxError('missing "]" for this "["', open.offset);
      if (!this.#takes("sign", ",")) throw this.#expected('"," or "]"');
    }
    this.#depth--;
    return items;
  }
}
