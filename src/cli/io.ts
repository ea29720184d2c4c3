import type { Clock } from "../base/index.ts";

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Everything the command has of the world; tests give it another one. */
export interface Io {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard input, piece by piece; not touched unless somebody reads it. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly clock: Clock;
  /** Calls back for each signal that asks the process to stop; returns how to stop listening. */
  /** Whether one signal may be heard twice: from its sender, and sent on by the launcher. */
  readonly signalsComeTwice: boolean;
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process this instant. */
  exitNow(code: number): void;
}

export interface Output {
  readonly isTerminal: boolean;
  /** Whoever read it has gone: nothing more can be written. */
  readonly isGone?: boolean;
  /** Whole before it returns. A reader that went away is no error: what is written then is lost, silently. */
  write(text: string | Uint8Array): void;
}

/** 0 done, 1 the block failed, 2 the file or the command line is wrong. What runs another command may end with its code. */
export type ExitCode = number;

/** Whether to write colours: a terminal that wants them (https://no-color.org). */
export function wantsColour(io: Io, output: Output): boolean {
  if (io.argv.includes("--no-color")) return false;
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return output.isTerminal && TERM !== "dumb";
}
