import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateExpression, isExpressionError, parseExpression } from "../../src/graph/index.ts";

function value(text: string, fields: Record<string, number> = {}): number {
  const parsed = parseExpression(text);
  if (isExpressionError(parsed)) throw new Error(`${parsed.offset}: ${parsed.message}`);
  const inputs = parsed.names.map((name) => Float64Array.of(fields[name] ?? Number.NaN));
  const row = { start: 0, step: 60, rows: 1 };
  return evaluateExpression(parsed, inputs, row, { offsetAt: () => 0 })[0] ?? Number.NaN;
}

/** Rows of a minute each. */
function column(text: string, a: number[], start = 0): number[] {
  const parsed = parseExpression(text);
  if (isExpressionError(parsed)) throw new Error(`${parsed.offset}: ${parsed.message}`);
  const inputs = parsed.names.map(() => Float64Array.from(a));
  return [...evaluateExpression(parsed, inputs, { start, step: 60, rows: a.length }, { offsetAt: () => 0 })];
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
    ["7 % 4", 3],
    ["sqrt(16) + pow(2, 3) + round(2.5)", 15],
    ["1 < 2 and not 3 <= 2", 1],
    ["1 > 2 or 2 != 2", 0],
    ["5 and 7", 1],
    ["if(2 >= 2, 10, 20)", 10],
    ["limit(5, 0, 10)", 5],
    ["average(1, 2, 6)", 3],
    ["median(1, 9, 2)", 2],
    ["30m + 1h", 5400],
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
    expect(value("a > 1", { a: Number.NaN })).toBeNaN();
    expect(value("limit(11, 0, 10)")).toBeNaN();
  });

  it("tells what is unknown, and puts something else there", () => {
    expect(value("known(a)", { a: Number.NaN })).toBe(0);
    expect(value("known(a)", { a: 3 })).toBe(1);
    expect(value("default(a, 7)", { a: Number.NaN })).toBe(7);
    expect(value("average(a, 4)", { a: Number.NaN })).toBe(4);
    expect(value("if(known(a), a, 0)", { a: Number.NaN })).toBe(0);
  });

  it("looks at the rows before and at the time of a row", () => {
    expect(column("previous(a)", [1, 2, 3])).toEqual([Number.NaN, 1, 2]);
    expect(column("trend(a, 2m)", [1, 3, 5])).toEqual([Number.NaN, 2, 4]);
    expect(column("time()", [1, 1])).toEqual([60, 120]);
    expect(column("hour() * 10 + weekday()", [1], 3540)).toEqual([4]);
    expect(column("hour() * 10 + weekday()", [1], 3600)).toEqual([14]);
  });

  it.each([
    ["", 0, "expected a number, a field or ( … ) at the end"],
    ["1 +", 3, "expected a number, a field or ( … ) at the end"],
    ["a b", 2, 'unexpected "b"'],
    ["(a", 0, 'missing ")"'],
    ["a + * b", 4, 'expected a number, a field or ( … ), found "*"'],
    ["sqr(2)", 0, 'unknown function "sqr" — did you mean "sqrt"?'],
    ["abs(1, 2)", 0, '"abs" takes one value, not 2'],
    ["if(a, 1)", 0, '"if" takes a condition and two values, not 2'],
    ["trend(a + 1, 30m)", 6, '"trend" takes a field and a time; name the formula to use it here'],
    ["trend(a, 0)", 9, '"trend" takes a field and a time such as 30m, longer than 0'],
    ["1 + trend(a, -30m)", 13, '"trend" takes a field and a time such as 30m, longer than 0'],
    ["a and", 5, "expected a number, a field or ( … ) at the end"],
    ["not", 3, "expected a number, a field or ( … ) at the end"],
    ["a < 1 < 2", 6, 'unexpected "<"'],
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
