import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd, openRrd } from "../src/rrd/index.ts";
import type { BenchRow } from "./row.ts";

const GOAL = 0.05;
const ROUNDS = 15;
const ROWS = 10_000;
const START = 1_600_000_000;
const STEP = 10;

/** Fetching into typed arrays against an rrdtool that is running already and prints the rows. */
export async function bench(): Promise<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), "bench-rrd-fetch-"));
  const rrdtool = spawn("rrdtool", ["-"], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise((resolve) => rrdtool.once("close", resolve));
  try {
    const path = join(folder, "fetch.rrd");
    const archives = [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: ROWS + 100 }] as const;
    const dataSources = [{ name: "value", type: "GAUGE", heartbeat: 60 }] as const;
    unwrap(createRrd(path, { step: STEP, start: START, dataSources, archives }, { durable: false }));
    const rrd = unwrap(openRrd(path, { mode: "write" }));
    const updates = Array.from(
      { length: ROWS },
      (_, index) => `${START + (index + 1) * STEP}:${index % 977}`,
    );
    unwrap(rrd.updateArguments(updates));
    rrd.close();

    const end = START + (ROWS - 1) * STEP;
    const reader = unwrap(openRrd(path, { mode: "read" }));
    const answers = readAnswers(rrdtool.stdout);
    const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      let began = performance.now();
      const { columns } = unwrap(reader.fetch({ cf: "AVERAGE", start: START, end }));
      const ours = performance.now() - began;
      if (columns[0]?.length !== ROWS || columns[0][ROWS - 1] !== (ROWS - 1) % 977)
        throw new Error("the rows are not those stored");
      began = performance.now();
      rrdtool.stdin.write(`fetch ${path} AVERAGE -s ${START} -e ${end}\n`);
      const { value } = await answers.next();
      const theirs = performance.now() - began;
      if (value === undefined || value < ROWS) throw new Error(`rrdtool answered ${value} lines`);
      // The first round warms both up.
      if (round > 0) {
        times.ours.push(ours);
        times.theirs.push(theirs);
      }
    }
    reader.close();
    const [ours, theirs] = [median(times.ours), median(times.theirs)];
    const ratio = ours / theirs;
    return {
      what: `RRD fetch of ${ROWS} rows into typed arrays, against rrdtool's pipe mode`,
      ours,
      theirs,
      unit: "ms",
      ratio,
      goal: `≤ ${GOAL} ×`,
      met: ratio <= GOAL,
    };
  } finally {
    rrdtool.stdin.end("quit\n");
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/** The number of lines of each answer, up to its `OK`. */
async function* readAnswers(output: AsyncIterable<Buffer>): AsyncGenerator<number, void> {
  let lines = 0;
  let tail = "";
  for await (const chunk of output) {
    const text = chunk.toString("latin1");
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
    tail = (tail + text).slice(-80);
    if (/(^|\n)(OK|ERROR).*\n$/.test(tail)) {
      yield lines;
      lines = 0;
      tail = "";
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
