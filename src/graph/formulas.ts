import { internalError } from "../base/index.ts";
import type { GraphDefinition } from "./definition.ts";
import { type Expression, isExpressionError, parseExpression } from "./expression.ts";

const compiled = new WeakMap<GraphDefinition, Map<string, Expression>>();

/** The formula behind a name of `expressions`, compiled once per definition. */
export function formulaOf(definition: GraphDefinition, name: string): Expression | undefined {
  if (!Object.hasOwn(definition.expressions, name)) return undefined;
  return compiledOf(definition, `=${name}`, definition.expressions[name] ?? "");
}

/** A formula that has no name, such as that of `ticks`. */
export function formulaText(definition: GraphDefinition, text: string): Expression {
  return compiledOf(definition, text, text);
}

function compiledOf(definition: GraphDefinition, key: string, text: string): Expression {
  let formulas = compiled.get(definition);
  if (formulas === undefined) {
    formulas = new Map();
    compiled.set(definition, formulas);
  }
  let formula = formulas.get(key);
  if (formula === undefined) {
    const parsed = parseExpression(text);
    if (isExpressionError(parsed)) throw internalError(`unchecked formula "${text}": ${parsed.message}`);
    formula = parsed;
    formulas.set(key, formula);
  }
  return formula;
}
