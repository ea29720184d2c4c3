import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd, openRrd } from "../src/rrd/index.ts";
import { Inspection } from "./inspection.ts";
import { Life, pause } from "./life.ts";
import { Reference } from "./reference.ts";
import { definitionOf, fileName } from "./subject.ts";
import type { CrashVariant, KillReport } from "./variant.ts";

const command = new URL("../src/cli/bin.ts", import.meta.url).pathname;
/** A life lasts at most so long after its first sample; milliseconds. */
const LONGEST = 500;

const block = `
__usage: {name: crash, longrunning: true}
run:
  - script: values.mjs
    cache: 0.02
    thread_id: values
    timeseries collect:
      each: files
      path: "f{{key}}.rrd"
      interval: 1
      fields:
        level: {type: GAUGE, heartbeat: 10}
        count: {type: COUNTER, heartbeat: 10}
`;
const script = (files: number) => `
let run = Math.floor(Date.now() / 10) % 1e8;
export default () => {
  run++;
  const one = (file) => ({ level: (run * 7 + file) % 101, count: run * 13 + file });
  return { files: Object.fromEntries(Array.from({ length: ${files} }, (_, file) => [file, one(file)])) };
};
`;

interface Stored {
  readonly file: number;
  /** Epoch seconds. */
  readonly time: number;
  readonly values: readonly [level: number, count: number];
}

/** The real command with a block that collects into many files: each sample is written before it is told. */
export const blockVariant: CrashVariant = {
  name: "block",
  share: 10,
  async prepare(folder, files) {
    writeFileSync(join(folder, "crash.yaml"), block);
    writeFileSync(join(folder, "values.mjs"), script(files));
    const inspection = new Inspection("write");
    const references: Reference[] = [];
    const last = Array.from({ length: files }, () => 0);
    const begin = Math.floor(Date.now() / 1000) - 10;
    for (let file = 0; file < files; file++) {
      const path = join(folder, fileName(file));
      // All of them small: the block has two fields.
      const definition = { ...definitionOf(5 * file), start: begin };
      unwrap(createRrd(path, definition, { durable: false }));
      references.push(new Reference(path, folder, `reference-${file}.rrd`));
      last[file] = begin;
    }
    return {
      async play(random): Promise<KillReport> {
        const life = new Life([command, "crash.yaml", "--json", "--log-level", "debug"], folder);
        await life.until(() => life.stderr.includes("sample:stored"));
        await pause(random.unit() * LONGEST);
        await life.kill();
        // Stamps may be rounded up to the second.
        const dead = Math.ceil(Date.now() / 1000);
        const told = toldBy(life.stderr, folder);
        const report = { accepted: told.length, lost: 0, faults: [] as string[] };
        const trouble = life.stderr
          .split("\n")
          .filter((line) => /^\{"level":[456]0,/.test(line) && !line.includes("thread:skipped"));
        if (trouble.length > 0) report.faults.push(`trouble: ${trouble.join(" ").slice(0, 1000)}`);
        for (let file = 0; file < files; file++) {
          const path = join(folder, fileName(file));
          const found = await inspection.lastUpdate(path);
          if (typeof found === "string") {
            report.faults.push(`${fileName(file)}: ${found}`);
            continue;
          }
          const samples = told.filter((one) => one.file === file);
          const untold = newestOf(path, file);
          const lost = samples.filter(({ time }) => time > found + 1e-4).length;
          report.lost += lost;
          if (lost > 0)
            report.faults.push(`${fileName(file)} lacks ${lost} samples that were told to be stored`);
          if (found > (samples.at(-1)?.time ?? last[file] ?? 0) + 1e-4) samples.push(untold);
          references[file]?.replay(samples.map(asUpdate));
          // No process that is dead by now wrote a row of a later time.
          const difference = references[file]?.differenceUntil(path, dead);
          if (difference !== undefined) report.faults.push(`${fileName(file)} ${difference}`);
          last[file] = found;
        }
        return report;
      },
      close: () => inspection.close(),
    };
  },
};

function toldBy(log: string, folder: string): Stored[] {
  const told: Stored[] = [];
  for (const line of log.split("\n")) {
    if (!line.includes('"sample:stored"') || !line.endsWith("}")) continue;
    const { file, stamp, values } = JSON.parse(line) as {
      file: string;
      stamp: number;
      values: { level: number; count: number };
    };
    const number = Number(/f(\d+)\.rrd$/.exec(file.replace(folder, ""))?.[1]);
    told.push({ file: number, time: stamp, values: [values.level, values.count] });
  }
  return told;
}

/** What the file itself says of its newest sample: the kill came before it was told. */
function newestOf(path: string, file: number): Stored {
  const rrd = unwrap(openRrd(path, { mode: "read" }));
  const { dataSources } = rrd.info();
  const count = Number(dataSources[1]?.lastReading);
  const run = (count - file) / 13;
  // Stamps are milliseconds; in the file they stand cut off to microseconds, as rrdtool does it.
  const time = Math.round(rrd.lastUpdate * 1000) / 1000;
  rrd.close();
  return { file, time, values: [(run * 7 + file) % 101, count] };
}

function asUpdate({ time, values }: Stored): string {
  return `${time.toFixed(6)}:${values.join(":")}`;
}
