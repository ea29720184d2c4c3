import { basename } from "node:path";
import { formatDuration } from "../../base/index.ts";
import { type Job, ScriptWorker, type WorkerServices } from "./script-worker.ts";
import { abortedFailure } from "./worker-failure.ts";
import type { StartHost } from "./worker-host.ts";

/*
 * Why a pool of our own and not piscina's: measured on Node 24, piscina needs 12 ms to be imported before the first
 * worker can start to boot, which alone breaks the goal for the start of the whole program; a call takes 35 to 90 µs
 * with the worker's event loop free, against 11 to 20 µs for a message there and back (with its `Atomics.wait` it is
 * as fast, but then timers of scripts and their late errors stand still between calls). And here one worker must be
 * addressed: what it knows already is not sent again, and it alone is ended when its script hangs.
 */

export interface PoolLimits {
  /** Workers that are there for quick work; workers occupied for long do not count. */
  readonly baseline: number;
  readonly most: number;
  readonly mostQueued: number;
  /** Kept when there is nothing to do. */
  readonly keep: number;
  /** Milliseconds. */
  readonly idle: number;
}

/** A call that runs longer than this (milliseconds) is no quick work: its worker does not count as available. */
const OCCUPIED = 50;
/** How long a call waits before another worker is started for it, milliseconds. */
const PATIENCE = 10;
/** How many workers may boot at the same time: each takes 30 to 50 ms of a core. */
const MOST_STARTING = 4;

interface Queued {
  readonly job: Job;
  readonly onAbort: () => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * Workers with the same limits. Each runs one call at a time; what waits is taken in order. The worker used last is
 * used first, so that the others can go when there is little to do.
 *
 * It grows to `baseline` when calls wait, and beyond for each worker that is occupied for long, up to `most`: a hung
 * script costs memory, never the time of other scripts.
 */
export class Pool {
  readonly #start: StartHost;
  readonly #services: WorkerServices;
  readonly #limits: PoolLimits;
  readonly #sharedMemory: boolean;
  readonly #workers = new Set<ScriptWorker>();
  /** The worker used last at the end. */
  readonly #idle: ScriptWorker[] = [];
  readonly #queue = new Set<Queued>();
  readonly #ending = new Set<Promise<void>>();
  #check: NodeJS.Timeout | undefined;
  #cleaner: NodeJS.Timeout | undefined;
  #closed = false;
  #failedStarts = 0;

  constructor(start: StartHost, services: WorkerServices, limits: PoolLimits, sharedMemory: boolean) {
    this.#start = start;
    this.#services = services;
    this.#limits = limits;
    this.#sharedMemory = sharedMemory;
  }

  get figures(): { workers: number; queued: number; running: number } {
    let running = 0;
    for (const worker of this.#workers) if (worker.busy) running++;
    return { workers: this.#workers.size, queued: this.#queue.size, running };
  }

  warmUp(): void {
    if (this.#workers.size === 0 && !this.#closed) this.#startWorker();
  }

  run(job: Job): void {
    if (this.#closed || job.call.signal.aborted) {
      job.settle({ ok: false, failure: abortedFailure(job.script.file) });
      return;
    }
    for (let worker = this.#idle.pop(); worker !== undefined; worker = this.#idle.pop()) {
      if (worker.retired) this.#dismiss(worker);
      else {
        worker.run(job);
        return;
      }
    }
    const [only] = this.#workers;
    if (only === undefined) this.#startWorker().run(job);
    else if (this.#workers.size === 1 && !only.ready && !only.busy) only.run(job);
    else this.#enqueue(job);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#check);
    clearInterval(this.#cleaner);
    for (const queued of this.#queue) {
      this.#dequeue(queued);
      queued.job.settle({ ok: false, failure: abortedFailure(queued.job.script.file) });
    }
    await Promise.all([...[...this.#workers].map((worker) => worker.end()), ...this.#ending]);
  }

  #enqueue(job: Job): void {
    if (this.#queue.size >= this.#limits.mostQueued) {
      const message = `script "${basename(job.script.file)}" was not run: ${this.#queue.size} calls wait already`;
      job.settle({ ok: false, failure: { kind: "queue-full", message } });
      return;
    }
    const { signal, timeout } = job.call;
    const giveUp = (kind: "aborted" | "timeout", message: string) => {
      this.#dequeue(queued);
      job.settle({ ok: false, failure: { kind, message } });
    };
    const name = basename(job.script.file);
    const queued: Queued = {
      job,
      onAbort: () => giveUp("aborted", `script "${name}" was stopped before it ran`),
      timer:
        timeout === undefined
          ? undefined
          : setTimeout(
              () =>
                giveUp(
                  "timeout",
                  `script "${name}" waited longer than ${formatDuration(timeout)} for a free worker; all ${this.#workers.size} are occupied`,
                ),
              // Starting a worker is no fault of the script.
              Math.min(timeout * 1000 + 1000, 2 ** 31 - 1),
            ),
    };
    signal.addEventListener("abort", queued.onAbort);
    this.#queue.add(queued);
    this.#check ??= setTimeout(this.#grow, PATIENCE);
  }

  #dequeue(queued: Queued): void {
    this.#queue.delete(queued);
    queued.job.call.signal.removeEventListener("abort", queued.onAbort);
    clearTimeout(queued.timer);
  }

  readonly #grow = (): void => {
    this.#check = undefined;
    if (this.#queue.size === 0 || this.#closed) return;
    const now = performance.now();
    let occupied = 0;
    let starting = 0;
    for (const worker of this.#workers) {
      if (!worker.ready) starting++;
      else if (worker.busy && now - worker.busySince > OCCUPIED) occupied++;
    }
    const wanted = Math.min(
      this.#limits.most,
      this.#limits.baseline + occupied,
      this.#workers.size + this.#queue.size,
    );
    let room = Math.min(wanted - this.#workers.size, MOST_STARTING - starting);
    for (; room > 0; room--) this.#startWorker();
    this.#check = setTimeout(this.#grow, PATIENCE);
  };

  #startWorker(): ScriptWorker {
    const worker = new ScriptWorker(
      this.#start,
      this.#services,
      (free) => this.#freed(free),
      (gone) => this.#wentAway(gone),
      { sharedMemory: this.#sharedMemory },
    );
    this.#workers.add(worker);
    return worker;
  }

  #freed(worker: ScriptWorker): void {
    if (this.#closed || !this.#workers.has(worker)) return;
    this.#failedStarts = 0;
    if (worker.retired) {
      this.#dismiss(worker);
      this.#replace();
      return;
    }
    const next = this.#queue.size === 0 ? undefined : this.#queue.values().next().value;
    if (next !== undefined) {
      this.#dequeue(next);
      worker.run(next.job);
      return;
    }
    worker.idleSince = performance.now();
    this.#idle.push(worker);
    if (this.#cleaner === undefined) {
      this.#cleaner = setInterval(this.#clean, Math.max(10, this.#limits.idle / 2));
      this.#cleaner.unref();
    }
  }

  /** Ended without being asked. */
  #wentAway(worker: ScriptWorker): void {
    this.#workers.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#closed) return;
    if (!worker.ready && ++this.#failedStarts > 3) {
      for (const queued of this.#queue) {
        this.#dequeue(queued);
        const message = `script "${basename(queued.job.script.file)}" was not run: no worker could be started`;
        queued.job.settle({ ok: false, failure: { kind: "spawn-failed", message } });
      }
      return;
    }
    this.#replace();
  }

  /** Somebody must be there for what waits. */
  #replace(): void {
    if (this.#queue.size > 0 && this.#workers.size === 0) this.#startWorker();
  }

  readonly #clean = (): void => {
    const before = performance.now() - this.#limits.idle;
    while (this.#workers.size > this.#limits.keep) {
      const oldest = this.#idle[0];
      if (oldest === undefined || oldest.idleSince > before) break;
      this.#idle.shift();
      this.#dismiss(oldest);
    }
    if (this.#workers.size <= this.#limits.keep) {
      clearInterval(this.#cleaner);
      this.#cleaner = undefined;
    }
  };

  #dismiss(worker: ScriptWorker): void {
    this.#workers.delete(worker);
    const ending = worker.end();
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
  }
}
