import { Worker } from "node:worker_threads";
import {
  type Clock,
  failed,
  type Milliseconds,
  ok,
  problem,
  type Result,
  systemClock,
  type Timer,
} from "../base/index.ts";
import type { Painted, PaintReply, PaintRequest } from "./painter-messages.ts";

export interface PainterOptions {
  readonly clock?: Clock | undefined;
  /** A picture that takes longer is given up and its thread ended; default 30 seconds. */
  readonly timeout?: Milliseconds | undefined;
  /** The drawing thread's module; another one in tests. */
  readonly worker?: URL | undefined;
}

/**
 * Pictures are short-lived: a small young generation is collected often and stays in the caches, where V8's own choice
 * would grow to tens of megabytes. The old generation's limit turns a runaway picture into a failed one.
 */
const MEMORY = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };

interface Waiting {
  request: PaintRequest;
  readonly settle: ((result: Result<Painted>) => void)[];
}

interface Running extends Waiting {
  readonly timer: Timer;
}

/**
 * Paints pictures in a worker thread of its own, which is started when first needed and again after a crash.
 * One picture at a time; a picture that is asked for again while it waits is painted once, as asked last.
 */
export class GraphPainter implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #timeout: Milliseconds;
  readonly #url: URL;
  /** By output file, in the order of asking. */
  readonly #waiting = new Map<string, Waiting>();
  #worker: Worker | undefined;
  #running: Running | undefined;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(options: PainterOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#timeout = options.timeout ?? (30_000 as Milliseconds);
    this.#url = options.worker ?? drawWorkerUrl();
  }

  /**
   * Never rejects. Problems: those of reading the RRD file, `graph-not-written`, `graph-failed`, and
   * `graph-thread` when the drawing thread crashed or took too long.
   */
  paint(request: PaintRequest): Promise<Result<Painted>> {
    if (this.#closed) {
      return Promise.resolve(
        failed(problem("graph-thread", `cannot draw "${request.out}": painting has ended`)),
      );
    }
    return new Promise((settle) => {
      const waiting = this.#waiting.get(request.out);
      if (waiting === undefined) this.#waiting.set(request.out, { request, settle: [settle] });
      else {
        waiting.request = request;
        waiting.settle.push(settle);
      }
      this.#next();
    });
  }

  /** Ends the thread after everything asked for is painted. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running !== undefined) await new Promise<void>((resolve) => this.#idle.push(resolve));
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const [first] = this.#waiting;
    if (first === undefined) {
      // An idle painter must not keep the process alive.
      this.#worker?.unref();
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    const [out, waiting] = first;
    this.#waiting.delete(out);
    const timer = this.#clock.after(this.#timeout, () => {
      this.#lost(this.#worker, `it took longer than ${this.#timeout / 1000} s`);
    });
    this.#running = { ...waiting, timer };
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(waiting.request);
  }

  #start(): Worker {
    const worker = new Worker(this.#url, { name: "graphs", resourceLimits: MEMORY });
    worker.on("message", (reply: PaintReply) => {
      if (worker !== this.#worker) return;
      this.#settle(reply.ok ? ok(reply.painted) : failed(...reply.problems));
    });
    worker.on("error", (error) => this.#lost(worker, error instanceof Error ? error.message : String(error)));
    worker.on("exit", (code) => this.#lost(worker, `the drawing thread ended with code ${code}`));
    return worker;
  }

  /** The thread is gone or given up: what it was painting fails, the rest goes to a new thread. */
  #lost(worker: Worker | undefined, reason: string): void {
    if (worker === undefined || worker !== this.#worker) return;
    this.#worker = undefined;
    void worker.terminate();
    const out = this.#running?.request.out;
    if (out !== undefined) this.#settle(failed(problem("graph-thread", `cannot draw "${out}": ${reason}`)));
  }

  #settle(result: Result<Painted>): void {
    const running = this.#running;
    this.#running = undefined;
    running?.timer.cancel();
    for (const settle of running?.settle ?? []) settle(result);
    this.#next();
  }
}

/** Beside this file, in the source as well as in the flat folder of the built package. */
function drawWorkerUrl(): URL {
  const name = import.meta.url.endsWith(".ts") ? "./draw-worker.ts" : "./draw-worker.js";
  return new URL(name, import.meta.url);
}
