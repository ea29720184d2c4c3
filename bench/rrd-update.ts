import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd, openRrd, type RrdDefinition, type RrdFile } from "../src/rrd/index.ts";
import type { BenchRow } from "./row.ts";

/** The first rounds warm both up and do not count. */
const SINGLE = { warmUp: 1, rounds: 7 };
/** A round of these takes a few milliseconds: it takes several until all of it has been compiled. */
const BATCHES = { warmUp: 10, rounds: 31 };
const UPDATES = 20_000;
const START = 1_600_000_000;
const STEP = 5;
const BATCH = 1000;

const definition: RrdDefinition = {
  step: STEP,
  start: START,
  dataSources: [{ name: "random", type: "GAUGE", heartbeat: 10, min: 0, max: 100 }],
  archives: [
    { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 86_400 },
    { cf: "AVERAGE", xff: 0.5, pdpPerRow: 10, rows: 12_096 },
    { cf: "MAX", xff: 0.5, pdpPerRow: 10, rows: 12_096 },
  ],
};

/** The rival updates the file from `first` on, `batch` updates per call, and returns the seconds it took. */
type Rival = {
  readonly name: string;
  run(path: string, first: number, values: readonly number[], batch: number): number;
};

/** Updates of an open file against librrd called from C, round by round in turns, on two copies of one file. */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-rrd-"));
  try {
    const rival = chooseRival(folder);
    const single = race(folder, rival, 1, SINGLE, (rrd, first, values) => {
      for (let index = 0; index < values.length; index++) {
        const stored = rrd.update(first + index * STEP, [values[index]]);
        if (!stored.ok) unwrap(stored);
      }
    });
    const batches = race(folder, rival, BATCH, BATCHES, (rrd, _first, _values, calls) => {
      for (const words of calls) unwrap(rrd.updateArguments(words));
    });
    return [
      { what: `RRD update of an open file, against ${rival.name}`, ...row(single, 4) },
      { what: `RRD updates of ${BATCH} arguments, against ${rival.name}`, ...row(batches, 1) },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Updates per second. */
interface Rates {
  readonly ours: number;
  readonly theirs: number;
}

function row({ ours, theirs }: Rates, goal: number): Omit<BenchRow, "what"> {
  const ratio = ours / theirs;
  return {
    ours: Math.round(ours),
    theirs: Math.round(theirs),
    unit: "updates/s",
    ratio,
    goal: `≥ ${goal} ×`,
    met: ratio >= goal,
    note: "both files equal byte for byte afterwards",
  };
}

function race(
  folder: string,
  rival: Rival,
  batch: number,
  { warmUp, rounds }: typeof SINGLE,
  update: (
    rrd: RrdFile,
    first: number,
    values: readonly number[],
    calls: readonly (readonly string[])[],
  ) => void,
): Rates {
  const ours = join(folder, "ours.rrd");
  const theirs = join(folder, "theirs.rrd");
  unwrap(createRrd(ours, definition, { durable: false, overwrite: true }));
  copyFileSync(ours, theirs);
  const rrd = unwrap(openRrd(ours, { mode: "write" }));
  const seconds: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < warmUp + rounds; round++) {
    const first = START + STEP * (1 + round * UPDATES);
    const values = Array.from({ length: UPDATES }, () => Math.round(Math.random() * 1e6) / 1e4);
    // Both get the arguments as finished texts.
    const calls = inBatches(argumentsOf(first, values), batch);
    const began = performance.now();
    update(rrd, first, values, calls);
    const took = (performance.now() - began) / 1000;
    const rivalTook = rival.run(theirs, first, values, batch);
    if (round >= warmUp) {
      seconds.ours.push(took);
      seconds.theirs.push(rivalTook);
    }
  }
  rrd.close();
  if (!readFileSync(ours).equals(readFileSync(theirs)))
    throw new Error("the two files differ after the same updates");
  return { ours: UPDATES / median(seconds.ours), theirs: UPDATES / median(seconds.theirs) };
}

/** Cut from a longer text, as whoever reads lines or a command gets them, not each still in pieces in V8's memory. */
function argumentsOf(first: number, values: readonly number[]): string[] {
  return values
    .map((value, index) => `${first + index * STEP}:${value}`)
    .join(" ")
    .split(" ");
}

function inBatches(words: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(words.length / size) }, (_, index) =>
    words.slice(index * size, (index + 1) * size),
  );
}

function chooseRival(folder: string): Rival {
  const program = join(folder, "rrd-update");
  const source = new URL("./rrd-update.c", import.meta.url).pathname;
  const compiled = spawnSync("gcc", ["-O2", "-o", program, source, "-lrrd"]);
  if (compiled.status === 0) {
    return {
      name: "librrd's rrd_update_r in a C loop",
      run: (path, first, values, batch) =>
        Number(
          execFileSync(program, [path, String(first), String(STEP), String(values.length), String(batch)], {
            input: `${values.join("\n")}\n`,
            encoding: "utf8",
          }),
        ),
    };
  }
  return {
    name: "rrdtool's pipe mode",
    run(path, first, values, batch) {
      const calls = inBatches(argumentsOf(first, values), batch);
      const lines = calls.map((words) => `update ${path} ${words.join(" ")}`);
      const began = performance.now();
      execFileSync("rrdtool", ["-"], { input: `${lines.join("\n")}\n`, maxBuffer: 2 ** 26 });
      return (performance.now() - began) / 1000;
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
