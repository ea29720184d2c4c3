import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "./row.ts";

const runs = 15;
const command = fileURLToPath(new URL("../bin/procblock.cjs", import.meta.url));

const bareMain = `
const { Worker } = require("node:worker_threads");
const worker = new Worker(require("node:path").join(__dirname, "worker.cjs"));
worker.once("message", (message) => process.stdout.write(JSON.stringify(message) + "\\n"));
`;
const bareWorker = `
require("node:worker_threads").parentPort.postMessage({ random: Math.floor(Math.random() * 101) });
`;
const script = `import type { ProcessBlock } from "procblock";

/** Simplest demo possible. */
export const processBlock: ProcessBlock = () => ({ random: Math.floor(Math.random() * 101) });
`;

/** `procblock simplest.yaml`, the whole process, beside a bare process that starts one worker for one message. */
export async function bench(): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), "procblock-startup-"));
  try {
    writeFileSync(join(dir, "bare.cjs"), bareMain);
    writeFileSync(join(dir, "worker.cjs"), bareWorker);
    writeFileSync(join(dir, "simplest.ts"), script);
    writeFileSync(join(dir, "simplest.yaml"), "- script: simplest.ts\n");
    const ours = () => milliseconds([command, join(dir, "simplest.yaml")]);
    const theirs = () => milliseconds([join(dir, "bare.cjs")]);
    for (let warm = 0; warm < 3; warm++) [ours(), theirs()];
    const taken = { ours: [] as number[], theirs: [] as number[] };
    // In turns, so that whatever else the machine does meets both alike.
    for (let run = 0; run < runs; run++) {
      taken.ours.push(ours());
      taken.theirs.push(theirs());
    }
    const [a, b] = [median(taken.ours), median(taken.theirs)];
    return {
      what: "procblock simplest.yaml, whole process",
      ours: a,
      theirs: b,
      unit: "ms",
      ratio: a / b,
      goal: "≤ 1.15",
      met: a / b <= 1.15,
      note: `median of ${runs}; rival: bare node, one worker, one message`,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function milliseconds(argv: readonly string[]): number {
  const start = performance.now();
  const done = spawnSync(process.execPath, argv, { encoding: "utf8" });
  const taken = performance.now() - start;
  if (done.status !== 0 || !done.stdout.includes('"random"')) throw new Error(`${done.stdout}${done.stderr}`);
  return taken;
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
