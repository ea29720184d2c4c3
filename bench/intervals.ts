import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Events, type Seconds, systemClock } from "../src/base/index.ts";
import { createScriptRunner, createThreads, type ScriptReference } from "../src/run/index.ts";
import { Phases } from "../src/run/threads/phases.ts";
import type { BenchRow } from "./row.ts";

/** Even intervals with many threads, and what thousands of them cost. `seconds`: how long each is watched; default 60. */
export async function bench(options: { seconds?: number } = {}): Promise<BenchRow[]> {
  const seconds = options.seconds ?? 60;
  return [await evenIntervals(seconds), ...(await manyThreads(seconds))];
}

const THREADS = 200;
const INTERVAL = 1000;
const LATEST = 25;

/** About a millisecond of work; tells when it began, on the clock that all threads of a process share. */
const timed = `
export const processBlock = () => {
  const began = process.hrtime.bigint();
  while (process.hrtime.bigint() - began < 1_000_000n);
  return { began: Number(began) / 1e6 };
};
`;

/** From the moment a run is due until its script begins in its worker. */
async function evenIntervals(seconds: number): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), "procblock-intervals-"));
  const file = join(dir, "timed.mjs");
  writeFileSync(file, timed);
  const scripts = createScriptRunner({ log: () => {} });
  const threads = createThreads({ clock: systemClock, events: new Events() });
  const script: ScriptReference = {
    file,
    language: "javascript",
    isolate: "thread",
    memory: undefined,
    fixed: { block: {}, blockParent: null, tag: "run" },
  };
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  const phases = new Phases();
  const origins: number[] = [];
  const began: number[][] = [];
  const call = {
    pipeData: { args: [] },
    requestState: {},
    inputData: {},
    args: [],
    cwd: dir,
    env: {},
    label: "timed",
    timeout: undefined,
    grace: 2 as Seconds,
  };
  for (let index = 0; index < THREADS; index++) {
    const starts: number[] = [];
    began.push(starts);
    origins.push(now() + phases.next(systemClock.monotonic(), INTERVAL));
    const thread = threads.start({
      kind: "interval",
      id: `t${index}`,
      what: "script: timed.mjs",
      history: 1,
      interval: (INTERVAL / 1000) as Seconds,
      align: false,
      overlap: "skip",
      duration: undefined,
      async run(signal) {
        const outcome = await scripts.run(script, { ...call, signal });
        if (!outcome.ok) throw new Error(outcome.failure.message);
        starts.push(Number(outcome.value.result.began));
        return { ok: true, output: outcome.value.result };
      },
    });
    // One after the other, as the steps of a pipeline reach their threads.
    await thread.firstRun();
  }
  await sleep(seconds * 1000);
  const until = now();
  await threads.stopAll(10 as Seconds);
  await scripts.close();
  rmSync(dir, { recursive: true });

  const delays: number[] = [];
  let lost = 0;
  let drift = 0;
  threads.list().forEach((thread, index) => {
    const { runs, skipped } = thread.status();
    const origin = origins[index] ?? 0;
    const starts = (began[index] ?? []).slice(1);
    // The first run is not on the grid: the pipeline waits for it.
    const accounted = runs - 1 + skipped;
    // What fell due in the last moment before the stop may have been started or not; runs nobody owed are wrong, too.
    const owed = Math.floor((until - LATEST - origin) / INTERVAL);
    const due = Math.floor((until - origin) / INTERVAL);
    lost += Math.max(0, owed - accounted) + Math.max(0, accounted - due);
    const late = starts.map((start) => (((start - origin) % INTERVAL) + INTERVAL) % INTERVAL);
    delays.push(...late);
    drift = Math.max(drift, median(late.slice(-5)) - median(late.slice(0, 5)));
  });
  delays.sort((a, b) => a - b);
  const p99 = delays[Math.floor(delays.length * 0.99)] ?? Number.NaN;
  const skipped = threads.list().reduce((sum, thread) => sum + thread.status().skipped, 0);
  return {
    what: `${THREADS} interval threads at 1 s for ${seconds} s: p99 start delay`,
    ours: p99,
    theirs: Number.NaN,
    unit: "ms",
    ratio: p99 / LATEST,
    goal: `≤ ${LATEST} ms, no drift, no run lost`,
    met: p99 <= LATEST && lost === 0 && drift < 5,
    note: `${delays.length} runs, median ${median(delays).toFixed(2)} ms, drift ${drift.toFixed(2)} ms, ${skipped} skipped, ${lost} unaccounted`,
  };
}

const MANY = 2000;
const MOST_MEMORY = 400;
const MOST_CPU = 50;
/** After all files were made: what is measured is what goes on for years. */
const SETTLE = 12_000;
const LONGEST_START = 180_000;
const command = fileURLToPath(new URL("../bin/procblock.cjs", import.meta.url));

/** The real command with the real files; figures from /proc. */
async function manyThreads(seconds: number): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "procblock-many-"));
  writeFileSync(join(dir, "value.mjs"), "export const processBlock = () => ({ value: Math.random() });\n");
  const steps = Array.from(
    { length: MANY },
    (_, index) => `  - script: value.mjs
    cache: 10
    timeseries collect:
      path: ${index}.rrd
      fields: [value]
      archives: [{cf: AVERAGE, every: 10s, keep: 6h}]
`,
  );
  writeFileSync(join(dir, "many.yaml"), `__usage: {name: many, longrunning: true}\nrun:\n${steps.join("")}`);
  const child = spawn(process.execPath, [command, join(dir, "many.yaml"), "--quiet"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await firstOutput(child);
    for (let waited = 0; filesMade(dir) < MANY && waited < LONGEST_START; waited += 500) await sleep(500);
    await sleep(SETTLE);
    const pid = worker(child.pid ?? 0);
    const ticks = cpuTicks(pid);
    const started = performance.now();
    let memory = 0;
    while (performance.now() - started < seconds * 1000) {
      await sleep(1000);
      memory = Math.max(memory, residentMebibytes(pid));
    }
    const cpu = (cpuTicks(pid) - ticks) / ((performance.now() - started) / 1000);
    const rows = runsStored(dir);
    const row = (what: string, ours: number, unit: string, most: number): BenchRow => ({
      what: `${MANY.toLocaleString("en")} interval threads at 10 s, each storing one field: ${what}`,
      ours,
      theirs: Number.NaN,
      unit,
      ratio: ours / most,
      goal: `≤ ${most} ${unit}`,
      met: ours <= most && rows === MANY,
      note: `over ${seconds} s; ${rows} of ${MANY} files have a value of the last 25 s`,
    });
    return [row("memory", memory, "MiB", MOST_MEMORY), row("CPU", cpu, "% of a core", MOST_CPU)];
  } finally {
    child.kill("SIGINT");
    if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
    rmSync(dir, { recursive: true });
  }
}

function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", () => resolve());
    child.once("exit", (status) =>
      reject(new Error(`procblock ended with ${status} before its first result`)),
    );
  });
}

/** The launcher may have started another Node that does the work. */
function worker(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  const nodes = children.filter(
    (one) => one !== "" && readFileSync(`/proc/${one}/comm`, "utf8").includes("node"),
  );
  return nodes[0] === undefined ? pid : Number(nodes[0]);
}

/** User and system time in hundredths of a second. */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function residentMebibytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? Number.NaN) / 1024;
}

/** How many files were updated within the last 25 s: the time of the last update stands right behind the definitions. */
function runsStored(dir: string): number {
  const now = Date.now() / 1000;
  let fresh = 0;
  for (const name of readdirSync(dir).filter(isRrd)) {
    const bytes = readFileSync(join(dir, name));
    // One data source and one archive: 128 bytes of head, 120 each.
    const lastUpdate = Number(bytes.readBigInt64LE(128 + 120 + 120));
    if (now - lastUpdate < 25) fresh++;
  }
  return fresh;
}

function filesMade(dir: string): number {
  return readdirSync(dir).filter(isRrd).length;
}

function isRrd(name: string): boolean {
  return /^\d+\.rrd$/.test(name);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await bench({ seconds: Number(process.argv[2] ?? 60) }));
}
