import { closeSync, ftruncateSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  addDataSources,
  convertRrd,
  openRrd,
  type RrdFile,
  resizeRrd,
  tuneRrd,
} from "../../src/rrd/index.ts";
import { rrdCommand } from "../command.ts";
import { damageBytes } from "../damage-bytes.ts";
import { damageField } from "../damage-header.ts";
import { expectClear, expectThat, unchangedIfRefused, valueFrom } from "../expectations.ts";
import type { Random } from "../random.ts";
import { compareWithRrdtool } from "../rrdtool-agrees.ts";
import { hasRrdtool, RrdtoolSession } from "../rrdtool-session.ts";
import { type SampleFile, START, sampleFiles } from "../sample-files.ts";
import type { FuzzTarget } from "../target.ts";

/** rrdtool is asked about so many of the files that we take. */
const ASKED = 0.08;
const LARGEST_WRITTEN = 1024 * 1024;
const files = ["case.rrd", "case.rrd.old", "copy.rrd", "resize.rrd", "case.png"];

/** The bytes of RRD files: opened, shown, fetched, updated, changed, dumped, drawn. */
export const rrdFile: FuzzTarget = {
  kind: "rrd-file",
  weight: 45,
  async prepare(folder) {
    const samples = sampleFiles(folder);
    const rrdtool = hasRrdtool ? new RrdtoolSession(folder) : undefined;
    return {
      async play(random, note) {
        for (const name of files) rmSync(join(folder, name), { force: true });
        const path = join(folder, "case.rrd");
        const bytes = damaged(random, samples);
        note(bytes);
        writeFileSync(path, bytes);
        if (random.chance(0.01)) makeSparse(path, random.pick([2 ** 20, 5e9, 2 ** 40]));
        const opened = valueFrom(openRrd(path, { mode: "read" }));
        // What is refused is refused by everything; now and then that is tried.
        if (opened === undefined && !random.chance(0.05)) return;
        if (opened !== undefined) {
          look(random, opened);
          opened.close();
          if (rrdtool !== undefined && random.chance(ASKED))
            await compareWithRrdtool(random, rrdtool, folder, statSync(path).size <= LARGEST_WRITTEN);
        }
        if (statSync(path).size <= LARGEST_WRITTEN) await change(random, folder, path);
      },
      async close() {
        await rrdtool?.close();
      },
    };
  },
};

function damaged(random: Random, samples: readonly SampleFile[]): Buffer {
  const sample = random.pick(samples);
  let bytes: Buffer = Buffer.from(sample.bytes);
  for (let change = 1 + random.below(3); change > 0; change--) {
    if (random.chance(0.6)) damageField(random, bytes, random.pick(sample.fields));
    else bytes = damageBytes(random, bytes, random.pick(samples).bytes);
  }
  return bytes;
}

function makeSparse(path: string, size: number): void {
  const descriptor = openSync(path, "r+");
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
}

function look(random: Random, rrd: RrdFile): void {
  const info = rrd.info();
  expectThat(info.dataSources.length === rrd.names.length && rrd.names.length > 0, "no data sources");
  for (let time = 0; time < 2; time++) {
    const { cf } = random.pick(info.archives);
    const around = random.chance(0.8)
      ? Math.floor(rrd.lastUpdate)
      : random.pick([0, -1, START, 2 ** 40, -(2 ** 33)]);
    const start = around - random.pick([0, 1, 50, 1000, 86_400]);
    const end = start + random.pick([0, 1, 100, 5000]);
    const fetched = valueFrom(rrd.fetch({ cf, start, end, resolution: random.pick([1, 30, 0, 1e9]) }));
    if (fetched === undefined) continue;
    const rows = (fetched.end - fetched.start) / fetched.step;
    expectThat(Number.isInteger(rows) && rows >= 0 && fetched.step > 0, `a fetch of ${rows} rows`);
    expectThat(fetched.start <= start && fetched.end >= end, "a fetch that leaves out what was asked for");
    expectThat(
      fetched.columns.length === rrd.names.length &&
        fetched.columns.every((column) => column.length === rows),
      "columns of another length",
    );
  }
}

async function change(random: Random, folder: string, path: string): Promise<void> {
  const writer = valueFrom(openRrd(path, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
  if (writer !== undefined) {
    const after = writer.lastUpdate + random.pick([-1, 0, 0.5, 1, 7, 100, 1e5, 1e9]);
    const readings = writer
      .info()
      .dataSources.filter(({ type }) => type !== "COMPUTE")
      .map(() => random.pick([1, 0, -5, 1e300, undefined, 12345678901234567890n, 0.5]));
    unchangedIfRefused(path, () => writer.update(after, readings));
    const texts = [
      `${Math.floor(writer.lastUpdate) + random.below(40)}:${readings.map((_, k) => k * 3).join(":")}`,
    ];
    valueFrom(writer.updateArguments([...texts, "N:U"], { skipPastUpdates: random.chance(0.5) }));
    writer.close();
    const again = openRrd(path, { mode: "read" });
    expectThat(
      again.ok,
      `after an update it cannot be opened: ${again.ok ? "" : again.problems[0]?.message}`,
    );
    if (again.ok) again.value.close();
  }
  switch (
    random.weighted({
      nothing: 60,
      dump: 10,
      command: 15,
      tune: 5,
      resize: 4,
      convert: 4,
      add: 3,
      graph: 0.6,
    })
  ) {
    case "nothing":
      return;
    case "dump":
      return command(["dump", "case.rrd"], folder);
    case "command":
      return command([random.pick(["info", "lastupdate", "first", "last"]), "case.rrd"], folder);
    case "tune":
      unchangedIfRefused(path, () => tuneRrd(path, random.pick(tunes)));
      return;
    case "resize":
      unchangedIfRefused(path, () =>
        resizeRrd(
          path,
          join(folder, "resize.rrd"),
          { archive: random.below(3), rows: random.below(9) - 4 },
          { durable: false },
        ),
      );
      return;
    case "convert":
      unchangedIfRefused(path, () => convertRrd(path, join(folder, "copy.rrd"), { durable: false }));
      return;
    case "add":
      unchangedIfRefused(path, () =>
        addDataSources(path, [{ name: "new", type: "GAUGE", heartbeat: 60 }], { durable: false }),
      );
      return;
    case "graph":
      return command(["graph", "case.png", "-s", "end-1h", "-e", String(START + 200), ...drawn], folder);
  }
}

const tunes = [
  ["-h", "x:100"],
  ["-i", "a:-5"],
  ["-a", "n:5"],
  ["-r", "a:b"],
  ["-d", "x:COUNTER"],
  ["--alpha", "0.5"],
  ["--window-length", "5", "--failure-threshold", "2"],
  ["--aberrant-reset", "a"],
];
const drawn = ["DEF:a=case.rrd:a:AVERAGE", "DEF:b=case.rrd:x:MAX", "LINE1:a#ff0000:a", "AREA:b#00ff00"];

/** A command that fails says why on standard error. */
async function command(words: readonly string[], folder: string): Promise<void> {
  const { code, stderr } = await rrdCommand(words, folder);
  if (code !== 0) expectClear(stderr);
}
