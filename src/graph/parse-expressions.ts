import { isMapping, kindOf, setKey } from "../base/index.ts";
import type { MappingReader } from "./mapping-reader.ts";
import { checkFormula } from "./parse-formula.ts";

/** `expressions`: name to formula over stored fields and the expressions above it. */
export function readExpressions(
  read: MappingReader,
  known: readonly string[] | undefined,
): Readonly<Record<string, string>> {
  const expressions = Object.create(null) as Record<string, string>;
  const value = read.get("expressions");
  if (value === undefined) return expressions;
  if (!isMapping(value)) {
    read.wrong("expressions", `"expressions" must be a mapping of name and formula, not ${kindOf(value)}`);
    return expressions;
  }
  for (const [name, formula] of Object.entries(value)) {
    const path = read.at("expressions", name);
    if (typeof formula !== "string" && typeof formula !== "number") {
      read.issue(path, "value", "wrong-expression", `a formula must be text, not ${kindOf(formula)}`);
      continue;
    }
    if (known?.includes(name) === true) {
      read.issue(path, "key", "duplicate-key", `"${name}" is the name of a stored field already`);
    }
    const text = String(formula);
    const usable = known === undefined ? undefined : [...known, ...Object.keys(expressions)];
    checkFormula(read, path, text, `the formula of "${name}"`, usable);
    setKey(expressions, name, text);
  }
  return expressions;
}
