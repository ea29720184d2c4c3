import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPathError, lookUp, type Mapping, parsePath } from "../../src/base/index.ts";

function at(data: Mapping, text: string) {
  const path = parsePath(text);
  if (isPathError(path)) throw new Error(path.message);
  return lookUp(data, path);
}

const data: Mapping = {
  cpu: { load: [0.1, 0.2, 0.3] },
  which: "load",
  "a.b": { c: 1 },
  names: { load: "cpu" },
  index: -1,
};

describe("a path", () => {
  test.each([
    ["cpu.load.0", 0.1],
    ["cpu.load.-1", 0.3],
    ["cpu.(which).1", 0.2],
    ["(names.(which)).load.(index)", 0.3],
    ['"a.b".c', 1],
    ["cpu.load.7", undefined],
    ["cpu.missing.deeper", undefined],
    ["cpu.(nothing)", undefined],
    ["constructor", undefined],
    ["cpu.load.length", undefined],
    ["cpu.__proto__", undefined],
  ])("%s is %j", (text, value) => {
    expect(at(data, text)).toEqual(value);
  });

  test.each([
    ["", "expected a key, an index or ( … ) in path", 0],
    ["a.", "expected a key, an index or ( … ) in path", 2],
    ["a.(b", 'missing ")" in path', 4],
    ['"a', 'missing closing " in path', 0],
    ["a b", 'unexpected " " in path', 1],
  ])("%j is refused with the place of the mistake", (text, message, offset) => {
    expect(parsePath(text)).toEqual({ message, offset });
  });

  test("nested without end is refused, not followed", () => {
    expect(parsePath("(".repeat(10_000))).toMatchObject({ message: "path is nested deeper than 20" });
  });

  test("any key, quoted, finds what stands under it", () => {
    fc.assert(
      fc.property(
        fc.string().filter((key) => !key.includes('"')),
        fc.integer(),
        (key, value) => {
          const one: Mapping = Object.create(null);
          Object.defineProperty(one, key, { value, enumerable: true });
          expect(at(one, `"${key}"`)).toBe(value);
        },
      ),
      { seed: 1 },
    );
  });

  test("any text is either a path or an error with an offset inside it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const path = parsePath(text);
        if (isPathError(path)) expect(path.offset).toBeLessThanOrEqual(text.length);
        else expect(path.text).toBe(text);
      }),
      { seed: 2 },
    );
  });
});
