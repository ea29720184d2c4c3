import { describe, expect, test } from "vitest";
import { didYouMean, failed, problem, renderProblem, suggest, unwrap } from "../../src/base/index.ts";

describe("a problem", () => {
  const unknown = problem("unknown-key", 'unknown key "schell" — did you mean "shell"?', {
    place: { file: "demo.yaml", line: 3, column: 5, lineText: "  - schell: date", length: 6 },
    notes: ["a step has one of: script, shell"],
  });

  test("is shown with its line and a caret", () => {
    expect(renderProblem(unknown, { colour: false })).toBe(
      [
        'demo.yaml:3:5: error: unknown key "schell" — did you mean "shell"?',
        "  3 |   - schell: date",
        "    |     ^^^^^^",
        "  = a step has one of: script, shell",
      ].join("\n"),
    );
  });

  test("has colours only when asked for", () => {
    expect(renderProblem(unknown, { colour: true })).toContain("\u001b[1m\u001b[31merror");
    expect(renderProblem(unknown, { colour: false })).not.toContain("\u001b");
  });

  test("from hostile input sends no control characters to the terminal", () => {
    const text = renderProblem(
      problem("x", "bad \u001b[2J name", {
        place: { file: "f", line: 1, column: 1, lineText: "a\u001b]0;x\u0007" },
      }),
      { colour: false },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test("in an endless line is shown cut around the caret", () => {
    const text = renderProblem(
      problem("x", "here", {
        place: { file: "f", line: 1, column: 5001, lineText: `${"a".repeat(5000)}B${"c".repeat(5000)}` },
      }),
      { colour: false },
    );
    const [, line, caret] = text.split("\n");
    expect(line?.length).toBeLessThan(140);
    expect(line?.[caret?.indexOf("^") ?? 0]).toBe("B");
  });

  test("is thrown only where somebody asks for exceptions", () => {
    expect(() => unwrap(failed(unknown))).toThrow('unknown key "schell"');
  });
});

describe("a suggestion", () => {
  test("is the nearest key a person may have meant", () => {
    expect(suggest("simultanous", ["simultaneous", "script"])).toBe("simultaneous");
    expect(suggest("tiemout", ["timeout", "times"])).toBe("timeout");
    expect(didYouMean("schell", ["script", "shell"])).toBe(' — did you mean "shell"?');
  });

  test("is not made when nothing is near", () => {
    expect(suggest("banana", ["script", "shell"])).toBeUndefined();
    expect(didYouMean("x", ["cron"])).toBe("");
  });
});
