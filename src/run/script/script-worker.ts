import { setMaxListeners } from "node:events";
import { basename } from "node:path";
import {
  assertNever,
  emptyMapping,
  formatBytes,
  formatDuration,
  internalError,
  type Mapping,
} from "../../base/index.ts";
import type { Space } from "../../unidist/index.ts";
import type { Failure, Outcome } from "../failure.ts";
import { noteCall, unwatchHeap, type Watched, watchHeap } from "./heap-watch.ts";
import { isEmpty, isWorthAPart, knownEnvironment, partNumber } from "./parts.ts";
import type { CallMessage, CallSetting, FromWorker } from "./protocol.ts";
import { SharedServer } from "./shared-server.ts";
import type { ScriptCall, ScriptLog, ScriptReference, ScriptReturn } from "./types.ts";
import type { ScriptVersions } from "./versions.ts";
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

/** After so many outdated versions of scripts a worker is replaced: modules cannot be unloaded. */
const MOST_OUTDATED = 20;
/** After so many shared values, likewise. */
const MOST_PARTS = 20_000;

/** A script the worker knows, and the setting of its last call there. */
interface Introduced {
  readonly number: number;
  readonly script: ScriptReference;
  last: CallSetting | undefined;
}

const scriptNumbers = new WeakMap<ScriptReference, number>();
const unlimitedSignals = new WeakSet<AbortSignal>();
let nextScript = 1;
let nextCall = 1;

/** The main thread's half of one worker: sends it what it does not know yet, and watches over the call it runs. */
export class ScriptWorker implements Watched {
  readonly #services: WorkerServices;
  readonly #host: WorkerHost;
  readonly #whenFree: (worker: ScriptWorker) => void;
  readonly #whenGone: (worker: ScriptWorker) => void;
  readonly #parts = new Set<number>();
  readonly #scripts = new Map<number, Introduced>();
  readonly #versions = new Set<string>();
  readonly #files = new Set<string>();
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
    this.#kill(this.#failureOf({ kind: "out-of-memory" }, this.#job));
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
    const { script, call } = job;
    const choice = this.#services.versions.choose(script.file);
    if (choice.kind === "missing") {
      const message = `there is no script "${script.file}"`;
      this.#settle({ ok: false, failure: { kind: "not-found", message } });
      return;
    }
    const known = this.#introduce(script);
    if (!this.#versions.has(choice.key)) {
      this.#versions.add(choice.key);
      this.#files.add(script.file);
      if (choice.files !== undefined && choice.files.length > 0) {
        this.#host.post({ kind: "version", key: choice.key, files: choice.files });
      }
    }
    this.#version = choice.key;
    this.#id = nextCall++;
    const message: { -readonly [K in keyof CallMessage]: CallMessage[K] } = {
      kind: "call",
      id: this.#id,
      script: known.number,
      pipeData: call.pipeData,
    };
    const env = isEmpty(call.env) ? undefined : this.#part(knownEnvironment(call.env));
    const { last } = known;
    if (
      last === undefined ||
      last.version !== choice.key ||
      last.label !== call.label ||
      last.cwd !== call.cwd ||
      last.env !== env
    ) {
      message.setting = { version: choice.key, label: call.label, cwd: call.cwd, env };
      known.last = message.setting;
    }
    if (!isEmpty(call.inputData)) {
      message.inputData = isWorthAPart(call.inputData) ? this.#part(call.inputData) : call.inputData;
    }
    if (call.args.length > 0) message.args = isWorthAPart(call.args) ? this.#part(call.args) : call.args;
    if (!isEmpty(call.requestState)) message.requestState = call.requestState;
    if (job.emit !== undefined) {
      if (this.#handled !== undefined) Atomics.store(this.#handled, 0, 0);
      message.emit = { handled: this.#handled };
    }
    this.#host.post(message);
  }

  #introduce(script: ScriptReference): Introduced {
    let number = scriptNumbers.get(script);
    if (number === undefined) {
      number = nextScript++;
      scriptNumbers.set(script, number);
    }
    let known = this.#scripts.get(number);
    if (known === undefined) {
      const { block, blockParent, tag } = script.fixed;
      this.#host.post({
        kind: "script",
        block: this.#part(block),
        blockParent: blockParent === null ? undefined : this.#part(blockParent),
        id: number,
        file: script.file,
        tag,
      });
      known = { number, script, last: undefined };
      this.#scripts.set(number, known);
    }
    return known;
  }

  #part(value: object): number {
    const number = partNumber(value);
    if (!this.#parts.has(number)) {
      this.#parts.add(number);
      this.#host.post({ kind: "part", id: number, value: value as Mapping });
    }
    return number;
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
        const script = this.#scripts.get(message.script)?.script;
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
      this.#settle({ ok: false, failure: this.#exiting ?? this.#failureOf(end, this.#job) });
    }
    this.#whenGone(this);
  }

  #failureOf(end: WorkerEnd, job: Job): Failure {
    const script = `script "${basename(job.script.file)}"`;
    switch (end.kind) {
      case "asked":
        return abortedFailure(job.script.file);
      case "out-of-memory":
        return {
          kind: "out-of-memory",
          message: `${script} needed more than ${formatBytes(this.#services.memory)} of memory, its limit`,
          notes: ["set memory: at the step to allow more"],
        };
      case "exited":
        return {
          kind: "exited",
          message: `${script} ended its worker with status ${end.status}`,
          exitStatus: end.status,
        };
      case "crashed":
        return {
          kind: "crashed",
          message: `${script} crashed its process with ${end.signal}`,
          signal: end.signal,
        };
      case "failed":
        return { kind: "crashed", message: `${script}: its worker failed: ${end.message}` };
      default:
        return assertNever(end);
    }
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
    if (this.#versions.size - this.#files.size > MOST_OUTDATED || this.#parts.size > MOST_PARTS)
      this.#retired = true;
    job.settle(outcome);
    if (!this.#gone && options.stay !== true) this.#whenFree(this);
  }
}

export function abortedFailure(file: string): Failure {
  return { kind: "aborted", message: `script "${basename(file)}" was stopped` };
}
