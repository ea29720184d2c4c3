import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Mapping } from "../../src/base/index.ts";
import {
  interpolate,
  parseInterpolation,
  parseShellInterpolation,
  shellQuote,
} from "../../src/block/index.ts";

const data: Mapping = { name: "eth0", n: 5, list: [1, "a"], map: { k: 1 }, none: null, yes: true };

describe("{{path}} in texts", () => {
  test.each([
    ["plain", "plain"],
    ["{{name}}: {{ n }}", "eth0: 5"],
    ["{{list}} {{map}} {{list.-1}}", '[1,"a"] {"k":1} a'],
    ["[{{none}}{{unset.a}}]", "[]"],
    ["\\{{.Names}} {{yes}}", "{{.Names}} true"],
    ["{ {{n}} } }}", "{ 5 } }}"],
  ])("%s", (text, expected) => {
    expect(interpolate(text, data)).toBe(expected);
  });

  test.each([
    ["a {{{n}}}", 2, '"{{{" does not exist: values are always made safe'],
    ["a {{n", 5, 'expected "}}" after the path'],
    ["a {{.Names}}", 4, "expected a key, an index or ( … ) in path"],
    ["{{constructor.constructor('return process')()}}", 25, "expected"],
    ["{{}}", 2, "expected a key, an index or ( … ) in path"],
    ["{{#each list}}", 2, "expected a key, an index or ( … ) in path"],
  ])("%s is refused", (text, offset, message) => {
    const parsed = parseInterpolation(text);
    expect(parsed).toMatchObject({ offset, message: expect.stringContaining(message) });
  });

  test("keys that every object has are unset", () => {
    expect(interpolate("{{constructor}}{{map.__proto__}}{{list.length}}{{name.length}}", data)).toBe("");
  });
});

describe("commands", () => {
  const hostile = [
    "$(id)",
    "`id`",
    "; rm -rf /",
    "a\nb",
    "%n %s",
    "it's",
    "'; id; '",
    '"$HOME"',
    "\\",
    "{{constructor.constructor('return process')()}}",
    "-rf",
    "*",
    "~",
    "!x",
    "\u001b[31m",
    "",
    "é 😀",
    "a".repeat(10_000),
  ];

  test.each(hostile)("the value %j stays one word that is not evaluated", (value) => {
    const command = interpolate("printf '[%s]' {{value}}x {{value}}", { value }, shellQuote);
    expect(execFileSync("/bin/sh", ["-c", command], { encoding: "utf8" })).toBe(`[${value}x][${value}]`);
  });

  test("a value with a NUL character is refused", () => {
    expect(() => interpolate("echo {{value}}", { value: "a\0b" }, shellQuote)).toThrow(
      "a value with a NUL character cannot be part of a command",
    );
  });

  test.each([
    ['echo "{{a}}"', "double quotes"],
    ['echo "$(ls {{a}})"', "double quotes"],
    ["echo '{{a}}'", "single quotes"],
    ["echo `ls {{a}}`", "backquotes"],
    ["ls # list {{a}}", "a comment"],
    ["cat <<EOF\n{{a}}\nEOF", "a here-document"],
    ['echo "it\'s" \'x\' "{{a}}"', "double quotes"],
    ["echo $'it\\'s {{a}}'", "single quotes"],
  ])("in %s the value would be evaluated, so it is refused", (command, where) => {
    expect(parseShellInterpolation(command)).toMatchObject({
      message: `{{a}} stands inside ${where}`,
      notes: ["values are quoted for the shell already: write {{path}} without quotes around it"],
    });
  });

  test.each([
    'echo {{a}} "it\'s" {{a}}',
    'echo \\" {{a}}',
    "echo don\\'t {{a}}",
    "echo a#b {{a}}",
    "cat <<< {{a}}",
    "# don't\necho {{a}}",
    "echo $(ls {{a}}) > {{a}}.txt",
    "docker ps --format '\\{{.Names}}' {{a}}",
  ])("in %s it is fine", (command) => {
    expect(parseShellInterpolation(command)).not.toHaveProperty("message");
  });
});
