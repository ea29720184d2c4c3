import { setMaxListeners } from "node:events";
import { basename } from "node:path";
import { assertNever, emptyMapping, formatDuration, internalError, type Mapping } from "../../base/index.ts";
import type { Space } from "../../unidist/index.ts";
import type { Failure, Outcome } from "../failure.ts";
import { noteCall, unwatchHeap, type Watched, watchHeap } from "./heap-watch.ts";
import { KnownToWorker } from "./known-to-worker.ts";
import type { FromWorker } from "./protocol.ts";
import { SharedServer } from "./shared-server.ts";
import type { ScriptCall, ScriptLog, ScriptReference, ScriptReturn } from "./types.ts";
import type { ScriptVersions } from "./versions.ts";
import { abortedFailure, workerFailure } from "./worker-failure.ts";
import type { StartHost, WorkerEnd, WorkerHost } from "./worker-host.ts";

/** One call on its way. */
export interface Job {
  readonly script: ScriptReference;
  readonly call: ScriptCall;
  readonly emit?: (result: Mapping, dropped: number) => void;
  readonly settle: (outcome: Outcome<ScriptReturn>) => void;
}

export interface WorkerServices {
  readonly versions: ScriptVersions;
  readonly log: ScriptLog;
  readonly space: Space | undefined;
  /** Bytes, for messages. */
  readonly memory: number;
}

const unlimitedSignals = new WeakSet<AbortSignal>();
let nextCall = 1;

/** The main thread's half of one worker: sends it what it does not know yet, and watches over the call it runs. */
export class ScriptWorker implements Watched {
  readonly #services: WorkerServices;
  readonly #host: WorkerHost;
  readonly #whenFree: (worker: ScriptWorker) => void;
  readonly #whenGone: (worker: ScriptWorker) => void;
  readonly #known: KnownToWorker;
  readonly #shared: SharedServer | undefined;
  readonly #handled: Int32Array<SharedArrayBuffer> | undefined;
  #ready = false;
  #readySince = 0;
  #gone = false;
  #retired = false;
  #usedShared = false;
  #exiting: Failure | undefined;
  #job: Job | undefined;
  #id = 0;
  #version = "";
  #timeout: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  /** Monotonic milliseconds. */
  busySince = 0;
  idleSince = 0;

  constructor(
    start: StartHost,
    services: WorkerServices,
    whenFree: (worker: ScriptWorker) => void,
    whenGone: (worker: ScriptWorker) => void,
    options: { sharedMemory: boolean },
  ) {
    this.#services = services;
    this.#whenFree = whenFree;
    this.#whenGone = whenGone;
    this.#handled = options.sharedMemory ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    this.#host = start({
      onMessage: (message) => this.#receive(message),
      onEnd: (end) => this.#ended(end),
      onOutput: (text) => services.log("warn", text.trimEnd(), this.#job?.call.label ?? "script"),
    });
    this.#known = new KnownToWorker((message) => this.#host.post(message));
    watchHeap(this);
    this.#shared =
      services.space === undefined
        ? undefined
        : new SharedServer(services.space, (reply) => {
            if (!this.#gone) this.#host.post(reply);
          });
  }

  get busy(): boolean {
    return this.#job !== undefined;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get retired(): boolean {
    return this.#retired || this.#gone;
  }

  /** Only when not busy. */
  run(job: Job): void {
    if (this.#job !== undefined) throw internalError("a script worker runs one call at a time");
    this.#job = job;
    this.#host.keepAlive(true);
    this.busySince = performance.now();
    noteCall(this.busySince);
    const { signal } = job.call;
    if (signal.aborted) {
      this.#settle({ ok: false, failure: abortedFailure(job.script.file) });
      return;
    }
    // Hundreds of calls may listen to one signal, which is no leak: each stops listening when it ends.
    if (!unlimitedSignals.has(signal)) {
      setMaxListeners(0, signal);
      unlimitedSignals.add(signal);
    }
    signal.addEventListener("abort", this.#abort);
    if (this.#ready) this.#startTimeout();
    this.#send(job);
  }

  get busyFor(): number | undefined {
    if (this.#job === undefined || !this.#ready) return undefined;
    return performance.now() - Math.max(this.busySince, this.#readySince);
  }

  get heapLimit(): number {
    return this.#services.memory;
  }

  heapUsed(): Promise<number | undefined> {
    return this.#gone ? Promise.resolve(undefined) : this.#host.heapUsed();
  }

  onHeapExceeded(): void {
    if (this.#job === undefined) {
      // What earlier calls left behind: the next one gets a fresh worker.
      this.#retired = true;
      return;
    }
    const { file } = this.#job.script;
    this.#kill(workerFailure({ kind: "out-of-memory" }, file, this.#services.memory));
  }

  async end(): Promise<void> {
    unwatchHeap(this);
    if (this.#job !== undefined) {
      this.#settle({ ok: false, failure: abortedFailure(this.#job.script.file) }, { stay: true });
    }
    this.#retired = true;
    if (!this.#gone) await this.#host.end();
  }

  #send(job: Job): void {
    const { script } = job;
    const choice = this.#services.versions.choose(script.file);
    if (choice.kind === "missing") {
      const message = `there is no script "${script.file}"`;
      this.#settle({ ok: false, failure: { kind: "not-found", message } });
      return;
    }
    this.#version = choice.key;
    this.#id = nextCall++;
    const message = this.#known.callMessage(this.#id, job.script, job.call, choice);
    if (job.emit !== undefined) {
      if (this.#handled !== undefined) Atomics.store(this.#handled, 0, 0);
      message.emit = { handled: this.#handled };
    }
    this.#host.post(message);
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "return": {
        if (message.id !== this.#id) return;
        const { result, requestState } = message;
        this.#settle({ ok: true, value: { result: result ?? emptyMapping(), requestState } });
        return;
      }
      case "fail":
        if (message.id === this.#id) this.#failed(message);
        return;
      case "emit":
        this.#emitted(message.id, message.result, message.dropped);
        return;
      case "log":
        this.#services.log(message.level, message.text, message.label);
        return;
      case "loaded": {
        const script = this.#known.script(message.script);
        if (script !== undefined) this.#services.versions.loaded(script.file, message.version, message.files);
        return;
      }
      case "ready":
        this.#ready = true;
        this.#readySince = performance.now();
        noteCall(this.#readySince);
        if (this.#job === undefined) this.#whenFree(this);
        else this.#startTimeout();
        return;
      case "exiting":
        this.#exiting = message.failure;
        return;
      case "shared":
        this.#usedShared = true;
        void this.#shared?.receive(message, this.#job?.call.label ?? "script");
        return;
      default:
        assertNever(message);
    }
  }

  #failed({ failure, touched, retire }: FromWorker & { kind: "fail" }): void {
    const job = this.#job;
    if (job === undefined) return;
    if (retire === true) this.#retired = true;
    if (failure.kind === "not-loadable" && touched !== undefined) {
      const goOn = this.#services.versions.broken(job.script.file, this.#version, failure, touched);
      if (goOn) {
        this.#send(job);
        return;
      }
    }
    this.#settle({ ok: false, failure });
  }

  #emitted(id: number, result: Mapping, dropped: number): void {
    try {
      if (id === this.#id) this.#job?.emit?.(result, dropped);
    } finally {
      if (this.#handled === undefined) this.#host.post({ kind: "emitted" });
      else {
        Atomics.add(this.#handled, 0, 1);
        Atomics.notify(this.#handled, 0);
      }
    }
  }

  #startTimeout(): void {
    const job = this.#job;
    if (job?.call.timeout === undefined) return;
    const { timeout } = job.call;
    this.#timeout = setTimeout(
      () => {
        const message = `script "${basename(job.script.file)}" took longer than ${formatDuration(timeout)} and was stopped`;
        this.#kill({ kind: "timeout", message });
      },
      Math.min(timeout * 1000, 2 ** 31 - 1),
    );
  }

  readonly #abort = (): void => {
    const job = this.#job;
    if (job === undefined) return;
    this.#host.post({ kind: "abort", id: this.#id });
    this.#grace = setTimeout(() => this.#kill(abortedFailure(job.script.file)), job.call.grace * 1000);
  };

  #kill(failure: Failure): void {
    this.#retired = true;
    this.#settle({ ok: false, failure });
  }

  #ended(end: WorkerEnd): void {
    this.#gone = true;
    unwatchHeap(this);
    if (this.#job !== undefined) {
      this.#settle({
        ok: false,
        failure: this.#exiting ?? workerFailure(end, this.#job.script.file, this.#services.memory),
      });
    }
    this.#whenGone(this);
  }

  #settle(outcome: Outcome<ScriptReturn>, options: { stay?: boolean } = {}): void {
    const job = this.#job;
    if (job === undefined) return;
    job.call.signal.removeEventListener("abort", this.#abort);
    if (this.#timeout !== undefined) clearTimeout(this.#timeout);
    if (this.#grace !== undefined) clearTimeout(this.#grace);
    this.#timeout = undefined;
    this.#grace = undefined;
    this.#job = undefined;
    this.#id = 0;
    if (!this.#gone) this.#host.keepAlive(false);
    if (this.#usedShared) {
      this.#usedShared = false;
      void this.#shared?.endCall();
    }
    if (this.#known.full) this.#retired = true;
    job.settle(outcome);
    if (!this.#gone && options.stay !== true) this.#whenFree(this);
  }
}
