import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plain, Seconds } from "../src/base/index.ts";
import { createScriptRunner, type ScriptReference, type ScriptRunner } from "../src/run/index.ts";
import { openSpace, type Space } from "../src/unidist/index.ts";
import type { BenchRow } from "./row.ts";

const ROUNDS = 5;

const typescript = `export const processBlock = async ({ shared, pipeData }) => {
  const counter = shared.counter("hits");
  await counter.increment();
  const began = performance.now();
  for (let i = 0; i < pipeData.count; i++) await counter.increment();
  return { rate: (pipeData.count / (performance.now() - began)) * 1000 };
};
`;
const python = `import time

def ProcessBlock(pipe_data, block, request_state, input_data, **more):
    counter = shared.counter("hits")
    counter.increment()
    began = time.perf_counter()
    for _ in range(pipe_data["count"]):
        counter.increment()
    return {"rate": pipe_data["count"] / (time.perf_counter() - began)}
`;

/** Counters raised by scripts, each increment awaited. */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-scripts-"));
  writeFileSync(join(folder, "count.ts"), typescript);
  writeFileSync(join(folder, "count.py"), python);
  const script = (name: string, isolate: "thread" | "process" = "thread"): ScriptReference => ({
    file: join(folder, name),
    language: name.endsWith(".py") ? "python" : "javascript",
    isolate,
    memory: undefined,
    fixed: { block: {}, blockParent: null, tag: null },
  });
  const memory = openSpace("memory:", "bench");
  const file = openSpace(`sqlite:${join(folder, "shared.sqlite")}`, "bench");
  const inMemory = createScriptRunner({ log: () => {}, space: memory });
  const inFile = createScriptRunner({ log: () => {}, space: file });
  try {
    const direct = await rate(inFile, script("count.ts"), 5_000);
    const main = await mainThread(file, 5_000);
    return [
      limit("memory: counter, script in a worker", await rate(inMemory, script("count.ts"), 50_000), 200_000),
      {
        ...limit("sqlite: counter, script in a worker", direct, 0.5 * main),
        theirs: main,
        ratio: direct / main,
        goal: "≥ 0.5 ×",
        note: "the rival is the main thread",
      },
      limit(
        "sqlite: counter, script in a process",
        await rate(inFile, script("count.ts", "process"), 2_000),
        2_000,
      ),
      limit("sqlite: counter, Python script", await rate(inFile, script("count.py"), 2_000), 2_000),
    ];
  } finally {
    await Promise.all([inMemory.close(), inFile.close()]);
    await Promise.all([memory.close(), file.close()]);
    rmSync(folder, { recursive: true });
  }
}

/** Per second. */
async function rate(runner: ScriptRunner, script: ScriptReference, count: number): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const outcome = await runner.run(script, {
      pipeData: { count },
      requestState: {},
      inputData: {},
      args: [],
      cwd: tmpdir(),
      env: { PATH: process.env.PATH ?? "" },
      label: "bench",
      timeout: 60 as Seconds,
      signal: new AbortController().signal,
      grace: 1 as Seconds,
    });
    if (!outcome.ok) throw new Error(outcome.failure.message);
    rates.push(numberOf(outcome.value.result.rate));
  }
  return median(rates);
}

async function mainThread(space: Space, count: number): Promise<number> {
  const counter = space.counter("hits");
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let i = 0; i < count; i++) await counter.increment();
    rates.push((count / (performance.now() - began)) * 1000);
  }
  return median(rates);
}

function limit(what: string, ours: number, least: number): BenchRow {
  const goal = `≥ ${Math.round(least).toLocaleString("en")}/s`;
  return { what, ours, theirs: Number.NaN, unit: "/s", ratio: ours / least, goal, met: ours >= least };
}

function numberOf(value: Plain | undefined): number {
  return typeof value === "number" ? value : Number.NaN;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
