import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRrd } from "../../src/rrd/index.ts";
import { pipeSession } from "../command.ts";
import { damageText } from "../damage-text.ts";
import { expectClear, expectThat } from "../expectations.ts";
import { START, sampleFiles } from "../sample-files.ts";
import type { FuzzTarget } from "../target.ts";
import { commandLines, commandPieces } from "./command-lines.ts";

const own = [
  "pwd",
  "ls",
  "cd .",
  "mkdir folder",
  "cd folder",
  "help",
  "",
  "info",
  "update plain.rrd N:1:2",
  "fetch 'plain.rrd' \"AVERAGE\"",
];
const textOnly = commandLines.filter((line) => !/^(create|graph|resize)/.test(line));

/** Lines for `rrd -`: each is answered by OK or by ERROR and its reason, whatever came before. */
export const pipeLines: FuzzTarget = {
  kind: "pipe",
  weight: 3,
  async prepare(folder) {
    sampleFiles(folder);
    const good = ["plain", "computed", "forecast"].map(
      (name) => [`${name}.rrd`, readFileSync(join(folder, `${name}.rrd`))] as const,
    );
    return {
      async play(random, note) {
        const lines = random.list(6, () => {
          const line = random.chance(0.6) ? random.pick(textOnly) : random.pick(own);
          const damaged = random.chance(0.6) ? damageText(random, line, commandPieces) : line;
          return damaged
            .replaceAll("TIME", String(START + 60))
            .replace(/\.\.|\/|\n/g, ".")
            .replace(/^\s*quit.*/, "pwd");
        });
        const input = Buffer.from(`${lines.join("\n")}\n`);
        note(input);
        for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
        for (const [name, bytes] of good) writeFileSync(join(folder, name), bytes);
        const cut = random.below(input.length);
        const { code, answers } = await pipeSession([input.subarray(0, cut), input.subarray(cut)], folder);
        expectThat(code === 0, `exit code ${code}`);
        for (const answer of answers) if (answer.startsWith("ERROR")) expectClear(answer);
        const asked = input.toString().split("\n").length - 1;
        expectThat(answers.length >= asked, `${asked} lines, but ${answers.length} answers`);
        for (const [name] of good) {
          const opened = openRrd(join(folder, name), { mode: "read" });
          expectThat(opened.ok, `${name} cannot be read any more`);
          if (opened.ok) opened.value.close();
        }
      },
    };
  },
};
