import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
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
    ['d="$(dirname "{{a}}")"', "double quotes"],
    ['echo "$(echo "{{a}}")"', "double quotes"],
    [`x=abc; echo "\${x#"{{a}}"}"`, "or behind a ${ … } that is more than a name and plain text"],
    ["echo ${x#a'b} {{a}}", "or behind a ${ … } that is more than a name and plain text"],
    ["echo $(( {{a}} ))", "or behind $(( … ))"],
    ["(( x = {{a}} ))", "or behind (( … ))"],
    ['echo "$(case x in x) echo "{{a}}";; esac)"', "or behind a case in $( … )"],
    ["cat <<EOF\nEOFF\n{{a}}\nEOF", "a here-document"],
    ["cat <<$X\na\n$X\necho {{a}}", "a here-document"],
    ["cat <<EOF\nx\\\nEOF\n{{a}}\nEOF", "a here-document"],
    ["cat <\\\n<EOF\n{{a}}\nEOF", "or behind a line that is continued inside a word"],
    ["echo a\\\n#' \n{{a}} '", "or behind a line that is continued inside a word"],
    ["echo x\u00a0#' \n {{a}} '", "single quotes"],
    ['echo "$(ca\\\nse x in x) echo " {{a}} " ;; esac)"', "or behind a line that is continued inside a word"],
    ['echo "$(case\\\n x in x) echo " {{a}} " ;; esac)"', "or behind a case in $( … )"],
    ["echo $[ {{a}} ]", "or behind $(( … ))"],
    ["echo '{{a}}'", "single quotes"],
    ["echo `ls {{a}}`", "backquotes"],
    ["ls # list {{a}}", "a comment"],
    ["cat <<EOF\n{{a}}\nEOF", "a here-document"],
    ['echo "it\'s" \'x\' "{{a}}"', "double quotes"],
    ["echo $'it\\'s {{a}}'", "or behind $'…'"],
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
    'd="$(dirname {{a}})"',
    "cat <<E\na\nE\necho {{a}}",
    "cat <<-'E'\n\ta\n\tE\necho {{a}}",
    "echo $((1 << 2)) {{a}}",
    'echo "${HOME}" ${#x} ${x:-none} {{a}}',
    "case x in x) echo {{a}};; esac",
    "(cd /; echo {{a}})",
    "ls -l \\\n  --all {{a}} \\\n  {{a}}",
    "docker ps --format '\\{{.Names}}' {{a}}",
  ])("in %s it is fine", (command) => {
    expect(parseShellInterpolation(command)).not.toHaveProperty("message");
  });

  test("whatever a command is made of: what is accepted runs nothing that a value says", {
    timeout: 60_000,
  }, () => {
    const dir = mkdtempSync(join(tmpdir(), "procblock-quotes-"));
    const piece = fc.constantFrom(
      ...'{{a}}| {{a}} |x{{a}}|echo |echo a|"|"|"$(echo |$(echo |)|)|")|\'|\'|`|(|$((|))|1 + |${x:-|${x#|}|\\\\|#| #|;|\n|\n'.split(
        "|",
      ),
      ..." <<E\n|E\n|\nE\n|<<<|$x|$'|case x in x) |;; esac|{ |; }| && | || |!".split("|"),
    );
    const payload = fc.constantFrom(
      "'; touch pwned; '",
      "$(touch pwned)",
      "`touch pwned`",
      '"; touch pwned; "',
      "x'; touch pwned; '$(touch pwned)",
      "\ntouch pwned\n",
      "\nE\ntouch pwned\n",
      "x) touch pwned ;;",
      "}; touch pwned; {",
      ") touch pwned",
      '")$(touch pwned)"',
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 9 }), payload, (pieces, a) => {
        const command = pieces.join("");
        if (!command.includes("{{a}}") || "message" in parseShellInterpolation(command)) return;
        accepted++;
        // As the first word of a command a value is what is run: that is what its author asked for.
        spawnSync("/bin/sh", ["-c", interpolate(`: ${command}`, { a, x: "" }, shellQuote)], {
          cwd: dir,
          env: { PATH: process.env.PATH ?? "" },
          stdio: "ignore",
          timeout: 5000,
        });
        expect(existsSync(join(dir, "pwned")), command).toBe(false);
      }),
      { seed: 7, numRuns: Number(process.env.SHELL_RUNS ?? 2500) },
    );
    rmSync(dir, { recursive: true });
    expect(accepted).toBeGreaterThan(100);
  });
});
