import { failed, ok, problem, type Result } from "../base/index.ts";
import { type CommandOption, readWords } from "./command-words.ts";
import { nodeStorage } from "./node-storage.ts";
import { quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { reshapeRrd } from "./reshape.ts";
import { parseReshape, parseStep, type ReshapeRequest } from "./reshape-arguments.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { tuneForecast } from "./tune-forecast.ts";
import { tuneSource } from "./tune-source.ts";
import { writeWhole } from "./whole-io.ts";

const value = <const Long extends string>(short: string, long: Long) =>
  ({ short, long, takesValue: true }) as const;

export const tuneOptions = [
  value("h", "heartbeat"),
  value("i", "minimum"),
  value("a", "maximum"),
  value("d", "data-source-type"),
  value("r", "data-source-rename"),
  value("p", "deltapos"),
  value("n", "deltaneg"),
  value("f", "failure-threshold"),
  value("w", "window-length"),
  value("x", "alpha"),
  value("y", "beta"),
  value("z", "gamma"),
  value("v", "gamma-deviation"),
  value("s", "smoothing-window"),
  value("S", "smoothing-window-deviation"),
  value("b", "aberrant-reset"),
  value("t", "step"),
  value("D", "daemon"),
] as const satisfies readonly CommandOption[];

export type TuneOption = (typeof tuneOptions)[number]["long"];

export interface TuneRrdOptions {
  /** The name whose hash spreads the smoothing of new forecasts over time; default `path`. */
  readonly name?: string | undefined;
  readonly durable?: boolean | undefined;
  readonly storage?: Storage | undefined;
}

/**
 * `["-h", "in:600", "DEL:out", "RRA#0:+10"]` as `rrdtool tune` takes them after the file name, with its error texts. The
 * options are applied in order, and those before a bad one stay applied; then come `--step`, data sources and archives,
 * all of them or nothing (`reshapeRrd`). Refused, other than by rrdtool, is what would destroy data: a new type of a
 * COMPUTE data source, say. Problems: `rrd-arguments`, those of opening and of `reshapeRrd`.
 */
export function tuneRrd(path: string, words: readonly string[], options: TuneRrdOptions = {}): Result<void> {
  const tuned = tuneInPlace(path, words, options.storage ?? nodeStorage);
  if (!tuned.ok || tuned.value === undefined) return tuned.ok ? ok(undefined) : tuned;
  return reshapeRrd(path, tuned.value, options);
}

/** What is left to do then, if anything. */
function tuneInPlace(
  path: string,
  words: readonly string[],
  storage: Storage,
): Result<ReshapeRequest | undefined> {
  let file: StorageFile;
  try {
    file = storage.open(path, "write");
  } catch (error) {
    return failed(storageProblem(path, "open", error));
  }
  try {
    const read = readHeader(file, path);
    if (!read.ok) return read;
    const header = read.value;
    // What stands before a word that cannot be read was given all the same.
    const given = readWords(words, tuneOptions);
    if ("fault" in given) return refuse(given.fault);
    const before = new Uint8Array(header.bytes);
    let fault: string | undefined;
    let step: number | undefined;
    for (const { long, value } of given.ordered) {
      if (long === "daemon") continue;
      if (long === "step") {
        step = parseStep(value);
        fault = step === undefined ? `step must be a whole number of seconds, not '${value}'` : undefined;
      } else fault = tuneSource(header, long, value) ?? tuneForecast(header, file, long, value);
      if (fault !== undefined) break;
    }
    if (Buffer.compare(before, header.bytes) !== 0) writeWhole(file, header.bytes, 0);
    return fault === undefined ? parseReshape(given.rest, step) : refuse(fault);
  } catch (error) {
    return failed(storageProblem(path, "tune", error));
  } finally {
    quietly(() => file.close());
  }
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}
