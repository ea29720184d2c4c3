import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRrd } from "../../src/rrd/index.ts";
import { damageText } from "../damage-text.ts";
import { expectThat, valueFrom } from "../expectations.ts";
import { START, sampleFiles } from "../sample-files.ts";
import type { FuzzTarget } from "../target.ts";

const good: Readonly<Record<string, readonly string[]>> = {
  plain: [
    `${START + 200}:1:2`,
    `${START + 205.5}:U:7`,
    "N:1.5e3:18446744073709551615",
    "now+1min@3:4",
    "-5:1:2",
  ],
  computed: [`${START + 190}:5:7`, `${START + 1e6}:-3.25:U`, "N:nan:inf"],
  forecast: [`${START + 175}:1:2`, `${START + 999}:0.1:1e300`],
};
const pieces = [
  "N",
  "now",
  "U",
  "@",
  ":",
  "1",
  "2",
  ".",
  "e",
  "-",
  "+",
  "inf",
  "x:n",
  String(START + 300),
  "1e9",
  "0x",
];
const templates = [undefined, "x:n", "n:x", "n", "a:d", "x:x", "", "x:", "k", "nothing"];

/** The arguments of `update`: a refused one leaves the file readable, a parse fault leaves it untouched. */
export const updateText: FuzzTarget = {
  kind: "update",
  weight: 16,
  async prepare(folder) {
    const samples = sampleFiles(folder).filter(({ name }) => name in good);
    for (const { name, bytes } of samples) writeFileSync(join(folder, `${name}.good`), bytes);
    return {
      async play(random, note) {
        const { name } = random.pick(samples);
        const path = join(folder, "case.rrd");
        const updates = random
          .list(4, () => random.pick(good[name] ?? []))
          .map((text) => (random.chance(0.7) ? damageText(random, text, pieces) : text));
        const options = { template: random.pick(templates), skipPastUpdates: random.chance(0.2) };
        note(JSON.stringify({ file: name, updates, ...options }));
        copyFileSync(join(folder, `${name}.good`), path);
        const rrd = valueFrom(openRrd(path, { mode: "write", farthestAhead: random.pick([60, 1e10]) }));
        expectThat(rrd !== undefined, "a good file was refused");
        if (rrd === undefined) return;
        const before = rrd.lastUpdate;
        const stored = rrd.updateArguments(updates, options);
        valueFrom(stored);
        const first = stored.ok ? undefined : stored.problems[0]?.code;
        if (
          updates.length === 1 &&
          (first === "rrd-arguments" || first === "rrd-late" || first === "rrd-too-far-ahead")
        )
          expectThat(
            readFileSync(path).equals(readFileSync(join(folder, `${name}.good`))),
            `refused (${first}), but the file was changed`,
          );
        expectThat(rrd.lastUpdate >= before, "time went backwards");
        rrd.close();
        const again = valueFrom(openRrd(path, { mode: "read" }));
        expectThat(again !== undefined, "the file cannot be read any more");
        again?.close();
      },
    };
  },
};
