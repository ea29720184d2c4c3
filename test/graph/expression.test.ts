import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isExpressionError, parseExpression } from "../../src/graph/index.ts";

function value(text: string, fields: Record<string, number> = {}): number {
  const parsed = parseExpression(text);
  if (isExpressionError(parsed)) throw new Error(`${parsed.offset}: ${parsed.message}`);
  return parsed.evaluate(parsed.names.map((name) => fields[name] ?? Number.NaN));
}

describe("expressions", () => {
  it.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["8 / 4 / 2", 1],
    ["10 - 4 - 3", 3],
    ["-2 * -3", 6],
    ["- (2 + 3)", -5],
    ["1e3 + .5", 1000.5],
    ["min(3, 1, 2)", 1],
    ["max(3, abs(-7))", 7],
  ])("computes %s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it("reads fields, and names that are no plain words in quotes", () => {
    expect(value('user + "eth0-in" * 8', { user: 1, "eth0-in": 2 })).toBe(17);
    expect(value("größe + größe", { größe: 2 })).toBe(4);
  });

  it("is unknown where an input is unknown or the result is no number", () => {
    expect(value("a + 1", { a: Number.NaN })).toBeNaN();
    expect(value("max(a, 1)", { a: Number.NaN })).toBeNaN();
    expect(value("1 / 0")).toBeNaN();
    expect(value("0 / 0")).toBeNaN();
  });

  it.each([
    ["", 0, "expected a number, a field or ( … ) at the end"],
    ["1 +", 3, "expected a number, a field or ( … ) at the end"],
    ["a b", 2, 'unexpected "b"'],
    ["(a", 0, 'missing ")"'],
    ["a + * b", 4, 'expected a number, a field or ( … ), found "*"'],
    ["sqrt(2)", 0, 'unknown function "sqrt" (there are abs, min and max)'],
    ["abs(1, 2)", 0, '"abs" takes one value, not 2'],
    ["a & b", 2, 'unexpected "&"'],
  ])("refuses %j at offset %i", (text, offset, message) => {
    expect(parseExpression(text)).toEqual({ offset, message });
  });

  it("refuses what is nested too deeply instead of overflowing the stack", () => {
    expect(parseExpression("(".repeat(100_000))).toMatchObject({ message: "nested deeper than 50" });
    expect(parseExpression("-".repeat(100_000))).toMatchObject({ message: "nested deeper than 50" });
  });

  it("agrees with JavaScript on arithmetic", () => {
    const formula = fc.letrec<{ sum: string; atom: string }>((tie) => ({
      atom: fc.integer({ min: 0, max: 99 }).map(String),
      sum: fc.oneof(
        { maxDepth: 4 },
        tie("atom"),
        fc
          .tuple(tie("sum"), fc.constantFrom("+", "-", "*", "/"), tie("sum"))
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
      ),
    })).sum;
    fc.assert(
      fc.property(formula, (text) => {
        const expected = Number(new Function(`return ${text}`)());
        expect(value(text)).toBe(Number.isFinite(expected) ? expected : Number.NaN);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
