import type { BenchRow } from "./row.ts";

/** A sample may take this long, milliseconds. */
const goal = 0.2;
const samples = 2000;

type Sampler = (input: { requestState: Record<string, unknown> }) => unknown;

/** What one sample of each block of `blocks/` takes, without the way to and from its worker. */
export async function bench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const name of ["cpu", "load", "memory"]) {
    const module = (await import(new URL(`../blocks/${name}.ts`, import.meta.url).href)) as {
      processBlock: Sampler;
    };
    const requestState = {};
    const sample = () => module.processBlock({ requestState });
    for (let index = 0; index < 200; index++) sample();
    const started = performance.now();
    for (let index = 0; index < samples; index++) sample();
    const ours = (performance.now() - started) / samples;
    rows.push({
      what: `one sample of blocks/${name}.yaml`,
      ours,
      theirs: goal,
      unit: "ms",
      ratio: ours / goal,
      goal: "≤ 0.2 ms",
      met: ours <= goal,
    });
  }
  return rows;
}
