import { type EpochSeconds, failed, problem, type Result } from "../../base/index.ts";
import { GraphFault } from "./element-words.ts";

export interface RrdGraphOptions {
  /** What `now` means in times of the arguments. */
  readonly now: EpochSeconds;
  /** Relative file names are meant from here. */
  readonly cwd: string;
  /** IANA name for the time axis and `strftime` texts; default that of the process. */
  readonly timeZone?: string | undefined;
}

export interface RrdGraphAnswer {
  /** The picture; none where the output name is empty (`graph ""` only computes). */
  readonly bytes?: Uint8Array;
  readonly mime?: string;
  /** The file name as given; "-" is standard output. */
  readonly out: string;
  /** What `rrdtool graph` prints: the size `WIDTHxHEIGHT`, then what PRINT says. */
  readonly text: string;
  /** What `rrdtool graphv` prints, in its order, the picture itself left out. */
  readonly info: readonly (readonly [key: string, value: string | number])[];
}

/**
 * `rrdtool graph` and `graphv`: `args` are its words after the verb, the output's name first. Everything a command line
 * can be wrong in is a problem (`rrd-arguments`, `rrd-time`, and those of reading RRD files). Nothing is written.
 */
export async function rrdGraph(
  args: readonly string[],
  _options: RrdGraphOptions,
): Promise<Result<RrdGraphAnswer>> {
  return failed(problem("rrd-arguments", `graph ${args[0] ?? ""} is not there yet`));
}

/** What an argument can be wrong in is a problem; anything else is ours and thrown on. */
export function faultProblem(error: unknown): Result<never> {
  if (error instanceof GraphFault) return failed(problem("rrd-arguments", error.message));
  throw error;
}
