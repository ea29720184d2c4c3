import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Piscina } from "piscina";
import type { Seconds } from "../src/base/index.ts";
import { createScriptRunner, type ScriptCall, type ScriptReference } from "../src/run/script/index.ts";
import type { BenchRow } from "./row.ts";

const ROUNDS = 25;
const CALLS = 400;
/** Until both sides are compiled. */
const WARM_UP = 10_000;
const GOAL = 1.3;

/**
 * What an interval thread does at each run: one call of a script's function, waited for.
 *
 * On one core, if `taskset` is there: waking a thread on another core takes 15 or 90 µs, whichever core the scheduler
 * happened to choose for that worker, and that luck would be all that is measured.
 */
export async function bench(): Promise<BenchRow[]> {
  const pinned = spawnSync(
    "taskset",
    ["-c", "0", process.execPath, fileURLToPath(import.meta.url), "--measure"],
    {
      encoding: "utf8",
    },
  );
  return pinned.status === 0 ? (JSON.parse(pinned.stdout) as BenchRow[]) : measure("");
}

async function measure(where: string): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "procblock-bench-"));
  const file = join(folder, "simplest.mjs");
  const source = "() => ({ random: Math.floor(Math.random() * 101) })";
  writeFileSync(file, `export const processBlock = ${source};\nexport default processBlock;\n`);
  const runner = createScriptRunner({ log: () => {} });
  const piscina = new Piscina({ filename: pathToFileURL(file).href, minThreads: 1, maxThreads: 1 });
  const script: ScriptReference = {
    file,
    language: "javascript",
    isolate: "thread",
    memory: undefined,
    fixed: { block: { script: "simplest.mjs", cache: 5 }, blockParent: null, tag: "run" },
  };
  const { signal } = new AbortController();
  const inputData = {};
  const call = (random: number): ScriptCall => ({
    pipeData: { args: [], random },
    requestState: {},
    inputData,
    args: [],
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" },
    label: "simplest",
    timeout: undefined,
    signal,
    grace: 10 as Seconds,
  });
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    const oneOfOurs = () => runner.run(script, call(1));
    const oneOfTheirs = () =>
      piscina.run({ pipeData: { args: [], random: 1 }, cwd: folder, label: "simplest" });
    await time(oneOfOurs, WARM_UP);
    await time(oneOfTheirs, WARM_UP);
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await time(oneOfOurs));
      theirs.push(await time(oneOfTheirs));
    }
    const [us, them] = [median(ours), median(theirs)];
    return [
      {
        what: "a step in an interval thread, against a bare piscina call",
        ours: us,
        theirs: them,
        unit: "µs",
        ratio: us / them,
        goal: `≤ ${GOAL} ×`,
        met: us / them <= GOAL,
        note: `median of ${ROUNDS} rounds of ${CALLS} calls each, taken in turns${where}`,
      },
    ];
  } finally {
    await Promise.all([runner.close(), piscina.destroy()]);
    rmSync(folder, { recursive: true });
  }
}

/** Microseconds per call. */
async function time(call: () => Promise<unknown>, calls = CALLS): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return ((performance.now() - start) * 1000) / calls;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (process.argv[2] === "--measure") console.log(JSON.stringify(await measure(", on one core")));
