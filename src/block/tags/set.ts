import {
  emptyMapping,
  isMapping,
  kindOf,
  type Mapping,
  mergeInto,
  type Plain,
  ProblemError,
  problem,
  setKey,
} from "../../base/index.ts";
import { parseDataInterpolation } from "../interpolation.ts";
import type { TagFunction } from "../types.ts";

interface SetTag {
  readonly keys: readonly string[];
  readonly value: (pipeData: Mapping) => Plain;
}

/** `set NAME: value`: a variable in pipe data. Texts may hold `{{path}}`. */
export const setTag: TagFunction = {
  name: "set NAME",
  pattern: /^set +(?<name>\S.*)$/,
  words: "set",
  fits: () => true,
  priority: 20,
  parse(input, check): SetTag {
    const name = input.groups.name ?? "";
    return {
      keys: variableKeys(name, input.key, input.path, check) ?? [],
      value: parseDataInterpolation(input.value, input.path, check),
    };
  },
  process(parsed, context) {
    const { keys, value } = parsed as SetTag;
    setVariable(context.pipeData, keys, value(context.pipeData));
    return { kind: "nothing" };
  },
};

/** The keys of a dotted name, or a reported problem: a variable is written to, so it has no indexes and no `( … )`. */
export function variableKeys(
  name: string,
  key: string,
  path: readonly (string | number)[],
  check: Parameters<TagFunction["parse"]>[1],
): readonly string[] | undefined {
  const offset = key.length - name.length;
  const parsed = check.dataPath(name, { path, part: "key", offset });
  if (parsed === undefined) return undefined;
  const keys = parsed.terms.filter((term) => typeof term === "string");
  if (keys.length === parsed.terms.length) return keys;
  check.report("bad-variable", `expected a name like a.b, not ${JSON.stringify(name)}`, {
    path,
    part: "key",
    offset,
    length: name.length,
  });
  return undefined;
}

/**
 * Sets a variable, making the mappings on the way. Those that are there are replaced by copies, never changed: threads
 * that started earlier may still read them. Throws a `ProblemError` when something else is in the way.
 */
export function setVariable(data: Mapping, keys: readonly string[], value: Plain): void {
  let mapping = data;
  for (const [index, key] of keys.entries()) {
    if (index === keys.length - 1) {
      setKey(mapping, key, value);
      return;
    }
    const next = Object.hasOwn(mapping, key) ? mapping[key] : undefined;
    if (isMapping(next)) {
      const copy = emptyMapping();
      mergeInto(copy, next);
      setKey(mapping, key, copy);
      mapping = copy;
    } else if (next === undefined || next === null) {
      const made = emptyMapping();
      setKey(mapping, key, made);
      mapping = made;
    } else {
      const name = keys.slice(0, index + 1).join(".");
      throw new ProblemError([
        problem("bad-variable", `cannot set ${keys.join(".")}: ${name} is ${kindOf(next)}, not a mapping`),
      ]);
    }
  }
}
