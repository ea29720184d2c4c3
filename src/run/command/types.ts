import type { Bytes, Seconds } from "../../base/index.ts";
import type { Outcome } from "../failure.ts";

export interface CommandCall {
  /** Given to `/bin/sh -c`; substitutions are already shell-quoted. */
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeout: Seconds | undefined;
  /** Aborting sends SIGTERM to the process group, then SIGKILL after `grace`. */
  readonly signal: AbortSignal;
  readonly grace: Seconds;
  /** Standard output and standard error each; exceeding it ends the command. Default 1 MiB. */
  readonly maxOutput?: Bytes;
}

export interface CommandReturn {
  readonly output: string;
  readonly outputError: string;
  /** 0..255 */
  readonly status: number;
}

export interface LongCommand {
  readonly pid: number | undefined;
  readonly ended: Promise<Outcome<CommandReturn>>;
}

export interface CommandRunner {
  /** A non-zero exit status is a result, not a failure: the step decides. */
  run(call: CommandCall): Promise<Outcome<CommandReturn>>;
  /** Each line of standard output as it comes; lines above the limit are cut and say so. */
  start(call: CommandCall, onLine: (line: string) => void): LongCommand;
}
