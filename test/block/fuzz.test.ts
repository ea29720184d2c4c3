import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkBlock, loadBlockText, processBlock } from "../../src/block/index.ts";
import { noteTag } from "./block-of.ts";

const sample = `__usage: {name: x, options: {n: {type: number, default: 5}}}
set a.b: "{{c}} and {{d.-1}}"
increment n: 1
data: &data
  - {if n > 4 and (a.b has "x" or not quiet): {x: 1, else: {y: *none}}, z: 'it''s'}
  - "quoted \\u00e9 \\" text"
none: &none |
  block text
  {{ here }}
list add l: {<<: {k: 1}, m: [1, 2.5, ~, true]}
run:
  - script: a.ts
    timeout: 5s
template: {text: "{{#each l}}{{this}}{{/each}}"}
`;

const pieces = [
  ":",
  " ",
  "\n",
  "  ",
  "- ",
  "{",
  "}",
  "[",
  "]",
  "'",
  '"',
  "*data",
  "&a ",
  "<<: ",
  "{{",
  "}}",
  "(",
  ")",
  "if ",
  "else:",
  "\t",
  "#",
  "|\n",
  "? ",
  "!!x ",
  "\0",
  "\ufeff",
  "😀",
  "\\",
  "__import__a: a.yaml\n",
  "__proto__: ",
  "9".repeat(40),
  "---\n",
  ",",
];

describe("damaged files", () => {
  const edit = fc.record({
    at: fc.nat(sample.length),
    remove: fc.nat(8),
    insert: fc.oneof(fc.constantFrom(...pieces), fc.constant("")),
  });

  test("are either fine or refused with places inside the file; nothing else is ever thrown", async () => {
    const tags = [noteTag("run", 800, [])];
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let text = sample;
        for (const { at, remove, insert } of edits)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        const loaded = loadBlockText(text, "demo.yaml", {
          fileSystem: { read: () => Buffer.from("k: 1\nif n: {v: 1}") },
        });
        const result = loaded.ok ? checkBlock(loaded.value, { tags }) : loaded;
        const lines = text.split("\n");
        for (const { place, message } of result.ok ? result.warnings : result.problems) {
          expect(message).not.toMatch(/undefined|\[object|Internal error/);
          if (place?.file !== "demo.yaml") continue;
          const line = lines[place.line - 1];
          expect(line).toBeDefined();
          expect(place.column).toBeLessThanOrEqual((line ?? "").length + 1);
        }
        if (!result.ok) return;
        try {
          await processBlock(result.value);
        } catch (error) {
          expect((error as Error).name).toBe("ProblemError");
        }
      }),
      { numRuns: 2000, seed: 20100818 },
    );
  });
});
