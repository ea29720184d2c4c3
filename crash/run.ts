/**
 * Kills what stores, at random moments, and looks at the files: every one readable by ours and by rrdtool, nothing lost
 * that was said to be stored, the bytes those of a replay.
 *
 *     npm run crash -- [--kills N] [--seed S] [--files N] [--only VARIANT]… [--json]
 *
 * Variants: library (updates through the API), block (a block's `timeseries collect`), daemon (the cache, with journal).
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../fuzz/random.ts";
import type { CrashVariant } from "./variant.ts";
import { variants } from "./variants.ts";

const values = given();
const [seed, kills, files] = [whole("seed", 0), whole("kills", 1), whole("files", 1)];
const chosen = variants.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
const unknown = values.only.find((name) => variants.every((variant) => variant.name !== name));
if (unknown !== undefined)
  usage(`no variant "${unknown}"; variants: ${variants.map(({ name }) => name).join(", ")}`);
const folder = mkdtempSync(join(tmpdir(), "crash-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
process.exit(await main());

async function main(): Promise<number> {
  const began = performance.now();
  const total = chosen.reduce((sum, { share }) => sum + share, 0);
  const reports = [];
  let left = kills;
  for (const [index, variant] of chosen.entries()) {
    const count = index === chosen.length - 1 ? left : Math.round((kills * variant.share) / total);
    left -= count;
    if (count > 0) reports.push(await killMany(variant, count));
  }
  const seconds = (performance.now() - began) / 1000;
  const faults = reports.reduce((sum, one) => sum + one.faults.length, 0);
  if (values.json) console.log(JSON.stringify({ seed, kills, files, seconds, variants: reports }, null, 2));
  else console.log(`${kills} kills, seed ${seed}, ${seconds.toFixed(0)} s: ${faults} faults`);
  return faults === 0 ? 0 : 1;
}

async function killMany(variant: CrashVariant, count: number) {
  const inside = join(folder, variant.name);
  mkdirSync(inside);
  const player = await variant.prepare(inside, files);
  const sum = { variant: variant.name, kills: count, accepted: 0, lost: 0, faults: [] as string[] };
  for (let kill = 0; kill < count; kill++) {
    const report = await player.play(new Random(seed, kill));
    sum.accepted += report.accepted;
    sum.lost += report.lost;
    for (const fault of report.faults) {
      const text = `${variant.name}, kill ${kill}: ${fault}`;
      sum.faults.push(text);
      if (!values.json)
        console.log(
          `${text}\n  again: npm run crash -- --only ${variant.name} --seed ${seed} --kills ${kill + 1}`,
        );
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${variant.name}: ${kill + 1} of ${count} kills `);
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  await player.close();
  if (!values.json) {
    const { accepted, lost } = sum;
    console.log(`${variant.name}: ${count} kills, ${accepted} updates accepted, ${lost} of them lost`);
  }
  return sum;
}

function given() {
  try {
    return parseArgs({
      options: {
        kills: { type: "string", default: "500" },
        seed: { type: "string", default: "1" },
        files: { type: "string", default: "50" },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return usage((error as Error).message);
  }
}

function whole(name: "seed" | "kills" | "files", least: number): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  return usage(`--${name} must be a whole number from ${least} on, not "${values[name]}"`);
}

function usage(message: string): never {
  console.error(message);
  process.exit(2);
}
