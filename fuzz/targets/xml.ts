import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRrd, restoreRrd } from "../../src/rrd/index.ts";
import { rrdCommand } from "../command.ts";
import { damageBytes } from "../damage-bytes.ts";
import { damageText } from "../damage-text.ts";
import { expectThat, valueFrom } from "../expectations.ts";
import { sampleFiles } from "../sample-files.ts";
import type { FuzzTarget } from "../target.ts";

const pieces = [
  "<",
  ">",
  "</",
  "/>",
  "<!--",
  "-->",
  "<!DOCTYPE rrd [",
  '<!ENTITY a "&b;&b;">',
  "&a;",
  "&#0;",
  "&#x110000;",
  "&#65;",
  "<![CDATA[",
  "]]>",
  "<?xml",
  "?>",
  "<rrd>",
  "<row>",
  "<v>",
  "<v>NaN</v>",
  "<ds>",
  "<rra>",
  "<database>",
  "<cf>",
  "<step>0</step>",
  "<step>9999999999999</step>",
  "<pdp_per_row>",
  "<value>",
];

/** The XML that `restore` takes: what it makes can be opened; what it refuses leaves nothing. */
export const xml: FuzzTarget = {
  kind: "xml",
  weight: 8,
  async prepare(folder) {
    const names = ["plain", "computed", "forecast", "single"];
    sampleFiles(folder);
    const dumps: Buffer[] = [];
    for (const name of names) dumps.push((await rrdCommand(["dump", `${name}.rrd`], folder)).stdout);
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    return {
      async play(random, note) {
        let bytes: Buffer = Buffer.from(random.pick(dumps));
        if (random.chance(0.4)) bytes = damageBytes(random, bytes, random.pick(dumps));
        else bytes = Buffer.from(damageText(random, bytes.toString("latin1"), pieces), "latin1");
        // Numbers are where the surprises are.
        if (random.chance(0.4)) bytes = otherNumber(bytes, random.below(200), random.pick(numbers));
        note(bytes);
        const source = join(folder, "case.xml");
        const path = join(folder, "case.rrd");
        writeFileSync(source, bytes);
        rmSync(path, { force: true });
        const existing = random.chance(0.2) ? Buffer.from("something else") : undefined;
        if (existing !== undefined) writeFileSync(path, existing);
        const overwrite = random.chance(0.5);
        const restored = restoreRrd(source, path, {
          overwrite,
          rangeCheck: random.chance(0.3),
          durable: false,
        });
        valueFrom(restored);
        if (restored.ok) {
          const opened = valueFrom(openRrd(path, { mode: "write" }));
          expectThat(opened !== undefined, "what was restored cannot be opened");
          opened?.close();
        } else {
          expectThat(existsSync(path) === (existing !== undefined), "a refused restore left a file");
          expectThat(
            existing === undefined || readFileSync(path).equals(existing),
            "a refused restore changed a file",
          );
        }
        expectThat(readdirSync(folder).length <= 2, "other files were left");
      },
    };
  },
};

const numbers = [
  "0",
  "-1",
  "",
  "1e400",
  "NaN",
  "-inf",
  "99999999999999999999",
  "4294967296",
  "2147483648",
  "1e-5",
  "x",
];

function otherNumber(bytes: Buffer, which: number, number: string): Buffer {
  let count = 0;
  const text = bytes.toString("latin1");
  return Buffer.from(
    text.replace(/>\s*-?\d[\d.e+]*\s*</g, (found) => (count++ === which ? `>${number}<` : found)),
    "latin1",
  );
}
