import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkBlock, loadBlockText } from "../../src/block/index.ts";
import { damageText } from "../damage-text.ts";
import { expectClear, expectThat } from "../expectations.ts";
import type { FuzzTarget } from "../target.ts";

const demos = new URL("../../demos/", import.meta.url).pathname;
const pieces = [
  ":",
  "- ",
  "{",
  "}",
  "[",
  "]",
  "\n  ",
  "'",
  "*a",
  "&a ",
  "<<: ",
  "{{",
  "}}",
  "if ",
  "|\n",
  "? ",
  "!!x ",
  "---\n",
];

/** Block files: refused with places inside the file, or checked. Nothing is run. */
export const block: FuzzTarget = {
  kind: "block",
  weight: 3,
  async prepare() {
    const texts = readdirSync(demos, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => readFileSync(join(demos, name), "utf8"));
    return {
      async play(random, note) {
        const text = damageText(random, random.pick(texts), pieces);
        note(text);
        const fileSystem = { read: () => Buffer.from("k: 1\nif n: {v: 1}") };
        const loaded = loadBlockText(text, "case.yaml", { fileSystem });
        const result = loaded.ok ? checkBlock(loaded.value, { tags: [] }) : loaded;
        const lines = text.split("\n");
        for (const { place, message } of result.ok ? result.warnings : result.problems) {
          expectClear(message);
          if (place?.file !== "case.yaml") continue;
          const line = lines[place.line - 1];
          expectThat(
            line !== undefined && place.column <= line.length + 1,
            `a place outside: ${JSON.stringify(place)}`,
          );
        }
      },
    };
  },
};
