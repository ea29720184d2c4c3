import { didYouMean } from "../base/index.ts";
import { isExpressionError, parseExpression } from "./expression.ts";
import type { MappingReader } from "./mapping-reader.ts";

/** Checks a formula and the names in it; `where` ends the sentence: `in the formula of "total"`. */
export function checkFormula(
  read: MappingReader,
  path: readonly (string | number)[],
  text: string,
  where: string,
  usable: readonly string[] | undefined,
): void {
  const wrong = (message: string, ...notes: string[]) =>
    read.issue(path, "value", "wrong-expression", message, notes);
  const parsed = parseExpression(text);
  if (isExpressionError(parsed)) {
    // The suggestion comes last.
    const message = parsed.message.replace(/( — did you mean .*)?$/, (near) => ` in ${where}${near}`);
    wrong(message, text, `${" ".repeat(parsed.offset)}^`);
    return;
  }
  if (usable === undefined) return;
  for (const used of parsed.names.filter((one) => !usable.includes(one))) {
    const message = `unknown field "${used}" in ${where}${didYouMean(used, usable)}`;
    const place = text.indexOf(used);
    wrong(message, text, `${" ".repeat(Math.max(0, place))}^`, `there are: ${usable.join(", ")}`);
  }
}
