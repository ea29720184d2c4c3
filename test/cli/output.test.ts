import { describe, expect, test } from "vitest";
import { renderOutput, toJson, toPretty } from "../../src/cli/output.ts";

describe("a result", () => {
  test("is one line of JSON with blanks", () => {
    expect(toJson({ run: { args: [], random: 99, ok: true, none: null } })).toBe(
      '{"run": {"args": [], "random": 99, "ok": true, "none": null}}',
    );
  });

  test("keeps 64-bit integers whole and has null for what is no number", () => {
    expect(toJson([2n ** 63n - 1n, Number.NaN, Number.NEGATIVE_INFINITY])).toBe(
      "[9223372036854775807, null, null]",
    );
  });

  test("is laid out for people, short lists and mappings in one line", () => {
    const value = { run: { __duration: 0.5, args: [1, 2], deep: { list: [{ a: 1 }, {}] } } };
    expect(toPretty(value, false)).toBe(
      [
        "{",
        '  "run": {',
        '    "__duration": 0.5,',
        '    "args": [1, 2],',
        '    "deep": {',
        '      "list": [',
        '        {"a": 1},',
        "        {}",
        "      ]",
        "    }",
        "  }",
        "}",
      ].join("\n"),
    );
  });

  test("shows control characters instead of sending them to the terminal", () => {
    expect(toPretty({ a: "\u001b[2J\u009b31m" }, false)).toBe('{"a": "\\u001b[2J\\u009b31m"}');
  });

  test("has colours where they are wanted", () => {
    expect(toPretty({ a: 1 }, true)).toBe('{\u001b[36m"a"\u001b[0m: \u001b[33m1\u001b[0m}');
  });

  test("can be YAML", () => {
    expect(renderOutput({ run: { random: 3, list: ["a"] } }, "yaml", false)).toBe(
      "run:\n  random: 3\n  list:\n    - a\n",
    );
  });
});
