import { type Mapping, type Plain, ProblemError, problem } from "../../base/index.ts";
import {
  type ComparisonOperator,
  describeValue,
  holds,
  IncomparableError,
  order,
  sameValue,
} from "./compare.ts";
import { parsePattern } from "./pattern.ts";
import { ConditionSyntaxError } from "./tokens.ts";

export type Test = (data: Mapping) => boolean;

export interface Operand {
  readonly name: string;
  readonly literal: boolean;
  readonly offset: number;
  readonly end: number;
  value(data: Mapping): Plain | undefined;
}

function incomparable(left: Operand, right: Operand, operator: string, a: Plain, b: Plain): ProblemError {
  const side = (operand: Operand, value: Plain) =>
    operand.literal ? describeValue(value) : `${operand.name}, ${describeValue(value)},`;
  return new ProblemError([
    problem(
      "cannot-compare",
      `cannot compare ${side(left, a)} with ${side(right, b)} by "${operator}"`.replace(`, by "`, ` by "`),
    ),
  ]);
}

export function comparing(
  operator: Exclude<ComparisonOperator, "matches">,
  left: Operand,
  right: Operand,
): Test {
  const compare = comparers[operator];
  const unsetRight = operator === "!=" || operator === "not in" || operator === "hasno";
  return (data) => {
    const a = left.value(data);
    if (a === undefined) return false;
    const b = right.value(data);
    if (b === undefined) return unsetRight;
    try {
      return compare(a, b);
    } catch (error) {
      throw error instanceof IncomparableError ? incomparable(left, right, operator, a, b) : error;
    }
  };
}

const comparers: Readonly<
  Record<Exclude<ComparisonOperator, "matches">, (left: Plain, right: Plain) => boolean>
> = {
  "==": sameValue,
  "!=": (left, right) => !sameValue(left, right),
  "<": (left, right) => order(left, right) < 0,
  "<=": (left, right) => order(left, right) <= 0,
  ">": (left, right) => order(left, right) > 0,
  ">=": (left, right) => order(left, right) >= 0,
  in: (left, right) => holds(right, left),
  "not in": (left, right) => !holds(right, left),
  has: holds,
  hasno: (left, right) => !holds(left, right),
};

export function matching(left: Operand, right: Operand): Test {
  let known: ReturnType<typeof parsePattern> | undefined;
  let knownText: string | undefined;
  if (right.literal) {
    const text = right.value({});
    if (typeof text !== "string") {
      throw new ConditionSyntaxError(
        '"matches" needs a pattern in quotes',
        right.offset,
        right.end - right.offset,
      );
    }
    known = parsePattern(text);
    knownText = text;
    if ("message" in known) throw new ConditionSyntaxError(known.message, right.offset + 1 + known.offset);
  }
  return (data) => {
    const a = left.value(data);
    if (a === undefined) return false;
    const b = right.value(data);
    if (b === undefined) return false;
    if (typeof b !== "string" || (typeof a === "object" && a !== null)) {
      throw incomparable(left, right, "matches", a, b);
    }
    if (known === undefined || b !== knownText) {
      known = parsePattern(b);
      knownText = b;
    }
    if ("message" in known) {
      throw new ProblemError([
        problem("bad-pattern", `${right.name}: ${known.message}: ${JSON.stringify(b)}`),
      ]);
    }
    return known.matches(String(a));
  };
}
