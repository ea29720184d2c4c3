import { describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { loadBlockText, type TreePath } from "../../src/block/index.ts";

const text = `plain: one two
double: "a\\tb c"
single: 'it''s d'
literal: |
  first
    second

  third
folded: >
  one
  two

  three
empty:
base: &base {left: 1, both: 2}
merged:
  <<: *base
  both: 3
copied: *base
list:
  - {a: 1}
  - - 5
`;
const { places } = unwrap(loadBlockText(text, "block.yaml"));

/** What stands at a place: `line:column` and the underlined text. */
function at(path: TreePath, part?: "key" | "value"): string {
  return shown(places.at(path, part));
}

function shown(place: ReturnType<typeof places.at>): string {
  if (place === undefined) return "nowhere";
  const { line, column, lineText = "", length = 1 } = place;
  return `${line}:${column} ${lineText.slice(column - 1, column - 1 + length)}`;
}

/** The place of a word inside the text value at a path. */
function word(path: TreePath, offset: number, length: number): string {
  return shown(places.inside(path, "value", offset, length));
}

describe("places of keys and values", () => {
  test("are those where they are written", () => {
    expect(at(["plain"])).toBe("1:8 one two");
    expect(at(["plain"], "key")).toBe("1:1 plain");
    expect(at(["double"])).toBe('2:9 "a\\tb c"');
    expect(at(["list", 0, "a"], "key")).toBe("21:6 a");
    expect(at(["list", 1, 0])).toBe("22:7 5");
  });

  test("a value that is not written stands where its key does", () => {
    expect(at(["empty"])).toBe("14:1 empty");
  });

  test("what << and aliases bring stands where it is written", () => {
    expect(at(["merged", "left"])).toBe("15:20 1");
    expect(at(["merged", "both"])).toBe("18:9 3");
    expect(at(["copied", "left"], "key")).toBe("15:14 left");
  });

  test("what is not there has none", () => {
    expect(at(["nothing"])).toBe("nowhere");
    expect(at(["plain", "x"])).toBe("nowhere");
    expect(at(["list", 2])).toBe("nowhere");
  });

  test("each key of a wide mapping is found", () => {
    const wide = Array.from({ length: 200 }, (_, index) => `k${index}: ${index}\n`).join("");
    const block = unwrap(loadBlockText(wide, "wide.yaml"));
    expect(block.places.at(["k0"])?.line).toBe(1);
    expect(block.places.at(["k199"])?.line).toBe(200);
    expect(block.places.at(["k200"])).toBe(undefined);
  });
});

describe("places inside of texts", () => {
  test("count escapes and doubled quotes as they are written", () => {
    expect(word(["plain"], 4, 3)).toBe("1:12 two");
    expect(word(["double"], 2, 1)).toBe("2:13 b");
    expect(word(["single"], 5, 1)).toBe("3:16 d");
  });

  test("leave out the indentation of block texts", () => {
    expect(word(["literal"], 0, 5)).toBe("5:3 first");
    expect(word(["literal"], 8, 6)).toBe("6:5 second");
    expect(word(["literal"], "first\n  second\n\n".length, 5)).toBe("8:3 third");
  });

  test("follow folded texts from line to line", () => {
    expect(word(["folded"], 4, 3)).toBe("11:3 two");
    expect(word(["folded"], "one two\n".length, 5)).toBe("13:3 three");
  });
});
