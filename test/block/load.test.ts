import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Plain, unwrap } from "../../src/base/index.ts";
import { loadBlock, loadBlockText } from "../../src/block/index.ts";
import { filesOf, shown } from "./block-of.ts";

const folder = mkdtempSync(join(tmpdir(), "procblock-load-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function data(text: string): Plain {
  return unwrap(loadBlockText(text, "demo.yaml")).data;
}

function problems(text: string): string {
  const result = loadBlockText(text, "demo.yaml");
  return result.ok ? "" : shown(result.problems);
}

describe("loading a block", () => {
  test("a list at the top is short for a pipeline", () => {
    expect(data("- script: simplest.ts\n")).toEqual({ run: [{ script: "simplest.ts" }] });
  });

  test("values follow YAML 1.2: what other versions turn into truths, numbers and dates stays text", () => {
    expect(
      data(`
no: no
octal: 0o17
underscore: 1_000
clock: 12:30
infinite: -.inf
hex: 0x10
empty: ~
nothing:
date: 2010-08-18
float: 1e3
version: "1.10"
`),
    ).toEqual({
      no: "no",
      octal: 15,
      underscore: "1_000",
      clock: "12:30",
      infinite: Number.NEGATIVE_INFINITY,
      hex: 16,
      empty: null,
      nothing: null,
      date: "2010-08-18",
      float: 1000,
      version: "1.10",
    });
  });

  test("a whole number too large for a float keeps its digits", () => {
    expect(data("a: 9223372036854775808\nb: -9007199254740993\nc: 9007199254740991")).toEqual({
      a: 9223372036854775808n,
      b: -9007199254740993n,
      c: 9007199254740991,
    });
  });

  test("keys are texts as they are written", () => {
    expect(Object.keys(data("1.0: a\nyes: b\nnull: c\n'': d\n0x10: e\n") as object)).toEqual([
      "1.0",
      "yes",
      "null",
      "",
      "0x10",
    ]);
  });

  test("a byte order mark and Windows line ends are no problem", () => {
    expect(data("\ufeffa: 1\r\nb:\r\n  - c\r\n")).toEqual({ a: 1, b: ["c"] });
    expect(data("\ufeff- x: 1\r\n")).toEqual({ run: [{ x: 1 }] });
  });

  test("aliases and merge keys share values; keys beside a merge win, the first of several merges wins", () => {
    const text =
      "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: *a, y: 5}\nd: {<<: [*a, *b]}\ne: *a\nf: {'<<': 1}";
    expect(data(text)).toMatchObject({
      c: { x: 1, y: 5 },
      d: { x: 1, y: 2, z: 4 },
      e: { x: 1, y: 2 },
      f: { "<<": 1 },
    });
  });

  test.each(["__proto__", "constructor", "prototype", "toString", "then", "length", "hasOwnProperty"])(
    "the key %s is data without effect",
    (key) => {
      const loaded = data(`${key}: {polluted: true}\nb: {${key}: 1, <<: {${key}: 2}}`) as Record<
        string,
        Plain
      >;
      expect(Object.keys(loaded)).toEqual([key, "b"]);
      expect(Object.getPrototypeOf(loaded)).toBe(null);
      expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
    },
  );
});

describe("wrong YAML is refused with its place", () => {
  test.each([
    [
      "",
      '(demo.yaml) error: "demo.yaml" is empty\n  = a block file is a mapping, or a list of steps'.slice(12),
    ],
    ["# only a comment\n", 'error: "demo.yaml" is empty\n  = a block file is a mapping, or a list of steps'],
    [
      "just text",
      "demo.yaml:1:1: error: a block file is a mapping or a list of steps, not text\n  1 | just text\n    | ^^^^^^^^^",
    ],
    [
      "a: 1\nb: 2\na: 3\n",
      'demo.yaml:3:1: error: the key "a" is here twice\n  3 | a: 3\n    | ^\n  = first on line 1',
    ],
    [
      "a:\n\tb: 1\n",
      "demo.yaml:2:1: error: tabs are not allowed as indentation\n  2 |  b: 1\n    | ^\n  = indent with spaces",
    ],
    [
      "a: 1\n---\nb: 2\n",
      "demo.yaml:2:1: error: a second document starts here, a block file has one\n  2 | ---\n    | ^",
    ],
    ["a: *b\n", "demo.yaml:1:4: error: *b has no &b above it\n  1 | a: *b\n    |    ^^"],
    [
      "a: &a\n  - b\n  - *a\n",
      "demo.yaml:3:5: error: *a stands inside &a, so the value would contain itself\n  3 |   - *a\n    |     ^^",
    ],
    [
      "a: {<<: 5}\n",
      'demo.yaml:1:9: error: "<<" needs a mapping or a list of mappings, not a number\n  1 | a: {<<: 5}\n    |         ^',
    ],
    [
      "? [a, b]\n: c\n",
      "demo.yaml:1:3: error: a key must be a text, not a mapping or a list\n  1 | ? [a, b]\n    |   ^^^^^^",
    ],
    ["a: b\n: c\n", 'demo.yaml:2:1: error: expected a key before ":"\n  2 | : c\n    | ^'],
    [
      "a: 'b\0c'\n",
      "demo.yaml:1:6: error: unexpected a NUL character\n  1 | a: 'b\ufffdc'\n    |      ^\n  = text files have none; in double quotes it can be written as an escape",
    ],
    [
      "a: \u001b[31mred\n",
      "demo.yaml:1:4: error: unexpected the control character U+001B\n  1 | a: \ufffd[31mred\n    |    ^\n  = text files have none; in double quotes it can be written as an escape",
    ],
    [
      "a: !!python/object x\n",
      "demo.yaml:1:4: error: unresolved tag: tag:yaml.org,2002:python/object\n  1 | a: !!python/object x\n    |    ^^^^^^^^^^^^^^^\n  = only plain YAML 1.2 values are known",
    ],
  ])("%j", (text, expected) => {
    expect(problems(text)).toBe(expected);
  });

  test("all problems of a file are reported at once", () => {
    expect(problems("a: 1\na: 2\nb: *c\nd: {<<: x}\n").match(/error:/g)).toHaveLength(3);
  });
});

describe("limits", () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghij"]
    .map((name, index) => `${name}: &${name} [${`*${"abcdefghij"[index]}, `.repeat(9)}]`)
    .join("\n")}`;

  test.each([
    ["an alias bomb", bomb, "more than 200000 values, aliases counted with what they stand for"],
    ["a million aliases", `a: &a 1\nb: [${"*a,".repeat(1e6)}]`, "more than 200000 values"],
    [
      "a merge bomb",
      `a: &a {${Array.from({ length: 1000 }, (_, i) => `k${i}: 1`)}}\nb:\n${"- {<<: *a}\n".repeat(1000)}`,
      "more than 200000 values",
    ],
    ["two million items", `a: [${"a,".repeat(2e6)}]`, "more than 200000 values"],
    ["four million line ends", `a: 1\n${"\n".repeat(4e6)}`, "more than 100000 lines"],
    ["nested flow lists", "[".repeat(1e5), "nested deeper than 64 levels"],
    ["nested block lists", "- ".repeat(1e5), "nested deeper than 64 levels"],
    ["nested keys", "? ".repeat(1e5), "nested deeper than 64 levels"],
    ["nested mappings", "{a: ".repeat(1e5), "nested deeper than 64 levels"],
  ])("%s is refused soon", (_, text, message) => {
    const started = performance.now();
    const shownProblems = problems(text);
    expect(performance.now() - started).toBeLessThan(4000);
    expect(shownProblems).toContain(`error: ${message}`);
    expect(shownProblems).toMatch(/^demo\.yaml:\d+:\d+: /);
  });

  test("long texts and many keys below the limits are fine", () => {
    expect(problems(`a: ${"x".repeat(3e6)}\nb: |\n${" line\n".repeat(9e4)}`)).toBe("");
    expect(problems(Array.from({ length: 20_000 }, (_, i) => `k${i}: v`).join("\n"))).toBe("");
  });

  test("a file above 4 MiB is not read further", () => {
    const path = file("large.yaml", "a".repeat(4 * 1024 * 1024 + 1));
    const result = loadBlock(path);
    expect(result.ok ? "" : shown(result.problems)).toBe(
      `error: "${path}" is larger than 4 MiB\n  = split it with __import__NAME: other.yaml`,
    );
    const endless = loadBlock("/dev/zero");
    expect(endless.ok ? "" : endless.problems[0]?.message).toBe('"/dev/zero" is larger than 4 MiB');
  });

  test("what cannot be read says why", () => {
    const reason = (path: string) => {
      const result = loadBlock(path);
      return result.ok ? "" : shown(result.problems);
    };
    expect(reason(join(folder, "none.yaml"))).toContain('none.yaml": no such file');
    expect(reason(folder)).toContain(": it is a directory");
    expect(reason("a\0b.yaml")).toContain(": the name contains a NUL character");
    expect(reason(file("latin.yaml", Buffer.from("a: 1\nb: \xe9\n", "latin1")))).toMatch(
      /latin\.yaml:2:1: error: ".*latin\.yaml" is not UTF-8$/,
    );
    expect(reason(file("wide.yaml", Buffer.from("\ufeffa: 1", "utf16le")))).toContain(
      "is not UTF-8 but UTF-16",
    );
  });
});

describe("imports", () => {
  const load = (files: Record<string, string>, more: object = {}) =>
    loadBlockText(files["/b/main.yaml"] ?? "", "/b/main.yaml", { fileSystem: filesOf(files), ...more });

  test("the other file's data stands under the name, and keys that are here too win", () => {
    const loaded = unwrap(
      load({
        "/b/main.yaml":
          "__import__cpu: parts/cpu.yaml\ncpu:\n  limits: {high: 99}\n  own: 1\nlist:\n  - __import__x: x.yaml\n",
        "/b/parts/cpu.yaml": "limits: {low: 1, high: 2}\n__import__sub: sub.yaml\n",
        "/b/parts/sub.yaml": "- 1\n- 2\n",
        "/b/x.yaml": "5",
      }),
    );
    expect(loaded.data).toEqual({
      cpu: { limits: { low: 1, high: 99 }, sub: [1, 2], own: 1 },
      list: [{ x: 5 }],
    });
    expect(loaded.files).toEqual(["/b/main.yaml", "/b/parts/cpu.yaml", "/b/parts/sub.yaml", "/b/x.yaml"]);
    const at = (...path: (string | number)[]) => {
      const place = loaded.places.at(path);
      return `${place?.file}:${place?.line}:${place?.column}`;
    };
    expect(at("cpu", "limits", "low")).toBe("/b/parts/cpu.yaml:1:15");
    expect(at("cpu", "limits", "high")).toBe("/b/main.yaml:3:18");
    expect(at("cpu", "sub", 1)).toBe("/b/parts/sub.yaml:2:3");
    expect(at("list", 0, "x")).toBe("/b/main.yaml:6:18");
  });

  const failure = (files: Record<string, string>, more: object = {}) => {
    const result = load(files, more);
    return result.ok ? "" : shown(result.problems);
  };

  test("a cycle is refused with its chain", () => {
    expect(
      failure({
        "/b/main.yaml": "__import__a: a.yaml",
        "/b/a.yaml": "__import__b: b.yaml",
        "/b/b.yaml": "x: 1\n__import__c: ./a.yaml",
      }),
    ).toBe(
      "/b/b.yaml:2:14: error: import cycle: a.yaml -> b.yaml -> a.yaml\n  2 | __import__c: ./a.yaml\n    |              ^^^^^^^^",
    );
  });

  test("a chain that is too deep, a missing file and a wrong name are refused; problems of all files come at once", () => {
    const chain: Record<string, string> = { "/b/main.yaml": "__import__a: f0.yaml" };
    for (let index = 0; index < 30; index++) chain[`/b/f${index}.yaml`] = `__import__a: f${index + 1}.yaml`;
    expect(failure(chain)).toContain("error: files import each other more than 20 levels deep");
    const several = failure({
      "/b/main.yaml": "__import__a: none.yaml\n__import__b: bad.yaml\n__import__c: 5\n__import__: x.yaml\n",
      "/b/bad.yaml": "a: 1\na: 2\n",
    });
    expect(several).toContain('/b/main.yaml:1:14: error: cannot read "none.yaml": no such file');
    expect(several).toContain('/b/bad.yaml:2:1: error: the key "a" is here twice');
    expect(several).toContain(
      "/b/main.yaml:3:14: error: expected the name of a file to import, not a number",
    );
    expect(several).toContain(
      "/b/main.yaml:4:13: error: expected a name after __import__: __import__NAME: file.yaml",
    );
  });

  test("files that import another one twice each do not multiply the work, only the values", () => {
    const files: Record<string, string> = { "/b/main.yaml": "__import__a: f0.yaml\n__import__b: f0.yaml" };
    for (let index = 0; index < 19; index++) {
      files[`/b/f${index}.yaml`] = `__import__a: f${index + 1}.yaml\n__import__b: f${index + 1}.yaml`;
    }
    files["/b/f19.yaml"] = "x: 1";
    expect(failure(files)).toContain("error: more than 200000 values with everything that is imported");
  });
});
