import { kindOf, lookUp, type Plain, ProblemError, problem } from "../../base/index.ts";
import type { TagFunction } from "../types.ts";
import { setVariable, variableKeys } from "./set.ts";

interface Step {
  readonly name: string;
  readonly keys: readonly string[];
  readonly by: number | bigint;
}

/** `increment NAME: n` and `decrement NAME: n`: a number in pipe data, from 0. */
function countingTag(word: "increment" | "decrement", sign: 1 | -1): TagFunction {
  return {
    name: `${word} NAME`,
    pattern: new RegExp(`^${word} +(?<name>\\S.*)$`),
    words: word,
    fits: (value) => typeof value === "number" || value === null,
    priority: 50,
    parse(input, check): Step {
      const name = input.groups.name ?? "";
      const keys = variableKeys(name, input.key, input.path, check) ?? [];
      const by = input.value ?? 1;
      if (typeof by === "number" && Number.isFinite(by)) return { name, keys, by: sign * by };
      if (typeof by === "bigint") return { name, keys, by: BigInt(sign) * by };
      check.report("bad-number", `expected a number to ${word} by, not ${kindOf(by)}`, { path: input.path });
      return { name, keys, by: 0 };
    },
    process(parsed, context) {
      const { name, keys, by } = parsed as Step;
      const before = lookUp(context.pipeData, { text: name, terms: keys }) ?? 0;
      setVariable(context.pipeData, keys, add(before, by, `${word} ${name}`));
      return { kind: "nothing" };
    },
  };
}

export const incrementTag = countingTag("increment", 1);
export const decrementTag = countingTag("decrement", -1);

function add(before: Plain, by: number | bigint, tag: string): number | bigint {
  const start = typeof before === "string" && before.trim() !== "" ? Number(before) : before;
  if (typeof start === "bigint" || (typeof by === "bigint" && typeof start === "number")) {
    if (typeof by === "bigint" || Number.isInteger(by)) return BigInt(start) + BigInt(by);
    return Number(start) + by;
  }
  if (typeof start === "number" && !Number.isNaN(start)) return start + Number(by);
  throw new ProblemError([problem("bad-number", `${tag}: the variable is ${kindOf(before)}, not a number`)]);
}
