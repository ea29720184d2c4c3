import { describe, expect, test } from "vitest";
import { parsePattern } from "../../src/block/index.ts";

function matches(pattern: string, text: string): boolean {
  const parsed = parsePattern(pattern);
  if ("message" in parsed) throw new Error(parsed.message);
  return parsed.matches(text);
}

describe("patterns", () => {
  test.each([
    ["eth\\d+", "eth12", true],
    ["^a|b$", "ab", true],
    ["[]x]", "]", true],
    ["[^\\s-]", "- ", false],
    ["[a-z-]", "-", true],
    ["a{2,3}$", "aaaa", true],
    ["^a{2,3}$", "aaaa", false],
    ["\\u00e9|\\x41", "é", true],
    ["\\p{Lu}", "É", true],
    ["^.$", "😀", true],
    ["(?i)[a-c]É", "Bé", true],
    ["a{x", "a{x", true],
    ["", "", true],
  ])("%s on %j: %s", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test.each([
    ["(a+)+$", `${"a".repeat(20_000)}b`],
    ["^(a|a)*$", `${"a".repeat(20_000)}b`],
    ["(a*)*b", "a".repeat(20_000)],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(20_000)],
    [`${"a?".repeat(200)}${"a".repeat(200)}`, "a".repeat(199)],
  ])("%s takes time in proportion to the text", (pattern, text) => {
    const started = performance.now();
    expect(matches(pattern, text)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test.each([
    ["(a", 'missing ")" in pattern at 2'],
    ["a)", '")" without "(" in pattern at 1'],
    ["[a", 'missing "]" in pattern at 0'],
    ["*a", 'nothing to repeat before "*" in pattern at 0'],
    ["a**", "nothing to repeat in pattern at 2"],
    ["(a)\\1", "back-references are not supported in pattern at 3"],
    ["(?=a)", 'only "(?:" groups are supported, and "(?i)" at the start in pattern at 0'],
    ["[z-a]", 'range "z-a" is out of order in pattern at 1'],
    ["a{3,2}", "range {3,2} is out of order in pattern at 1"],
    ["a{5000}", "more than 1000 repeats in pattern at 1"],
    ["(a{1000}){1000}", "pattern is too large: more than 5000 states at 0"],
    ["((((){1000}){1000}){1000}){1000}a{2,1}", "range {2,1} is out of order in pattern at 33"],
    ["\\y", 'unknown escape "\\y" in pattern at 0'],
    ["a\\", "unfinished escape in pattern at 1"],
    ["\\p{Nope}", "unknown property {Nope} in pattern at 0"],
    ["(".repeat(100), "more than 50 nested groups in pattern at 51"],
  ])("%s is refused", (pattern, expected) => {
    const parsed = parsePattern(pattern);
    expect("message" in parsed ? `${parsed.message} at ${parsed.offset}` : "fine").toBe(expected);
  });

  test("what is too much work is an error, not a wait", () => {
    expect(() => matches("(a{1000}){4}b", "a".repeat(100_000))).toThrow(
      'text of 100000 characters is too long for the pattern "(a{1000}){4}b"',
    );
  });
});
