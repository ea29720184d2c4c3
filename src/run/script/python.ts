import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import type { Problem } from "../../base/index.ts";
import type { Space } from "../../unidist/index.ts";
import { PythonProcess } from "./python-process.ts";
import type { Job } from "./script-worker.ts";
import { SharedServer } from "./shared-server.ts";
import type { ScriptLog } from "./types.ts";
import { abortedFailure } from "./worker-failure.ts";

export interface PythonOptions {
  readonly log: ScriptLog;
  /** What scripts get as `shared`. */
  readonly space: Space | undefined;
  readonly python: string;
  readonly idle: number;
  readonly maxResult: number;
  onReloaded(file: string): void;
  onBroken(file: string, problem: Problem): void;
}

/** One long-lived process per script; calls of the same script wait for each other. */
interface ScriptQueue {
  process: PythonProcess | undefined;
  readonly jobs: Job[];
  running: Job | undefined;
  idle: NodeJS.Timeout | undefined;
  /** Source of the last version that could be loaded, for a process that starts after a broken edit. */
  lastGood: string | undefined;
}

const MOST_QUEUED = 1_000;

export class PythonScripts {
  readonly #options: PythonOptions;
  readonly #scripts = new Map<string, ScriptQueue>();
  readonly #processes = new Set<PythonProcess>();
  #checked: { readonly answer: string | undefined } | undefined;
  #closed = false;

  constructor(options: PythonOptions) {
    this.#options = options;
  }

  /** Whether there is an interpreter, tried once. */
  check(): string | undefined {
    this.#checked ??= { answer: this.#find() };
    return this.#checked.answer;
  }

  get figures(): { workers: number; queued: number; running: number } {
    let queued = 0;
    let running = 0;
    for (const script of this.#scripts.values()) {
      queued += script.jobs.length;
      if (script.running !== undefined) running++;
    }
    return { workers: this.#processes.size, queued, running };
  }

  run(job: Job): void {
    const { file } = job.script;
    if (this.#closed || job.call.signal.aborted) {
      job.settle({ ok: false, failure: abortedFailure(file) });
      return;
    }
    const missing = this.check();
    if (missing !== undefined) {
      job.settle({ ok: false, failure: { kind: "not-found", message: missing } });
      return;
    }
    let script = this.#scripts.get(file);
    if (script === undefined) {
      script = { process: undefined, jobs: [], running: undefined, idle: undefined, lastGood: undefined };
      this.#scripts.set(file, script);
    }
    if (script.jobs.length >= MOST_QUEUED) {
      const message = `script "${basename(file)}" was not run: ${MOST_QUEUED} calls wait already`;
      job.settle({ ok: false, failure: { kind: "queue-full", message } });
      return;
    }
    script.jobs.push(job);
    this.#next(file, script);
  }

  /** A long-running script: a process of its own. */
  start(job: Job): void {
    const missing = this.check();
    if (missing !== undefined) {
      job.settle({ ok: false, failure: { kind: "not-found", message: missing } });
      return;
    }
    const process = this.#spawn(job.script.file, undefined);
    process.run(job, undefined, (outcome) => {
      void process.end();
      job.settle(outcome);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const script of this.#scripts.values()) {
      clearTimeout(script.idle);
      for (const job of script.jobs.splice(0)) {
        job.settle({ ok: false, failure: abortedFailure(job.script.file) });
      }
    }
    await Promise.all([...this.#processes].map((process) => process.end()));
  }

  #next(file: string, script: ScriptQueue): void {
    if (script.running !== undefined || this.#closed) return;
    const job = script.jobs.shift();
    if (job === undefined) {
      script.idle = setTimeout(() => void script.process?.end(), this.#options.idle);
      script.idle.unref();
      return;
    }
    clearTimeout(script.idle);
    if (job.call.signal.aborted) {
      job.settle({ ok: false, failure: abortedFailure(file) });
      this.#next(file, script);
      return;
    }
    script.running = job;
    if (script.process === undefined || script.process.gone) script.process = this.#spawn(file, script);
    script.process.run(job, script.lastGood, (outcome) => {
      script.running = undefined;
      job.settle(outcome);
      this.#next(file, script);
    });
  }

  #spawn(file: string, script: ScriptQueue | undefined): PythonProcess {
    const { space } = this.#options;
    let loads = script?.lastGood === undefined ? 0 : 1;
    const process = new PythonProcess(file, {
      python: this.#options.python,
      maxResult: this.#options.maxResult,
      log: this.#options.log,
      share: (reply) => (space === undefined ? undefined : new SharedServer(space, reply)),
      onLoaded: (source) => {
        const same = script !== undefined && script.lastGood === source;
        if (loads++ > 0 && !same) this.#options.onReloaded(file);
        if (script !== undefined) script.lastGood = source;
      },
      onBroken: (problem) => this.#options.onBroken(file, problem),
      onGone: () => void this.#processes.delete(process),
    });
    this.#processes.add(process);
    return process;
  }

  #find(): string | undefined {
    const { python } = this.#options;
    const tried = spawnSync(python, ["-c", "import sys; sys.exit(0 if sys.version_info >= (3, 6) else 3)"], {
      stdio: "ignore",
      timeout: 20_000,
    });
    if (tried.status === 0) return undefined;
    if (tried.status === 3) return `"${python}" is older than Python 3.6, which .py scripts need`;
    return `.py scripts need "${python}", which was not found; install it (Debian: apt install python3)`;
  }
}
