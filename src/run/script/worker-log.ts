import { format } from "node:util";
import type { LogLevel } from "../../base/index.ts";
import type { FromWorker } from "./protocol.ts";

/** Longest line that is passed on; the rest of it is cut. */
const LONGEST_LINE = 8 * 1024;
/** A call that goes on for long gets a new budget this often, in milliseconds. */
const BUDGET_TIME = 10_000;

/**
 * What a script prints, as log lines with the name of its thread. Never more than `maxBytes` per call: a script that
 * prints without end must not fill the memory of the process that would write the log.
 */
export class WorkerLog {
  readonly #post: (message: FromWorker) => void;
  readonly #maxBytes: number;
  #label = "";
  #left: number;
  #dropped = 0;
  #since = 0;
  /** Text written to standard output or error without a line end yet. */
  readonly #open = { info: "", warn: "" };

  constructor(post: (message: FromWorker) => void, maxBytes: number) {
    this.#post = post;
    this.#maxBytes = maxBytes;
    this.#left = maxBytes;
  }

  startCall(label: string): void {
    this.#label = label;
    this.#left = this.#maxBytes;
    this.#since = 0;
  }

  endCall(): void {
    if (this.#open.info !== "") this.#flush("info");
    if (this.#open.warn !== "") this.#flush("warn");
    if (this.#dropped > 0) this.#reportDropped();
  }

  write(level: LogLevel, text: string): void {
    const cut =
      text.length > LONGEST_LINE
        ? `${text.slice(0, LONGEST_LINE)}… (${text.length - LONGEST_LINE} more characters)`
        : text;
    if (this.#left < cut.length) {
      const now = performance.now();
      if (this.#since === 0) this.#since = now;
      if (now - this.#since < BUDGET_TIME) {
        this.#dropped++;
        return;
      }
      this.#reportDropped();
      this.#since = now;
      this.#left = this.#maxBytes;
    }
    this.#left -= cut.length + 16;
    this.#post({ kind: "log", level, text: cut, label: this.#label });
  }

  #reportDropped(): void {
    const text = `${this.#dropped} more log lines were dropped: the limit is ${this.#maxBytes} characters per run`;
    this.#dropped = 0;
    this.#post({ kind: "log", level: "warn", text, label: this.#label });
  }

  #flush(level: "info" | "warn"): void {
    const text = this.#open[level];
    this.#open[level] = "";
    this.write(level, text);
  }

  /** For `process.stdout.write` and `process.stderr.write`. */
  writeChunk(level: "info" | "warn", chunk: string): void {
    const lines = chunk.split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.write(level, this.#open[level] + line);
      this.#open[level] = "";
    }
    if (this.#open[level].length <= LONGEST_LINE) this.#open[level] += last.slice(0, LONGEST_LINE + 1);
  }

  /** Standard output is for results, so nothing a script prints may reach it. */
  capture(): void {
    const say =
      (level: LogLevel) =>
      (...args: unknown[]) =>
        this.write(level, format(...args));
    Object.assign(console, {
      log: say("info"),
      info: say("info"),
      debug: say("debug"),
      warn: say("warn"),
      error: say("error"),
    });
    captureStream("stdout", (chunk) => this.writeChunk("info", chunk));
    captureStream("stderr", (chunk) => this.writeChunk("warn", chunk));
  }
}

/** The stream is made when a script first asks for it: most never do. */
function captureStream(name: "stdout" | "stderr", write: (chunk: string) => void): void {
  let stream: unknown;
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      if (stream === undefined) {
        const { Writable } = process.getBuiltinModule("node:stream");
        stream = new Writable({
          decodeStrings: false,
          write(chunk: string | Buffer, _encoding, done) {
            write(typeof chunk === "string" ? chunk : chunk.toString());
            done();
          },
        });
      }
      return stream;
    },
  });
}
