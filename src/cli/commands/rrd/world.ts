import { resolve } from "node:path";
import { failed, problem, type Result } from "../../../base/index.ts";
import {
  atTimeWarnings,
  type CommandOption,
  type CommandWords,
  openRrd,
  type RrdFile,
  readWords,
} from "../../../rrd/index.ts";
import type { Io } from "../../io.ts";

/** What an rrdtool command has of the world; in pipe mode it stays the same from line to line. */
export class RrdWorld {
  readonly io: Io;
  /** Whether lines of standard input are obeyed, rather than the command line. */
  readonly remote: boolean;
  cwd: string;
  /** Absolute path -> the name it was given by: error texts speak of the latter. */
  readonly names = new Map<string, string>();

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

  /** The file as the command line names it. Updates may be ahead of the clock, as rrdtool lets them. */
  open(name: string, mode: "read" | "write"): Result<RrdFile> {
    // An empty name is no file, though it resolves to a directory.
    const path = name === "" ? "" : this.path(name);
    if (name === "") this.names.set("", "");
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
