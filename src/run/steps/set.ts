import {
  copyPlain,
  emptyMapping,
  getKey,
  isMapping,
  isPathError,
  kindOf,
  type Mapping,
  type Plain,
  parsePath,
  setKey,
} from "../../base/index.ts";
import { parseDataInterpolation } from "../../block/index.ts";
import type { StepKind } from "./step.ts";

/** `set: {k: v}`: values into pipe data; a key may be a dotted path, texts may hold `{{path}}`. */
export const set: StepKind = {
  options: ["thread", "timeout", "retry", "as", "collect"],
  parse({ value, path, parsing: { check } }) {
    if (!isMapping(value)) {
      check.report("bad-step", `"set" must be a mapping of names and values, not ${kindOf(value)}`, { path });
      return undefined;
    }
    const values: { key: string; keys: readonly string[] }[] = [];
    let wrong = false;
    for (const key of Object.keys(value)) {
      const keys = namesOf(key);
      if (typeof keys !== "string") values.push({ key, keys });
      else {
        wrong = true;
        check.report("bad-step", `"${key}" cannot be set: ${keys}`, { path: [...path, key], part: "key" });
      }
    }
    const render = parseDataInterpolation(value, path, check);
    if (wrong) return undefined;
    return {
      async run(running) {
        const rendered = render(running.pipeData);
        const output = emptyMapping();
        for (const { key, keys } of values)
          put(output, running.pipeData, keys, isMapping(rendered) ? (getKey(rendered, key) ?? null) : null);
        return { ok: true, output };
      },
    };
  },
};

/** The keys of a plain dotted path, or what is wrong with it. */
function namesOf(text: string): readonly string[] | string {
  const path = parsePath(text);
  if (isPathError(path)) return path.message;
  const keys = path.terms.filter((term) => typeof term === "string");
  return keys.length === path.terms.length ? keys : "only plain keys can be set, not ( … )";
}

/** Sets it in `output`; mappings on the way are copies, because those in pipe data may be shared with a thread's history. */
function put(output: Mapping, pipeData: Mapping, keys: readonly string[], value: Plain): void {
  let into = output;
  let from: Plain | undefined = pipeData;
  keys.forEach((key, index) => {
    if (index === keys.length - 1) {
      setKey(into, key, copyPlain(value));
      return;
    }
    const there: Plain | undefined = getKey(into, key);
    from = isMapping(from) ? getKey(from, key) : undefined;
    const source: Plain | undefined = there ?? from;
    const next: Mapping = emptyMapping();
    if (isMapping(source))
      for (const name of Object.keys(source)) setKey(next, name, getKey(source, name) ?? null);
    setKey(into, key, next);
    into = next;
  });
}
