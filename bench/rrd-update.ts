import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd, openRrd, type RrdDefinition } from "../src/rrd/index.ts";
import type { BenchRow } from "./row.ts";

const GOAL = 3;
const ROUNDS = 7;
const UPDATES = 20_000;
const START = 1_600_000_000;
const STEP = 5;

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

/** The rival updates the file from `first` on and returns the seconds it took. */
type Rival = { readonly name: string; run(path: string, first: number, values: readonly number[]): number };

/** One update of an open file against librrd called from C, round by round in turns, on two copies of one file. */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-rrd-"));
  try {
    const rival = chooseRival(folder);
    const ours = join(folder, "ours.rrd");
    const theirs = join(folder, "theirs.rrd");
    unwrap(createRrd(ours, definition, { durable: false }));
    copyFileSync(ours, theirs);
    const rrd = unwrap(openRrd(ours, { mode: "write" }));
    const seconds: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      const first = START + STEP * (1 + round * UPDATES);
      const values = Array.from({ length: UPDATES }, () => Math.round(Math.random() * 1e6) / 1e4);
      const began = performance.now();
      for (let index = 0; index < UPDATES; index++) {
        const stored = rrd.update(first + index * STEP, [values[index]]);
        if (!stored.ok) unwrap(stored);
      }
      const took = (performance.now() - began) / 1000;
      const rivalTook = rival.run(theirs, first, values);
      // The first round warms both up.
      if (round > 0) {
        seconds.ours.push(took);
        seconds.theirs.push(rivalTook);
      }
    }
    rrd.close();
    if (!readFileSync(ours).equals(readFileSync(theirs)))
      throw new Error("the two files differ after the same updates");
    const rate = { ours: UPDATES / median(seconds.ours), theirs: UPDATES / median(seconds.theirs) };
    const ratio = rate.ours / rate.theirs;
    return [
      {
        what: `RRD update of an open file, against ${rival.name}`,
        ours: Math.round(rate.ours),
        theirs: Math.round(rate.theirs),
        unit: "updates/s",
        ratio,
        goal: `≥ ${GOAL} ×`,
        met: ratio >= GOAL,
        note: "both files equal byte for byte afterwards",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function chooseRival(folder: string): Rival {
  const program = join(folder, "rrd-update");
  const source = new URL("./rrd-update.c", import.meta.url).pathname;
  const compiled = spawnSync("gcc", ["-O2", "-o", program, source, "-lrrd"]);
  if (compiled.status === 0) {
    return {
      name: "librrd's rrd_update_r in a C loop",
      run: (path, first, values) =>
        Number(
          execFileSync(program, [path, String(first), String(STEP), String(values.length)], {
            input: `${values.join("\n")}\n`,
            encoding: "utf8",
          }),
        ),
    };
  }
  return {
    name: "rrdtool's pipe mode",
    run(path, first, values) {
      const lines = values.map((value, index) => `update ${path} ${first + index * STEP}:${value}`);
      const began = performance.now();
      execFileSync("rrdtool", ["-"], { input: `${lines.join("\n")}\n`, maxBuffer: 2 ** 26 });
      return (performance.now() - began) / 1000;
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
