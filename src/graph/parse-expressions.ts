import { didYouMean, isMapping, kindOf, setKey } from "../base/index.ts";
import { isExpressionError, parseExpression } from "./expression.ts";
import type { MappingReader } from "./mapping-reader.ts";

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
    const wrong = (message: string, ...notes: string[]) =>
      read.issue(path, "value", "wrong-expression", message, notes);
    if (typeof formula !== "string" && typeof formula !== "number") {
      wrong(`a formula must be text, not ${kindOf(formula)}`);
      continue;
    }
    if (known?.includes(name) === true) {
      read.issue(path, "key", "duplicate-key", `"${name}" is the name of a stored field already`);
    }
    const text = String(formula);
    const parsed = parseExpression(text);
    if (isExpressionError(parsed)) {
      wrong(`${parsed.message} in the formula of "${name}"`, text, `${" ".repeat(parsed.offset)}^`);
    } else if (known !== undefined) {
      const usable = [...known, ...Object.keys(expressions)];
      for (const used of parsed.names.filter((one) => !usable.includes(one))) {
        wrong(
          `unknown field "${used}" in the formula of "${name}"${didYouMean(used, usable)}`,
          `there are: ${usable.join(", ")}`,
        );
      }
    }
    setKey(expressions, name, text);
  }
  return expressions;
}
