import { failed, ok, problem, type Result } from "../base/index.ts";
import { type CommandOption, readWords } from "./command-words.ts";
import { nodeStorage } from "./node-storage.ts";
import { quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
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

/**
 * `["-h", "in:600", "-r", "in:out"]` as `rrdtool tune` takes them after the file name, with its error texts: the options
 * are applied in order, and those before a bad one stay applied. What would destroy a COMPUTE data source is refused,
 * other than by rrdtool; so are the forms that write the whole file anew (`--step`, `DS:`, `DEL:`, `RRA:` …,
 * `rrd-not-supported`). Problems: `rrd-arguments`, and those of opening.
 */
export function tuneRrd(
  path: string,
  words: readonly string[],
  options: { readonly storage?: Storage | undefined } = {},
): Result<void> {
  const { storage = nodeStorage } = options;
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
    for (const { long, value } of given.ordered) {
      if (long === "daemon") continue;
      if (long === "step") return notSupported("--step");
      fault = tuneSource(header, long, value) ?? tuneForecast(header, file, long, value);
      if (fault !== undefined) break;
    }
    if (Buffer.compare(before, header.bytes) !== 0) writeWhole(file, header.bytes, 0);
    if (fault !== undefined) return refuse(fault);
    for (const word of given.rest) {
      if (/^(DS:|DEL:|RRA:|DELRRA:|RRA#)/.test(word)) return notSupported(word);
      return refuse(`unparseable argument: ${word}`);
    }
    return ok(undefined);
  } catch (error) {
    return failed(storageProblem(path, "tune", error));
  } finally {
    quietly(() => file.close());
  }
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}

function notSupported(what: string): Result<never> {
  return failed(problem("rrd-not-supported", `tune ${what} is not supported`));
}
