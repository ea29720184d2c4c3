import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, extname } from "node:path";
import type { Bytes, Mapping, Problem, Seconds } from "../../base/index.ts";
import type { Space } from "../../unidist/index.ts";
import type { Outcome } from "../failure.ts";
import { Pool, type PoolLimits } from "./pool.ts";
import { startProcess } from "./process-host.ts";
import type { WorkerSettings } from "./protocol.ts";
import { PythonScripts } from "./python.ts";
import { type Job, ScriptWorker, type WorkerServices } from "./script-worker.ts";
import { startThread } from "./thread-host.ts";
import type {
  LongScript,
  ScriptCall,
  ScriptLog,
  ScriptReference,
  ScriptReturn,
  ScriptRunner,
} from "./types.ts";
import { ScriptVersions } from "./versions.ts";
import type { StartHost } from "./worker-host.ts";

export interface ScriptRunnerOptions {
  /** Everything scripts print or log; never more than about a megabyte per run. */
  readonly log: ScriptLog;
  /** A changed script was loaded. */
  readonly onReloaded?: (file: string) => void;
  /** A changed script cannot be loaded; the last good version goes on. Once per change. */
  readonly onBroken?: (file: string, problem: Problem) => void;
  /** What scripts get as `shared`. Worker threads open a store that is a file by themselves, with its default limits. */
  readonly space?: Space | undefined;
  /** Folder of Node's compile cache. */
  readonly compileCache?: string | undefined;
  /** Most workers of one pool; default 64. */
  readonly mostWorkers?: number;
  /** Heap of a script without `memory`; default 512 MiB. */
  readonly memory?: Bytes;
  /** Of one result; default 16 MiB. */
  readonly maxResult?: Bytes;
  /** Workers without work end after this long; default 10 s. */
  readonly idle?: Seconds;
  /** The Python interpreter; default `python3`. */
  readonly python?: string;
}

const MEBIBYTE = 1024 * 1024;
const extensions = [".ts", ".js", ".mjs", ".cjs", ".py"];

/** Runs scripts in worker threads, child processes and Python processes. Starts nothing before it is needed. */
export function createScriptRunner(options: ScriptRunnerOptions): ScriptRunner {
  return new Runner(options);
}

class Runner implements ScriptRunner {
  readonly #options: ScriptRunnerOptions;
  readonly #versions: ScriptVersions;
  readonly #python: PythonScripts;
  readonly #pools = new Map<string, Pool>();
  readonly #long = new Set<ScriptWorker>();
  #closed = false;

  constructor(options: ScriptRunnerOptions) {
    this.#options = options;
    const events = {
      onReloaded: (file: string) => options.onReloaded?.(file),
      onBroken: (file: string, problem: Problem) => options.onBroken?.(file, problem),
    };
    this.#versions = new ScriptVersions(events);
    this.#python = new PythonScripts({
      ...events,
      log: options.log,
      space: options.space,
      python: options.python ?? "python3",
      idle: (options.idle ?? 60) * 1000,
      maxResult: options.maxResult ?? 16 * MEBIBYTE,
    });
  }

  check(file: string): string | undefined {
    const extension = extname(file);
    if (!extensions.includes(extension)) {
      return `"${basename(file)}" is no script: known are ${extensions.join(", ")}`;
    }
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return `there is no script "${file}"`;
    if (!stat.isFile()) return `"${file}" is no file`;
    return extension === ".py" ? this.#python.check() : undefined;
  }

  run(script: ScriptReference, call: ScriptCall): Promise<Outcome<ScriptReturn>> {
    const { promise, resolve } = Promise.withResolvers<Outcome<ScriptReturn>>();
    if (script.language === "python") this.#python.run({ script, call, settle: resolve });
    else this.#pool(script).run({ script, call, settle: resolve });
    return promise;
  }

  start(
    script: ScriptReference,
    call: ScriptCall,
    emit: (result: Mapping, dropped: number) => void,
  ): LongScript {
    const { promise, resolve } = Promise.withResolvers<Outcome<ScriptReturn>>();
    const job: Job = { script, call, emit, settle: resolve };
    if (this.#closed) {
      resolve({ ok: false, failure: { kind: "aborted", message: "scripts are being stopped" } });
    } else if (script.language === "python") this.#python.start(job);
    else {
      const { start, services, threads } = this.#plan(script);
      const leave = (worker: ScriptWorker) => void this.#long.delete(worker);
      const end = (worker: ScriptWorker) => {
        if (begun) void worker.end();
      };
      let begun = false;
      const worker = new ScriptWorker(start, services, end, leave, { sharedMemory: threads });
      this.#long.add(worker);
      begun = true;
      worker.run(job);
    }
    return { ended: promise };
  }

  warmUp(): void {
    this.#defaultPool().warmUp();
  }

  figures(): { workers: number; queued: number; running: number } {
    const sum = { workers: this.#long.size, queued: 0, running: this.#long.size };
    for (const { figures } of [...this.#pools.values(), this.#python]) {
      sum.workers += figures.workers;
      sum.queued += figures.queued;
      sum.running += figures.running;
    }
    return sum;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([
      ...[...this.#pools.values()].map((pool) => pool.close()),
      ...[...this.#long].map((worker) => worker.end()),
      this.#python.close(),
    ]);
  }

  #defaultPool(): Pool {
    return this.#poolFor("thread", () => this.#threadPool(this.#memory(undefined), 1));
  }

  #pool(script: ScriptReference): Pool {
    if (script.isolate === "process") {
      const key = `process ${script.memory ?? ""} ${script.file}`;
      return this.#poolFor(key, () => {
        const { start, services } = this.#plan(script);
        return new Pool(start, services, this.#limits({ baseline: 1, most: 8, keep: 0 }), false);
      });
    }
    if (script.memory === undefined) return this.#defaultPool();
    const { memory } = script;
    return this.#poolFor(`thread ${memory}`, () => this.#threadPool(memory, 0));
  }

  #poolFor(key: string, make: () => Pool): Pool {
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = make();
      this.#pools.set(key, pool);
      if (this.#closed) void pool.close();
    }
    return pool;
  }

  #threadPool(memory: number, keep: number): Pool {
    const settings = this.#settings(false);
    const start: StartHost = (listener) => startThread(settings, memory, listener);
    const baseline = Math.min(4, Math.max(2, availableParallelism()));
    return new Pool(start, this.#services(memory), this.#limits({ baseline, most: 64, keep }), true);
  }

  #limits(given: { baseline: number; most: number; keep: number }): PoolLimits {
    const most = Math.min(given.most, this.#options.mostWorkers ?? 64);
    return {
      baseline: Math.min(given.baseline, most),
      most,
      mostQueued: 10_000,
      keep: given.keep,
      idle: (this.#options.idle ?? 10) * 1000,
    };
  }

  #plan(script: ScriptReference): { start: StartHost; services: WorkerServices; threads: boolean } {
    const memory = this.#memory(script.memory);
    const threads = script.isolate === "thread";
    const settings = this.#settings(!threads);
    const begin = threads ? startThread : startProcess;
    return {
      start: (listener) => begin(settings, memory, listener),
      services: this.#services(memory),
      threads,
    };
  }

  #memory(asked: Bytes | undefined): number {
    return asked ?? this.#options.memory ?? 512 * MEBIBYTE;
  }

  #services(memory: number): WorkerServices {
    return { versions: this.#versions, log: this.#options.log, space: this.#options.space, memory };
  }

  #settings(ownProcess: boolean): WorkerSettings {
    const { compileCache } = this.#options;
    return {
      compileCache,
      maxResult: this.#options.maxResult ?? 16 * MEBIBYTE,
      maxLog: MEBIBYTE,
      ownProcess,
      hasSpace: this.#options.space !== undefined,
    };
  }
}
