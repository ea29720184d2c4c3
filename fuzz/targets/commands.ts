import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRrd } from "../../src/rrd/index.ts";
import { rrdCommand } from "../command.ts";
import { damageText } from "../damage-text.ts";
import { expectClear, expectThat } from "../expectations.ts";
import type { Random } from "../random.ts";
import { START, sampleFiles } from "../sample-files.ts";
import type { FuzzTarget } from "../target.ts";
import { commandLines, commandPieces, heavyLines } from "./command-lines.ts";

const samples = ["plain", "computed", "forecast"];

/** The share of the command lines that take long. */
const HEAVY = 0.02;
const readers = ["fetch", "info", "first", "last", "lastupdate", "list", "xport", "resize"];

/** Whole command lines. What fails says why and leaves what is there as it was. */
export const commands: FuzzTarget = {
  kind: "command",
  weight: 14,
  async prepare(folder) {
    sampleFiles(folder);
    const good = new Map(samples.map((name) => [`${name}.rrd`, readFileSync(join(folder, `${name}.rrd`))]));
    return {
      async play(random, note) {
        const words = damagedWords(random);
        note(JSON.stringify(words));
        clean(folder, good);
        const { code, stdout, stderr } = await rrdCommand(words, folder);
        expectThat(code === 0 || code === 1, `exit code ${code}`);
        if (code === 1) {
          expectClear(stderr);
          expectThat(stderr.includes("ERROR: "), `no ERROR on standard error: ${stderr.slice(0, 200)}`);
        }
        const [verb] = words;
        if (code === 1 && verb === "create") expectThat(!left(folder, good), "a refused create left a file");
        if (readers.includes(verb ?? ""))
          for (const [name, bytes] of good)
            expectThat(readFileSync(join(folder, name)).equals(bytes), `"${verb}" changed ${name}`);
        // These write what they make into the file they are told to.
        const written = ["dump", "graph", "graphv"].includes(verb ?? "") ? words : [];
        for (const name of readdirSync(folder).filter(
          (one) => one.endsWith(".rrd") && !written.includes(one),
        )) {
          const opened = openRrd(join(folder, name), { mode: "read" });
          expectThat(
            opened.ok,
            `${name} cannot be read after it: ${opened.ok ? "" : opened.problems[0]?.message}`,
          );
          if (opened.ok) opened.value.close();
        }
        expectThat(
          code !== 0 || verb !== "fetch" || stdout.length > 0 || words.length < 3,
          "fetch printed nothing",
        );
      },
    };
  },
};

function clean(folder: string, good: ReadonlyMap<string, Buffer>): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  for (const [name, bytes] of good) writeFileSync(join(folder, name), bytes);
  copyFileSync(join(folder, "plain.rrd"), join(folder, "spare"));
}

function left(folder: string, good: ReadonlyMap<string, Buffer>): boolean {
  return readdirSync(folder).some((name) => name !== "spare" && !good.has(name));
}

function damagedWords(random: Random): string[] {
  const words = random.pick(random.chance(HEAVY) ? heavyLines : commandLines).split(" ");
  for (let change = random.below(4); change > 0; change--) {
    // The verb stays: another one is a table look-up.
    const at = 1 + random.below(words.length);
    const word = words[at] ?? "";
    switch (random.weighted({ damage: 6, remove: 1, add: 2, swap: 1 })) {
      case "damage":
        words[at] = safe(damageText(random, word, commandPieces));
        break;
      case "remove":
        words.splice(at, 1);
        break;
      case "add":
        words.splice(at, 0, random.pick(commandPieces));
        break;
      case "swap":
        words[at] = safe(random.pick(random.pick(commandLines).split(" ")));
        break;
    }
  }
  return words.map((word) => word.replaceAll("TIME", String(START + 60)));
}

/** Nothing is to be written outside of the folder, and no file of hundreds of megabytes. */
function safe(word: string): string {
  return word
    .replace(/\/+|\.\.+/g, ".")
    .replace(/\d{6,9}/g, (digits) => (digits.startsWith("1") ? digits : "77777"));
}
