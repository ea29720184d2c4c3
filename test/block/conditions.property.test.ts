import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPathError, lookUp, type Mapping, type Plain, parsePath } from "../../src/base/index.ts";
import { parseCondition, parsePattern } from "../../src/block/index.ts";

/** A condition as a tree, written as text for the parser, and evaluated here in another way. */
type Tree =
  | { kind: "compare"; left: Leaf; operator: "==" | "!=" | "<" | ">=" | "in"; right: Leaf }
  | { kind: "set"; path: string; negated: boolean }
  | { kind: "not"; inner: Tree }
  | { kind: "both"; word: "and" | "or"; left: Tree; right: Tree };
type Leaf = { path: string } | { value: string | number | boolean };

const data: Mapping = { a: 1, b: "x", c: "2", d: true, e: 2.5, f: "y" };
const path = fc.constantFrom("a", "b", "c", "d", "e", "f", "unset");
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  path.map((one) => ({ path: one })),
  fc
    .constantFrom<string | number | boolean>(1, 2, 2.5, "x", "2", "", true, false)
    .map((value) => ({ value })),
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      kind: fc.constant("compare" as const),
      left: leaf,
      operator: fc.constantFrom("==", "!=", "<", ">=", "in"),
      right: leaf,
    }),
    fc.record({ kind: fc.constant("set" as const), path, negated: fc.boolean() }),
    fc.record({ kind: fc.constant("not" as const), inner: tie("tree") }),
    fc.record({
      kind: fc.constant("both" as const),
      word: fc.constantFrom("and", "or"),
      left: tie("tree"),
      right: tie("tree"),
    }),
  ),
}));

const leafText = (one: Leaf) => ("path" in one ? one.path : JSON.stringify(one.value));

function text(one: Tree): string {
  switch (one.kind) {
    case "compare":
      return `${leafText(one.left)} ${one.operator} ${leafText(one.right)}`;
    case "set":
      return `${one.path} is ${one.negated ? "not " : ""}set`;
    case "not":
      return `not (${text(one.inner)})`;
    case "both":
      return `(${text(one.left)}) ${one.word} (${text(one.right)})`;
  }
}

const leafValue = (one: Leaf) => ("path" in one ? data[one.path] : one.value);
const numeric = (value: unknown) => (typeof value === "string" && /^\d/.test(value) ? Number(value) : value);

/** Throws "incomparable" where the language refuses to compare. */
function truth(one: Tree): boolean {
  switch (one.kind) {
    case "set":
      return one.path in data !== one.negated;
    case "not":
      return !truth(one.inner);
    case "both":
      return one.word === "and" ? truth(one.left) && truth(one.right) : truth(one.left) || truth(one.right);
    case "compare": {
      const left = leafValue(one.left);
      const right = leafValue(one.right);
      if (left === undefined) return false;
      if (right === undefined) return one.operator === "!=";
      const numbers = typeof left === "number" || typeof right === "number";
      const a = numbers ? numeric(left) : left;
      const b = numbers ? numeric(right) : right;
      if (one.operator === "==") return a === b;
      if (one.operator === "!=") return a !== b;
      if (one.operator === "in") {
        if (typeof right !== "string" || typeof left === "boolean") throw new Error("incomparable");
        return right.includes(String(left));
      }
      if (typeof a !== typeof b || typeof a === "boolean") throw new Error("incomparable");
      const [x, y] = [a as string, b as string];
      return one.operator === "<" ? x < y : x >= y;
    }
  }
}

describe("conditions, at random", () => {
  test("the parser and an independent evaluator agree", () => {
    fc.assert(
      fc.property(tree, (one) => {
        const condition = parseCondition(text(one));
        if ("message" in condition) throw new Error(`${text(one)}: ${condition.message}`);
        let expected: boolean | "incomparable";
        try {
          expected = truth(one);
        } catch {
          expected = "incomparable";
        }
        if (expected === "incomparable") expect(() => condition.evaluate(data)).toThrow("cannot compare");
        else expect(condition.evaluate(data)).toBe(expected);
      }),
      { numRuns: 1000, seed: 20100818 },
    );
  });

  test("any text is a condition or an error with an offset inside it; nothing throws", () => {
    const pieces = fc.constantFrom(
      "a",
      ".",
      "(",
      ")",
      "==",
      " ",
      "not",
      "in",
      "[",
      "]",
      ",",
      '"',
      "'",
      "5",
      "5m",
      "&",
      "is",
      "set",
      "😀",
      "matches",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join(" ")),
          fc.array(pieces).map((all) => all.join("")),
        ),
        (one) => {
          const condition = parseCondition(one);
          if ("message" in condition) {
            expect(condition.offset).toBeGreaterThanOrEqual(0);
            expect(condition.offset).toBeLessThanOrEqual(one.length);
          }
        },
      ),
      { numRuns: 2000, seed: 20100818 },
    );
  });
});

describe("paths, at random", () => {
  test("a path made of keys and indexes finds what walking by hand finds", () => {
    const value = fc.letrec<{ value: Plain }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "c d", "x.y", "é"), tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    const steps = fc.array(fc.constantFrom("a", "b", "c d", "x.y", "é", "0", "-1", "1"), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(value, steps, (top, keys) => {
        const parsed = parsePath(keys.map((key) => (/^[\w-]+$|^é$/.test(key) ? key : `"${key}"`)).join("."));
        if (isPathError(parsed)) throw new Error(parsed.message);
        let expected: unknown = { top };
        for (const key of ["top", ...keys]) {
          if (Array.isArray(expected)) expected = expected.at(/^-?\d+$/.test(key) ? Number(key) : Number.NaN);
          else
            expected =
              typeof expected === "object" && expected !== null
                ? (expected as Record<string, unknown>)[key]
                : undefined;
          if (Array.isArray(expected) && expected.length === 0 && key === keys.at(-1)) break;
        }
        const found = lookUp({ top }, { text: "", terms: ["top", ...parsed.terms] });
        // A key on a list is unset; `at(NaN)` would be its first item.
        const onList = keys.some((key, index) => {
          let here: unknown = top;
          for (const one of keys.slice(0, index)) {
            here = Array.isArray(here)
              ? here.at(Number(one))
              : (here as Record<string, unknown> | undefined)?.[one];
          }
          return Array.isArray(here) && !/^-?\d+$/.test(key);
        });
        expect(found).toEqual(onList ? undefined : expected);
      }),
      { numRuns: 500, seed: 20100818 },
    );
  });
});

describe("patterns, at random", () => {
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "\\b", "^", "$", "", "[a-c]", "\\."),
      fc.tuple(tie("pattern"), tie("pattern")).map(([x, y]) => x + y),
      fc.tuple(tie("pattern"), tie("pattern")).map(([x, y]) => `(?:${x}|${y})`),
      fc
        .tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"))
        .map(([x, sign]) => `(${x})${sign}`),
    ),
  }));

  test("the engine agrees with JavaScript's on everything that both know", () => {
    fc.assert(
      fc.property(
        pattern,
        fc.array(fc.constantFrom("a", "b", "1", ".", " "), { maxLength: 6 }),
        (one, letters) => {
          const subject = letters.join("");
          const ours = parsePattern(one);
          if ("message" in ours) throw new Error(`${one}: ${ours.message}`);
          expect(ours.matches(subject)).toBe(new RegExp(one, "u").test(subject));
          expect(ours.matchesWhole(subject)).toBe(new RegExp(`^(?:${one})$`, "u").test(subject));
        },
      ),
      { numRuns: 1000, seed: 20100818 },
    );
  });
});
