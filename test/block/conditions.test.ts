import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/base/index.ts";
import { parseCondition } from "../../src/block/index.ts";

const data = {
  cpu: { load: 0.95, name: "eth0" },
  band: "aid",
  favourites: ["aid", "base"],
  quiet: false,
  list: [1, 2, 3],
  output: "42\n",
  text: "hello world",
  nothing: null,
  empty: "",
  which: "load",
  big: 9007199254740993n,
  "a.b": 1,
};

function evaluate(text: string): boolean {
  const condition = parseCondition(text);
  if ("message" in condition) throw new Error(condition.message);
  return condition.evaluate(data);
}

function syntaxError(text: string): string {
  const condition = parseCondition(text);
  if (!("message" in condition)) return "";
  const { message, offset, length } = condition;
  return `${text}\n${" ".repeat(offset)}${"^".repeat(length)} ${message}`;
}

describe("conditions", () => {
  test.each([
    ["cpu.load >= 0.9", true],
    ["cpu.load>=0.9 and not quiet", true],
    ['band == "aid"', true],
    ["band == 'base' or band in favourites", true],
    ["band not in favourites", false],
    ['favourites has "base"', true],
    ['favourites hasno "base"', false],
    ['text has "lo w"', true],
    ["cpu has 'load'", true],
    ['band in [aid, "base", 5]', true],
    ["output > 41", true],
    ["output == 42", true],
    ["200ms == 0.2", true],
    ["5m == 300", true],
    ["4MiB > 4M", true],
    ["cpu.(which) > 0.9", true],
    ["list.-1 == 3", true],
    ['"a.b" == 1', false],
    ["nothing == null", true],
    ["nothing is set", true],
    ["nothing is empty", true],
    ["empty is not empty", false],
    ["missing is set", false],
    ["missing is not set", true],
    ["missing is empty", true],
    ["quiet", false],
    ["not quiet", true],
    ["true and not false", true],
    ["big == 9007199254740993", false],
    ["list == [1, 2, 3]", true],
    ["(quiet or band == 'aid') and (list has 2)", true],
    ["quiet and quiet or true", true],
    ["not quiet == true", true],
    ['cpu.name matches "^eth\\d+$"', true],
    ['cpu.name matches "^ETH"', false],
    ['cpu.name matches "(?i)^ETH"', true],
    ["cpu.name == 'eth0' and\n  band == 'aid'", true],
  ])("%s is %s", (text, expected) => {
    expect(evaluate(text)).toBe(expected);
  });

  test.each(["==", "!=", "<", "<=", ">", ">=", "in", "not in", "has", "hasno"])(
    "an unset left side makes %s false",
    (operator) => {
      expect(evaluate(`missing ${operator} list`)).toBe(false);
    },
  );

  test("an unset right side equals nothing and holds nothing", () => {
    expect(evaluate("band == missing")).toBe(false);
    expect(evaluate("band != missing")).toBe(true);
    expect(evaluate("band in missing")).toBe(false);
    expect(evaluate("band not in missing")).toBe(true);
  });

  test.each([
    ["list < 3", 'cannot compare list, a list, with a number (3) by "<"'],
    ["cpu.load > 'abc'", 'cannot compare cpu.load, a number (0.95), with text ("abc") by ">"'],
    ["nothing <= 1", 'cannot compare nothing, null, with a number (1) by "<="'],
    ["1 in quiet", 'cannot compare a number (1) with quiet, true or false (false) by "in"'],
    ["list matches '1'", 'cannot compare list, a list, with text ("1") by "matches"'],
  ])("%s names both sides", (text, message) => {
    expect(() => evaluate(text)).toThrow(
      new ProblemError([{ code: "cannot-compare", severity: "error", message }]),
    );
  });

  test.each([
    ["", "\n^ expected a condition"],
    ["a = 1", 'a = 1\n  ^ unexpected "=" — did you mean "=="?'],
    ["a => 1", 'a => 1\n  ^^ unexpected "=>" — did you mean ">="?'],
    ["a && b", 'a && b\n  ^^ unexpected "&&" — did you mean "and"?'.replace('"&&"', '"&"')],
    ["a mathces 'x'", 'a mathces \'x\'\n  ^^^^^^^ unexpected "mathces" — did you mean "matches"?'],
    ["a ==", "a ==\n    ^ expected a value or a path"],
    ["(a == 1", '(a == 1\n^ missing ")" for this "("'],
    ["a == 1)", 'a == 1)\n      ^ unexpected ")"'],
    ["a == 'x", "a == 'x\n     ^ missing closing '"],
    ["a in [1, 2", 'a in [1, 2\n     ^ missing "]" for this "["'],
    ["a.b.", "a.b.\n    ^ expected a key, an index or ( … ) in path"],
    ["a is big", 'a is big\n     ^^^ expected "set" or "empty" after "is"'],
    ["5 is set", '5 is set\n^ "is set" needs a path at its left'],
    ["a not b", 'a not b\n      ^ expected "in" after "not"'],
    ["a matches 5", 'a matches 5\n          ^ "matches" needs a pattern in quotes'],
    ["a matches 'x(y'", "a matches 'x(y'\n              ^ missing \")\" in pattern"],
    ["a; rm -rf", 'a; rm -rf\n ^ unexpected ";"'],
  ])("%j is refused with a caret", (text, expected) => {
    expect(syntaxError(text)).toBe(expected);
  });

  test("nesting is limited, so that no condition exhausts the stack", () => {
    expect(syntaxError(`${"(".repeat(5000)}a`)).toContain("nested deeper than 100");
    expect(syntaxError(`${"not ".repeat(2000)}a`)).toContain("nested deeper than 100");
    expect(syntaxError(`a == ${"[".repeat(5000)}`)).toContain("nested too deep");
    expect(syntaxError("a".repeat(20_000))).toContain("condition is longer than 10000 characters");
  });

  test("keys of Object.prototype are unset", () => {
    for (const name of ["constructor", "__proto__", "toString", "cpu.constructor", "list.length"]) {
      expect(evaluate(`${name} is set`)).toBe(false);
    }
  });
});
