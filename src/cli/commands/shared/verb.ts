import type { Plain, Seconds } from "../../../base/index.ts";
import type { Space } from "../../../unidist/index.ts";
import type { Io } from "../../io.ts";

/** A command line of `procblock shared`, read as far as it is the same for all verbs. */
export interface SharedCall {
  readonly io: Io;
  readonly space: Space;
  /** Behind the verb. */
  readonly words: readonly string[];
  /** Behind `--`. */
  readonly rest: readonly string[];
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  option(name: VerbOption): string | undefined;
  seconds(name: VerbOption): Seconds | undefined;
  count(name: VerbOption): number | undefined;
  /** A text is printed as it is, unless JSON was asked for; all else is JSON in one line. */
  print(value: Plain): void;
  /** One line for each; columns on a terminal and in a pipe, JSON when asked for. */
  table(rows: readonly Readonly<Record<string, Plain>>[]): void;
}

export type VerbOption =
  | "wait"
  | "keep"
  | "older-than"
  | "key"
  | "expiry"
  | "lines"
  | "follow"
  | "since"
  | "text";

export interface SharedVerb {
  readonly usage: string;
  readonly info: string;
  /** How many words may stand behind it. */
  readonly words: readonly [least: number, most: number];
  readonly options?: readonly VerbOption[];
  /** 0 done, 1 not there; a command's own with `lock`. Throws `WrongCall`, `SharedError`. */
  run(call: SharedCall): Promise<number>;
}

/** The command line is wrong. */
export class WrongCall extends Error {}
