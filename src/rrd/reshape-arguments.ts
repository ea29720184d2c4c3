import { failed, ok, problem, type Result } from "../base/index.ts";

/** What `tune` is to make of a file, as the command line says it: names, indexes and specifications are not checked yet. */
export interface ReshapeRequest {
  /** Whole seconds; undefined = as it is. */
  readonly step: number | undefined;
  readonly removedSources: readonly string[];
  /** What stands behind `DS:`. */
  readonly addedSources: readonly string[];
  /** Indexes from 0, of the archives as they are. */
  readonly removedArchives: readonly number[];
  /** What stands behind `RRA:`. */
  readonly addedArchives: readonly string[];
  readonly rows: readonly RowChange[];
}

export interface RowChange {
  /** From 0, of the archives as they are. */
  readonly archive: number;
  readonly how: "+" | "-" | "=";
  readonly count: number;
}

/**
 * The words of `tune` that are no options: `DEL:in`, `DS:…`, `DELRRA:0`, `RRA:…`, `RRA#0:+10`. Undefined when they, and
 * `step`, ask for nothing. Problems: `rrd-arguments`, in rrdtool's words; other than rrdtool a number has to be one.
 */
export function parseReshape(
  words: readonly string[],
  step: number | undefined,
): Result<ReshapeRequest | undefined> {
  const removedSources: string[] = [];
  const addedSources: string[] = [];
  const removedArchives: number[] = [];
  const addedArchives: string[] = [];
  const rows: RowChange[] = [];
  for (const word of words) {
    const [, kind, rest = ""] = /^(DEL:|DS:|DELRRA:|RRA:|RRA#)(.+)$/s.exec(word) ?? [];
    if (kind === "DEL:") removedSources.push(rest);
    else if (kind === "DS:") addedSources.push(rest);
    else if (kind === "RRA:") addedArchives.push(rest);
    else if (kind === "DELRRA:") {
      if (!/^\d+$/.test(rest)) return refuse("DELRRA requires a non-negative, integer argument");
      removedArchives.push(Number(rest));
    } else if (kind === "RRA#") {
      const [, archive, how, count] = /^(\d+):([-+=])(\d+)$/.exec(rest) ?? [];
      if (how !== "+" && how !== "-" && how !== "=") return refuse("Failed to parse RRA# command");
      rows.push({ archive: Number(archive), how, count: Number(count) });
    } else return refuse(`unparseable argument: ${word}`);
  }
  if (words.length === 0 && step === undefined) return ok(undefined);
  return ok({ step, removedSources, addedSources, removedArchives, addedArchives, rows });
}

/** The value of `--step`, in seconds; undefined when it is none. */
export function parseStep(text: string): number | undefined {
  const step = /^\d+$/.test(text) ? Number(text) : 0;
  return step >= 1 && Number.isSafeInteger(step) ? step : undefined;
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}
