import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkBlock, loadBlock, type TagFunction } from "../../src/block/index.ts";
import { check, noteTag, problemsOf, shown } from "./block-of.ts";

const folder = mkdtempSync(join(tmpdir(), "procblock-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("checking a block", () => {
  test("an unknown key of the file's own is never dropped without a word", () => {
    const found = problemsOf(
      "__usge: {name: x}\na:\n  __prority: 3\n  __import_x: b.yaml\n__proto__: {x: 1}\n",
    );
    expect(found.split("\n").filter((line) => line.startsWith("demo.yaml"))).toEqual([
      'demo.yaml:1:1: error: unknown key "__usge" — did you mean "__usage"?',
      'demo.yaml:3:3: error: unknown key "__prority" — did you mean "__priority"?',
      'demo.yaml:4:3: error: unknown key "__import_x" — did you mean "__import__NAME"?',
    ]);
  });

  test("all problems of a file come at once, in its order, each with a caret and a suggestion", () => {
    expect(
      problemsOf(`if level => 5: {a: 1}
run:
  - schell: date
  - script: x.ts
    timeout: 5x
    timeseries collect: {fields: {a: {type: GUAGE}}}
set a.(b): 1
increment n: many
__usage: {nme: x, args: [{info: y}], longrunning: yes}
`),
    ).toBe(`demo.yaml:1:10: error: unexpected "=>" — did you mean ">="?
  1 | if level => 5: {a: 1}
    |          ^^
demo.yaml:3:5: error: unknown key "schell" — did you mean "shell"?
  3 |   - schell: date
    |     ^^^^^^
demo.yaml:5:14: error: "timeout" must be a time such as 5, 200ms or 1m, not "5x"
  5 |     timeout: 5x
    |              ^^
demo.yaml:6:45: error: "type" must be one of GAUGE, COUNTER, DERIVE, ABSOLUTE, DCOUNTER, DDERIVE, not "GUAGE" — did you mean "GAUGE"?
  6 |     timeseries collect: {fields: {a: {type: GUAGE}}}
    |                                             ^^^^^
demo.yaml:7:5: error: expected a name like a.b, not "a.(b)"
  7 | set a.(b): 1
    |     ^^^^^
demo.yaml:8:14: error: expected a number to increment by, not text
  8 | increment n: many
    |              ^^^^
demo.yaml:9:11: error: unknown key "nme" — did you mean "name"?
  9 | __usage: {nme: x, args: [{info: y}], longrunning: yes}
    |           ^^^
  = known: name, author, website, info, args, options, longrunning, daemon, pidfile, cwd, space, store, copies, grace
demo.yaml:9:26: error: "name" is missing in item 1 of "args"
  9 | __usage: {nme: x, args: [{info: y}], longrunning: yes}
    |                          ^
demo.yaml:9:51: error: "longrunning" must be true or false, not "yes"
  9 | __usage: {nme: x, args: [{info: y}], longrunning: yes}
    |                                                   ^^^`);
  });

  test("whole numbers above 2^53 are numbers, too", () => {
    const text =
      "increment n: 9007199254740993\nrun:\n  - timeseries collect: {fields: {a: {max: 18446744073709551615}}}\n";
    expect(problemsOf(text)).toBe("");
  });

  test("a problem inside a folded, quoted or block text is shown where it stands", () => {
    expect(problemsOf('"if a ==\\t== 2": {}\n')).toBe(
      `demo.yaml:1:11: error: unexpected "=="
  1 | "if a ==\\t== 2": {}
    |           ^^`,
    );
    expect(problemsOf("set a: |\n  first\n  {{ x\n")).toBe(
      `demo.yaml:3:7: error: expected "}}" after the path
  3 |   {{ x
    |       ^
  = write \\{{ for braces that are meant as they are`,
    );
    expect(problemsOf("set a: 'it''s {{ b'\n")).toContain("demo.yaml:1:19: error");
  });

  test.each([
    ["iff x == 1: {a: 1}", 'unknown tag "iff x == 1" is taken for data — did you mean "if x == 1"?'],
    [
      "if a: {}\nelsif b == 1: {}",
      'unknown tag "elsif b == 1" is taken for data — did you mean "elif b == 1"?',
    ],
    [
      "if a: {}\nelse if b == 1: {}",
      'unknown tag "else if b == 1" is taken for data — did you mean "elif b == 1"?',
    ],
    ["if a: {}\nesle: {}", 'unknown tag "esle" is taken for data — did you mean "else"?'],
    ["incremnt n: 1", 'unknown tag "incremnt n" is taken for data — did you mean "increment n"?'],
    ["list_ad x: 1", 'unknown tag "list_ad x" is taken for data — did you mean "list add x"?'],
    [
      "run simultanous: []",
      'unknown tag "run simultanous" is taken for data — did you mean "run simultaneous"?',
    ],
    ["tempalte: {text: a}", 'unknown tag "tempalte" is taken for data — did you mean "template"?'],
  ])("%j is a warning, because it looks like a misspelt tag", (text, message) => {
    const tags = [noteTag("run simultaneous", 800, [])];
    const result = check(text, { tags });
    expect(result.ok ? result.warnings.map((one) => one.message) : []).toEqual([message]);
    expect(result.ok ? result.value.warnings : []).toEqual(result.ok ? result.warnings : []);
  });

  test.each([
    "net eth0: 5",
    "sun: 5",
    "if_index: 3",
    "set_point: 4",
    "tempalte: 5",
    "in: {a: 1}",
    "ruin: {a: 1}",
    "offset x: 1",
    "elsewhere: {a: 1}",
  ])("%j is data without a warning", (text) => {
    expect(problemsOf(text, { tags: [noteTag("run", 800, [])] })).toBe("");
  });

  test.each([
    ["else: {a: 1}", '"else" has no "if" right above it'],
    ["if a: {}\nb: 1\nelif c: {}", '"elif" has no "if" right above it'],
    [
      "if a: {}\nelse: {}\nelif b: {}",
      '"elif b" is never reached: the "else" above it takes everything left',
    ],
    ["if a: {else: {x: 1}}\nelse: {}", '"else" is never reached: the "else" above it takes everything left'],
    ["if a: 5", 'expected a mapping under "if a", not a number'],
    ["if : {}", ""],
    ["__return_tag: rum\nrun: []", 'the block has no "rum" — did you mean "run"?'],
    ["__return_tag: 5", "expected the name of a tag, not a number"],
    ["a: {__priority: high}", "expected a number, not text"],
    ["__tags: {'(a': {script: x}}", 'missing ")" in pattern'],
    ["__tags: {a: {script: x}}", "the file's own tags cannot be run here"],
    ["set '': 1", ""],
  ])("%j: %s", (text, message) => {
    const result = check(text);
    expect(result.ok ? "" : result.problems.map((one) => one.message).join("; ")).toBe(message);
  });

  test("the file's own tags match whole keys and are made by the caller", () => {
    const made: string[] = [];
    const result = check(
      "__tags: {'double .*?': {script: double.ts, priority: 40}}\ndouble x: 1\nredouble x: 1\n",
      {
        createFileTag(pattern, priority, definition) {
          made.push(`${pattern} ${priority} ${JSON.stringify(definition)}`);
          return { ...noteTag("double", priority, []), parse: (input) => input.key } as TagFunction;
        },
      },
    );
    expect(made).toEqual(['double .*? 40 {"script":"double.ts","priority":40}']);
    expect(
      result.ok ? result.value.root.entries.map((one) => `${one.key} ${one.kind} ${one.priority}`) : [],
    ).toEqual(["double x tag 40", "redouble x data 500"]);
  });

  describe("called blocks", () => {
    const call: TagFunction = {
      name: "call",
      pattern: /^call$/,
      words: "call",
      fits: () => true,
      priority: 800,
      parse: (input, context) => context.loadBlock(String(input.value), input.path),
      process: () => ({ kind: "nothing" }),
    };
    const checkFile = (name: string) => {
      const loaded = loadBlock(join(folder, name));
      const result = loaded.ok ? checkBlock(loaded.value, { tags: [call] }) : loaded;
      return (result.ok ? "fine" : shown(result.problems)).replaceAll(`${folder}/`, "");
    };

    test("are checked with the block; their problems carry their own places, a missing one the caller's", () => {
      writeFileSync(
        join(folder, "caller.yaml"),
        "call: called.yaml\nb: {call: called.yaml}\nc: {call: none.yaml}\n",
      );
      writeFileSync(join(folder, "called.yaml"), "if a = 1: {}\n");
      expect(checkFile("caller.yaml")).toBe(`called.yaml:1:6: error: unexpected "=" — did you mean "=="?
  1 | if a = 1: {}
    |      ^
caller.yaml:3:11: error: cannot read "none.yaml": no such file
  3 | c: {call: none.yaml}
    |           ^^^^^^^^^`);
    });

    test("cannot call each other in a circle", () => {
      writeFileSync(join(folder, "one.yaml"), "call: two.yaml\n");
      writeFileSync(join(folder, "two.yaml"), "call: one.yaml\n");
      expect(checkFile("one.yaml")).toBe(
        "two.yaml:1:7: error: the block calls itself: one.yaml -> two.yaml -> one.yaml\n  1 | call: one.yaml\n    |       ^^^^^^^^",
      );
    });
  });
});
