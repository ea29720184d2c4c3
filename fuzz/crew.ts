import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FoundInput, Orders, Report } from "./orders.ts";

/** Without a sign of life for so long a worker hangs; milliseconds. */
const PATIENCE = 30_000;
const worker = new URL("worker.ts", import.meta.url).pathname;

export interface CrewOptions {
  readonly seed: number;
  readonly cases: number;
  readonly only: readonly string[];
  readonly workers: number;
  /** For the workers' records. */
  readonly folder: string;
  onPlayed(count: number): void;
  onFound(found: FoundInput): void;
}

/** Has all cases played. A worker that hangs or ends over a case is replaced by one that begins behind it. */
export async function playAll(options: CrewOptions): Promise<void> {
  const { workers } = options;
  await Promise.all(
    Array.from({ length: workers }, async (_, number) => {
      for (let first = number; first < options.cases; ) first = await playFrom(options, number, first);
    }),
  );
}

/** Returns from where on there is more to play. */
function playFrom(options: CrewOptions, number: number, first: number): Promise<number> {
  const { seed, only, cases, workers } = options;
  const record = join(options.folder, `worker-${number}`);
  const orders: Orders = { seed, only, first, stride: workers, end: cases, record, folder: options.folder };
  // A small nursery: what is thrown away at once is not what is looked for.
  const execArgv = ["--max-semi-space-size=4", "--max-old-space-size=512"];
  const env = { ...process.env, TZ: "UTC", LC_ALL: "C" };
  const child = fork(worker, [JSON.stringify(orders)], {
    execArgv,
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  return new Promise((resolve) => {
    let done = false;
    let stderr = "";
    let hangs = false;
    let timer = watch(child, () => (hangs = true));
    child.stderr?.on("data", (text: Buffer) => {
      stderr = (stderr + text.toString()).slice(-4000);
    });
    child.on("message", (report: Report) => {
      clearTimeout(timer);
      timer = watch(child, () => (hangs = true));
      options.onPlayed(report.played);
      if (report.found !== undefined) options.onFound(report.found);
      done ||= report.next >= cases;
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (done && code === 0) {
        resolve(cases);
        return;
      }
      const { index, input } = recorded(record, first);
      const what = hangs
        ? `no end within ${PATIENCE / 1000} seconds`
        : `the process ended (${signal ?? code}): ${stderr.trim()}`;
      options.onFound({ index, kind: "process", what, input });
      resolve(index + workers);
    });
  });
}

function watch(child: ChildProcess, onHang: () => void): NodeJS.Timeout {
  return setTimeout(() => {
    onHang();
    child.kill("SIGKILL");
  }, PATIENCE);
}

function recorded(path: string, first: number): { index: number; input: string } {
  const bytes = readFileSync(path);
  const index = Number.parseInt(bytes.toString("latin1", 0, 16), 10);
  return { index: Number.isNaN(index) ? first : index, input: bytes.subarray(16).toString("base64") };
}
