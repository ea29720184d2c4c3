import { type ChildProcess, spawn } from "node:child_process";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { emptyMapping, formatDuration, type LogLevel, type Mapping, type Problem } from "../../base/index.ts";
import { type Failure, failureProblem, type Outcome } from "../failure.ts";
import { LineSplitter } from "../line-splitter.ts";
import { signalGroup } from "../process-group.ts";
import type { SharedReply, SharedRequest } from "./protocol.ts";
import { fromPythonJson, fromPythonShared, toPythonJson } from "./python-json.ts";
import type { Job } from "./script-worker.ts";
import type { SharedServer } from "./shared-server.ts";
import type { ScriptLog, ScriptReturn } from "./types.ts";
import { abortedFailure } from "./worker-failure.ts";

/** Between asking a process group to end and ending it, milliseconds. */
const GRACE = 2_000;

const host = fileURLToPath(new URL("./python-host.py", import.meta.url));

export interface PythonProcessOptions {
  readonly python: string;
  readonly maxResult: number;
  readonly log: ScriptLog;
  /** Undefined when the script shares nothing. */
  share(reply: (reply: SharedReply) => void): SharedServer | undefined;
  onLoaded(source: string): void;
  onBroken(problem: Problem): void;
  onGone(): void;
}

type Settle = (outcome: Outcome<ScriptReturn>) => void;

interface Answer {
  readonly kind: "started" | "return" | "fail" | "log" | "emit" | "loaded" | "broken";
  readonly id?: number;
  readonly result?: Mapping | null;
  readonly requestState?: Mapping;
  readonly failure?: Failure;
  readonly level?: LogLevel;
  readonly text?: string;
  readonly source?: string;
}

type FromPython = Answer | (SharedRequest & { readonly kind: "shared" });

/** One `python3` that runs one script, one call at a time. */
export class PythonProcess {
  readonly #file: string;
  readonly #options: PythonProcessOptions;
  readonly #child: ChildProcess;
  readonly #gone = Promise.withResolvers<void>();
  #ended = false;
  #fresh = true;
  #next = 1;
  #current: { readonly id: number; readonly job: Job; readonly settle: Settle } | undefined;
  #timeout: NodeJS.Timeout | undefined;
  #kill: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  /** Why it was told to end. */
  #reason: Failure | undefined;
  #lastWords = "";
  #shared: SharedServer | undefined;
  #usedShared = false;

  constructor(file: string, options: PythonProcessOptions) {
    this.#file = file;
    this.#options = options;
    // -u: what native code and grandchildren print comes at once; -B: no __pycache__ beside the user's scripts.
    this.#child = spawn(options.python, ["-u", "-B", host, file, String(options.maxResult)], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONIOENCODING: "utf-8", PYTHONUTF8: "1" },
    });
    this.#child.on("error", (error) => {
      if (this.#child.pid === undefined) {
        this.#finish({
          kind: "spawn-failed",
          message: `"${options.python}" could not be started: ${error.message}`,
        });
      }
    });
    this.#child.on("exit", (status, signal) =>
      setImmediate(() => this.#finish(this.#failureOf(status, signal))),
    );
    // It may be gone when a request is written.
    this.#child.stdin?.on("error", () => {});
    this.#listen();
    this.#keepAlive(false);
  }

  get gone(): boolean {
    return this.#ended || this.#reason !== undefined;
  }

  run(job: Job, lastGood: string | undefined, settle: Settle): void {
    const id = this.#next++;
    this.#current = { id, job, settle };
    this.#keepAlive(true);
    const { script, call } = job;
    const request = {
      id,
      long: job.emit !== undefined,
      pipeData: call.pipeData,
      block: script.fixed.block,
      blockParent: script.fixed.blockParent,
      tag: script.fixed.tag,
      requestState: call.requestState,
      inputData: call.inputData,
      cwd: call.cwd,
      env: call.env,
      ...(this.#fresh && lastGood !== undefined ? { fallback: lastGood } : {}),
    };
    this.#fresh = false;
    call.signal.addEventListener("abort", this.#abort);
    this.#child.stdin?.write(`${toPythonJson(request)}\n`);
    if (call.signal.aborted) this.#abort();
  }

  end(): Promise<void> {
    // Somebody may wait for it who does nothing else.
    if (!this.#ended) this.#keepAlive(true);
    this.#stop(abortedFailure(this.#file));
    return this.#gone.promise;
  }

  /** SIGTERM to the group, SIGKILL later: also when the leader is gone and only a grandchild is left. */
  #stop(reason: Failure): void {
    if (this.#reason !== undefined || this.#ended) return;
    this.#reason = reason;
    const { pid } = this.#child;
    if (pid === undefined) return;
    signalGroup(pid, "SIGTERM");
    this.#kill = setTimeout(() => signalGroup(pid, "SIGKILL"), GRACE);
  }

  readonly #abort = (): void => {
    const current = this.#current;
    if (current === undefined) return;
    // Python has no way to be asked: a long-running one is told at once, a short call may end by itself first.
    const wait = current.job.emit === undefined ? current.job.call.grace * 1000 : 0;
    this.#grace = setTimeout(() => this.#stop(abortedFailure(this.#file)), wait);
  };

  #listen(): void {
    const { stdout, stderr } = this.#child;
    const answers = this.#child.stdio[3] as Readable;
    // A result of the largest size may be six times as long in JSON, when all is escaped.
    const lines = new LineSplitter(this.#options.maxResult * 6 + 4096, (line, cut) => {
      if (!cut) this.#receive(line);
    });
    answers.on("data", (chunk: Buffer) => lines.write(chunk)).on("error", () => {});
    for (const stream of [stdout, stderr]) {
      let left = 1024 * 1024;
      const printed = new LineSplitter(8 * 1024, (line) => {
        this.#lastWords = line;
        left -= line.length + 16;
        if (left > 0) this.#options.log("warn", line, this.#label);
      });
      stream?.on("data", (chunk: Buffer) => printed.write(chunk)).on("error", () => {});
    }
  }

  get #label(): string {
    return this.#current?.job.call.label ?? basename(this.#file);
  }

  #receive(line: string): void {
    let answer: FromPython;
    try {
      answer = fromPythonJson(line) as FromPython;
    } catch {
      return;
    }
    if (answer.kind === "shared") {
      this.#share(answer);
      return;
    }
    const current = this.#current;
    switch (answer.kind) {
      case "log":
        this.#options.log(answer.level ?? "info", answer.text ?? "", this.#label);
        return;
      case "loaded":
        this.#options.onLoaded(answer.source ?? "");
        return;
      case "broken":
        if (answer.failure) this.#options.onBroken(failureProblem(answer.failure, answer.failure.place));
        return;
    }
    if (current === undefined || answer.id !== current.id) return;
    switch (answer.kind) {
      case "started":
        this.#startTimeout(current.job);
        return;
      case "emit":
        current.job.emit?.(answer.result ?? emptyMapping(), 0);
        return;
      case "fail":
        if (answer.failure !== undefined) this.#settle({ ok: false, failure: answer.failure });
        return;
      case "return": {
        const { requestState } = answer;
        const changed = toPythonJson(requestState) !== toPythonJson(current.job.call.requestState);
        const value = {
          result: answer.result ?? emptyMapping(),
          requestState: changed ? requestState : undefined,
        };
        this.#settle({ ok: true, value });
      }
    }
  }

  #share(request: SharedRequest): void {
    const reply = (message: SharedReply) => {
      if (!this.#ended) this.#child.stdin?.write(`${toPythonJson({ shared: message })}\n`);
    };
    this.#shared ??= this.#options.share(reply);
    if (this.#shared === undefined) {
      const error = { name: "SharedError", message: "nothing is shared here", code: "closed" };
      reply({ kind: "shared", id: request.id, error });
      return;
    }
    this.#usedShared = true;
    const args = request.args.map(fromPythonShared);
    void this.#shared.receive({ ...request, args }, this.#label);
  }

  #startTimeout({ call: { timeout } }: Job): void {
    if (timeout === undefined) return;
    const message = `script "${basename(this.#file)}" took longer than ${formatDuration(timeout)} and was stopped`;
    const stop = () => this.#stop({ kind: "timeout", message });
    this.#timeout = setTimeout(stop, Math.min(timeout * 1000, 2 ** 31 - 1));
  }

  #failureOf(status: number | null, signal: NodeJS.Signals | null): Failure {
    if (this.#reason !== undefined) return this.#reason;
    const name = `script "${basename(this.#file)}"`;
    const notes =
      this.#lastWords === "" ? {} : { notes: [`its last words: ${this.#lastWords.slice(0, 300)}`] };
    if (signal !== null) {
      return { kind: "crashed", message: `${name} crashed its process with ${signal}`, signal, ...notes };
    }
    return {
      kind: "exited",
      message: `${name} ended its process with status ${status}`,
      ...(status === null ? {} : { exitStatus: status }),
      ...notes,
    };
  }

  #finish(failure: Failure): void {
    if (this.#ended) return;
    this.#ended = true;
    const { pid } = this.#child;
    if (pid !== undefined) signalGroup(pid, "SIGKILL");
    clearTimeout(this.#kill);
    // A grandchild that left the group may hold the pipes open for ever.
    for (const stream of this.#child.stdio) stream?.destroy();
    this.#settle({ ok: false, failure });
    this.#options.onGone();
    this.#gone.resolve();
  }

  #settle(outcome: Outcome<ScriptReturn>): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    clearTimeout(this.#timeout);
    clearTimeout(this.#grace);
    current.job.call.signal.removeEventListener("abort", this.#abort);
    if (!this.#ended) this.#keepAlive(false);
    if (this.#usedShared) {
      this.#usedShared = false;
      void this.#shared?.endCall();
    }
    current.settle(outcome);
  }

  #keepAlive(busy: boolean): void {
    for (const handle of [this.#child, ...this.#child.stdio]) {
      const holder = handle as { ref?: () => void; unref?: () => void } | null;
      if (busy) holder?.ref?.();
      else holder?.unref?.();
    }
  }
}
