import { type ChildProcess, spawn } from "node:child_process";
import { formatBytes, formatDuration } from "../../base/index.ts";
import type { Failure, Outcome } from "../failure.ts";
import { LineSplitter } from "../line-splitter.ts";
import { groupExists, signalGroup } from "../process-group.ts";
import { BoundedOutput } from "./bounded-output.ts";
import { checkCommand, exitOutcome, startFailure } from "./exit-table.ts";
import type { CommandCall, CommandReturn, CommandRunner, LongCommand } from "./types.ts";

/*
 * Node's own `spawn` and not execa: what is needed here is what execa does not do. Signals go to the whole process
 * group, also when its leader has gone and only a grandchild is left; the result does not wait for a pipe that a
 * grandchild holds open; output is counted in bytes as it comes, and a command over the limit is ended by group.
 * What execa adds beside that (escaping, promises, piping between commands) is not used: the shell gets one text.
 */

const DEFAULT_OUTPUT = 1024 * 1024;
/** After a limit or time-out was hit, before SIGKILL, milliseconds: at most the `grace` of the call. */
const TERM_TIME = 2_000;
/** How long output may trail behind the end of the shell while a grandchild holds the pipe, milliseconds. */
const TRAILING = 50;
/** How often to look whether a group that was told to end has, milliseconds. */
const GROUP_CHECK = 10;

/** Runs commands with `/bin/sh`, each in a process group of its own with file descriptors 0 to 2 and nothing else. */
export function createCommandRunner(): CommandRunner {
  return {
    run: (call) => new Execution(call, undefined).outcome,
    start(call, onLine) {
      const execution = new Execution(call, onLine);
      return { pid: execution.pid, ended: execution.outcome } satisfies LongCommand;
    },
  };
}

class Execution {
  readonly #call: CommandCall;
  readonly #limit: number;
  readonly #child: ChildProcess | undefined;
  readonly #output: BoundedOutput;
  readonly #errors: BoundedOutput;
  readonly #lines: LineSplitter | undefined;
  readonly #settled = Promise.withResolvers<Outcome<CommandReturn>>();
  /** Why it was told to end. */
  #reason: Failure | undefined;
  #ended = false;
  /** Of a command that was stopped: nobody of its process group is left. */
  #groupGone = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(call: CommandCall, onLine: ((line: string) => void) | undefined) {
    this.#call = call;
    this.#limit = call.maxOutput ?? DEFAULT_OUTPUT;
    this.#output = new BoundedOutput(this.#limit, onLine === undefined ? "fail" : "drop");
    this.#errors = new BoundedOutput(this.#limit, onLine === undefined ? "fail" : "drop");
    if (onLine !== undefined) {
      this.#lines = new LineSplitter(this.#limit, (line, cut) =>
        onLine(cut ? `${line}… (cut at ${formatBytes(this.#limit)})` : line),
      );
    }
    if (call.signal.aborted) {
      this.#settle({ ok: false, failure: this.#aborted() });
      return;
    }
    const impossible = checkCommand(call);
    if (impossible !== undefined) {
      this.#settle({ ok: false, failure: impossible });
      return;
    }
    try {
      this.#child = spawn("/bin/sh", ["-c", call.command], {
        cwd: call.cwd,
        env: { ...call.env },
        // The leader of a new session and process group: nothing of it can outlive the group's SIGKILL unnoticed.
        detached: true,
        stdio: [call.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      });
    } catch (error) {
      this.#settle({ ok: false, failure: startFailure(error, call) });
      return;
    }
    this.#listen(this.#child);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get outcome(): Promise<Outcome<CommandReturn>> {
    return this.#settled.promise;
  }

  #listen(child: ChildProcess): void {
    const call = this.#call;
    child.on("error", (error) => {
      if (child.pid === undefined) this.#settle({ ok: false, failure: startFailure(error, call) });
    });
    child.on("exit", (status, signal) => {
      if (this.#reason !== undefined) this.#awaitGroup(child);
      // Output that was written before the end may still be in the pipes: wait for their end, but not for long. One
      // more turn of the event loop reads what is there, in case the loop itself was late.
      else this.#after(TRAILING, () => setImmediate(() => this.#finish(status, signal)));
    });
    child.on("close", (status, signal) => {
      if (this.#reason === undefined) this.#finish(status, signal);
      else if (this.#groupGone) this.#finish(null, null);
    });
    child.stdout?.on("data", (chunk: Buffer) => {
      if (this.#lines === undefined) this.#take(this.#output, chunk, "standard output");
      else if (!this.#ended) this.#lines.write(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => this.#take(this.#errors, chunk, "standard error"));
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      // EPIPE: the command ended, or closed its input, without reading all of it. That is its right.
      stream?.on("error", () => {});
    }
    child.stdin?.end(call.stdin);
    call.signal.addEventListener("abort", this.#abort, { once: true });
    const { timeout } = call;
    if (timeout !== undefined) {
      const message = `the command took longer than ${formatDuration(timeout)} and was stopped`;
      this.#after(Math.min(timeout * 1000, 2 ** 31 - 1), () => this.#stop({ kind: "timeout", message }));
    }
  }

  #take(output: BoundedOutput, chunk: Buffer, name: string): void {
    if (this.#ended || output.add(chunk)) return;
    const message = `the command wrote more than ${formatBytes(this.#limit)} to ${name}, the output limit, and was stopped`;
    this.#stop({ kind: "output-limit", message });
  }

  #aborted(): Failure {
    return { kind: "aborted", message: "the command was stopped" };
  }

  readonly #abort = (): void => this.#stop(this.#aborted());

  /** SIGTERM to the group, SIGKILL after the grace time; the result comes then at the latest. */
  #stop(reason: Failure): void {
    const pid = this.#child?.pid;
    if (this.#reason !== undefined || this.#ended || pid === undefined) return;
    this.#reason = reason;
    // Nobody reads any more: a command that writes on gets SIGPIPE, and no byte of it takes memory.
    if (reason.kind === "output-limit") {
      this.#child?.stdout?.destroy();
      this.#child?.stderr?.destroy();
    }
    signalGroup(pid, "SIGTERM");
    const grace =
      reason.kind === "aborted" ? this.#call.grace * 1000 : Math.min(TERM_TIME, this.#call.grace * 1000);
    this.#after(grace, () => {
      signalGroup(pid, "SIGKILL");
      // The end follows at once, unless a process hangs in the kernel: then it is not waited for.
      this.#after(500, () => this.#finish(null, "SIGKILL"));
    });
  }

  /** The leader is gone; the others of its group had the same SIGTERM and have the same time to end. */
  #awaitGroup(child: ChildProcess): void {
    if (child.pid !== undefined && groupExists(child.pid)) {
      this.#after(GROUP_CHECK, () => this.#awaitGroup(child));
      return;
    }
    this.#groupGone = true;
    // Its last words may still be in the pipes; their end comes next, unless somebody else holds them open.
    if (child.stdout?.closed !== false && child.stderr?.closed !== false) this.#finish(null, null);
    else this.#after(TRAILING, () => setImmediate(() => this.#finish(null, null)));
  }

  #after(milliseconds: number, callback: () => void): void {
    this.#timers.push(setTimeout(callback, milliseconds));
  }

  #finish(status: number | null, signal: NodeJS.Signals | null): void {
    if (this.#ended) return;
    const child = this.#child;
    this.#lines?.end();
    const value = { output: this.#output.text(), outputError: this.#errors.text() };
    this.#settle(
      this.#reason !== undefined ? { ok: false, failure: this.#reason } : exitOutcome(status, signal, value),
    );
    // A grandchild in the background may hold the pipes open for as long as it lives: our ends are closed.
    for (const stream of [child?.stdin, child?.stdout, child?.stderr]) stream?.destroy();
    child?.unref();
  }

  #settle(outcome: Outcome<CommandReturn>): void {
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#call.signal.removeEventListener("abort", this.#abort);
    this.#settled.resolve(outcome);
  }
}
