import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { buildSync } from "esbuild";

/** What others say, as it comes. */
export interface Other {
  readonly lines: string[];
  /** Resolves when a line was said (again). */
  hears(line: string): Promise<void>;
  /** Resolves with the exit code, null after a signal. */
  readonly ended: Promise<number | null>;
  readonly process: ChildProcess | undefined;
}

const folder = mkdtempSync(join(tmpdir(), "unidist-program-"));
/** One file, which starts much faster. */
const program = join(folder, "program.mjs");
buildSync({
  entryPoints: [join(import.meta.dirname, "program.ts")],
  outfile: program,
  bundle: true,
  platform: "node",
  format: "esm",
  // The driver of PostgreSQL is CommonJS.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  external: ["pg-native"],
  logLevel: "warning",
});

export function removeProgram(): void {
  rmSync(folder, { recursive: true });
}

export function startProcess(job: string, url: string, number = 0): Other {
  const child = spawn(process.execPath, [program, job, url, String(number)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const listeners = listening();
  createInterface({ input: child.stdout }).on("line", listeners.say);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { ...listeners, ended, process: child };
}

export function startThread(job: string, url: string, number = 0): Other {
  const worker = new Worker(program, { workerData: [job, url, String(number)] });
  const listeners = listening();
  worker.on("message", listeners.say);
  const ended = new Promise<number>((resolve) => worker.once("exit", resolve));
  return { ...listeners, ended, process: undefined };
}

function listening() {
  const lines: string[] = [];
  const waiting: { line: string; resolve: () => void }[] = [];
  return {
    lines,
    say: (line: string) => {
      lines.push(line);
      for (const entry of waiting.filter((one) => one.line === line)) {
        waiting.splice(waiting.indexOf(entry), 1);
        entry.resolve();
      }
    },
    hears: (line: string) =>
      lines.includes(line)
        ? Promise.resolve()
        : new Promise<void>((resolve) => waiting.push({ line, resolve })),
  };
}
