import {
  copyPlain,
  kindOf,
  lookUp,
  type Mapping,
  type Plain,
  ProblemError,
  problem,
} from "../../base/index.ts";
import { sameValue } from "../conditions/compare.ts";
import { parseDataInterpolation } from "../interpolation.ts";
import type { TagFunction } from "../types.ts";
import { setVariable, variableKeys } from "./set.ts";

interface ListChange {
  readonly name: string;
  readonly keys: readonly string[];
  readonly value: (pipeData: Mapping) => Plain;
}

function listTag(
  word: "add" | "del",
  change: (list: readonly Plain[], value: Plain) => Plain[],
): TagFunction {
  return {
    name: `list ${word} NAME`,
    pattern: new RegExp(`^list ${word} +(?<name>\\S.*)$`),
    words: `list ${word}`,
    fits: () => true,
    priority: 50,
    parse(input, check): ListChange {
      const name = input.groups.name ?? "";
      return {
        name,
        keys: variableKeys(name, input.key, input.path, check) ?? [],
        value: parseDataInterpolation(input.value, input.path, check),
      };
    },
    process(parsed, context) {
      const { name, keys, value } = parsed as ListChange;
      const list = lookUp(context.pipeData, { text: name, terms: keys }) ?? [];
      if (!Array.isArray(list)) {
        throw new ProblemError([
          problem("bad-list", `list ${word} ${name}: the variable is ${kindOf(list)}, not a list`),
        ]);
      }
      setVariable(context.pipeData, keys, change(list, copyPlain(value(context.pipeData))));
      return { kind: "nothing" };
    },
  };
}

/** `list add NAME: value`: appends to a list in pipe data; the list is made when it is unset. */
export const listAddTag = listTag("add", (list, value) => [...list, value]);

/** `list del NAME: value`: removes every item that equals the value. */
export const listDelTag = listTag("del", (list, value) => list.filter((item) => !sameValue(item, value)));
