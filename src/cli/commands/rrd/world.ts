import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { failed, ok, problem, type Result } from "../../../base/index.ts";
import {
  atTimeWarnings,
  type CommandOption,
  type CommandWords,
  openRrd,
  type RrdFile,
  readWords,
} from "../../../rrd/index.ts";
import { lockForWriting, type WriterLock } from "../../../run/index.ts";
import type { Io } from "../../io.ts";

const MOST_LOCKS = 1000;

/** What an rrdtool command has of the world; in pipe mode it stays the same from line to line. */
export class RrdWorld {
  readonly io: Io;
  /** Whether lines of standard input are obeyed, rather than the command line. */
  readonly remote: boolean;
  cwd: string;
  /** Absolute path -> the name it was given by: error texts speak of the latter. */
  readonly names = new Map<string, string>();

  /** Absolute path -> its lock, until there is nothing more to do at once. */
  readonly #locks = new Map<string, WriterLock>();

  constructor(io: Io, remote: boolean) {
    this.io = io;
    this.remote = remote;
    this.cwd = io.cwd;
  }

  /** Epoch seconds. */
  get now(): number {
    return this.io.clock.wall() / 1000;
  }

  /** The rrdcached to ask: as the option says, else as the environment does. */
  daemonAddress(option: string | undefined): string | undefined {
    const address = option ?? this.io.env.RRDCACHED_ADDRESS;
    return address === "" ? undefined : address;
  }

  print(text: string | Uint8Array): void {
    this.io.stdout.write(text);
  }

  warn(text: string): void {
    this.io.stderr.write(`warning: ${text}\n`);
  }

  /** Says what times mean that do not mean what they seem to. */
  warnOfTimes(texts: readonly string[]): void {
    for (const text of texts) for (const warning of atTimeWarnings(text, this.now)) this.warn(warning);
  }

  path(name: string): string {
    const path = resolve(this.cwd, name);
    this.names.set(path, name);
    return path;
  }

  /**
   * The right to write to the file at the absolute path, kept until `unlock`. Problem: `rrd-locked`, `rrd-written-here`;
   * what else is wrong with the file shows, in rrdtool's words, when it is opened.
   */
  lock(path: string): Result<void> {
    if (this.#locks.has(path)) return ok(undefined);
    let lock = lockForWriting(path, { makeFolder: false });
    if (!lock.ok && lock.problems[0]?.code === "rrd-written-here" && this.#locks.size > 0) {
      // Maybe by ourselves, by another name.
      this.unlock();
      lock = lockForWriting(path, { makeFolder: false });
    }
    if (lock.ok) {
      if (this.#locks.size >= MOST_LOCKS) this.unlock();
      this.#locks.set(path, lock.value);
      return ok(undefined);
    }
    const [fault] = lock.problems;
    if (fault?.code === "rrd-storage") return ok(undefined);
    const message = [fault?.message, ...(fault?.notes ?? [])].join(": ");
    return failed(problem(fault?.code ?? "rrd-locked", message));
  }

  /** As `lock`, of a file that is going to be replaced, if it is there. */
  lockExisting(path: string): Result<void> {
    return existsSync(path) ? this.lock(path) : ok(undefined);
  }

  /** Lets other programs write to all the files again. */
  unlock(): void {
    for (const lock of this.#locks.values()) lock.release();
    this.#locks.clear();
  }

  /** The file as the command line names it. Updates may be ahead of the clock, as rrdtool lets them. */
  open(name: string, mode: "read" | "write"): Result<RrdFile> {
    // An empty name is no file, though it resolves to a directory.
    const path = name === "" ? "" : this.path(name);
    if (name === "") this.names.set("", "");
    else if (mode === "write") {
      const locked = this.lock(path);
      if (!locked.ok) return locked;
    }
    return openRrd(path, { mode, clock: this.io.clock, farthestAhead: Number.POSITIVE_INFINITY });
  }
}

/** One of rrdtool's commands: `words` are those behind its name. What it printed before it failed stays printed. */
export type RrdVerb = (
  world: RrdWorld,
  words: readonly string[],
) => Result<unknown> | Promise<Result<unknown>>;

export function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}

export const flag = <const Long extends string>(short: string, long: Long) =>
  ({ short, long, takesValue: false }) as const;
export const option = <const Long extends string>(short: string, long: Long) =>
  ({ short, long, takesValue: true }) as const;

/** Every command that rrdtool can send through its caching daemon has this one. */
export const daemon = option("d", "daemon");

export function takeApart<Long extends string>(
  words: readonly string[],
  options: readonly (CommandOption & { readonly long: Long })[],
): Result<CommandWords<Long>> {
  const read = readWords(words, options);
  if ("fault" in read) return refuse(read.fault);
  return { ok: true, value: read, warnings: [] };
}

/** C's `atoi`. */
export function leadingInteger(text: string): number {
  return Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);
}
