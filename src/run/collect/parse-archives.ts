import {
  didYouMean,
  formatBytes,
  formatDuration,
  isMapping,
  type Plain,
  parseDuration,
} from "../../base/index.ts";
import type { ArchiveDefinition, PlainConsolidation } from "../../rrd/index.ts";
import { archiveBytes, defaultArchives } from "./default-archives.ts";
import { Reader, shown } from "./reader.ts";

const functions: readonly PlainConsolidation[] = ["AVERAGE", "MIN", "MAX", "LAST"];
const archiveKeys = ["cf", "every", "keep", "xff"] as const;
/** No file may take more than this. */
const mostBytes = 2 ** 30;

/** `archives`: a list of `{cf, every, keep, xff}`; without it the default ones for this step. */
export function parseArchives(
  read: Reader,
  step: number | undefined,
  fields: number,
): readonly ArchiveDefinition[] | undefined {
  const value = read.get("archives");
  if (value === undefined) return step === undefined ? undefined : defaultArchives(step);
  if (!Array.isArray(value) || value.length === 0) {
    const note = "write for example: archives: [{cf: AVERAGE, every: 5s, keep: 5d}]";
    return read.wrong(
      "archives",
      `"archives" must be a list of archives, not ${Array.isArray(value) ? "an empty list" : shown(value)}`,
      note,
    );
  }
  const archives: ArchiveDefinition[] = [];
  for (const [index, item] of value.entries()) archives.push(...parseArchive(read, index, item, step));
  const bytes = archiveBytes(archives, Math.max(1, fields));
  if (bytes > mostBytes) {
    read.wrong(
      "archives",
      `these archives would take ${formatBytes(bytes)}; a file may have at most ${formatBytes(mostBytes)}`,
    );
  }
  return archives;
}

function parseArchive(
  read: Reader,
  index: number,
  value: Plain,
  step: number | undefined,
): ArchiveDefinition[] {
  const at = read.at("archives", index);
  if (!isMapping(value)) {
    read.wrongAt(
      at,
      `an archive must be a mapping such as {cf: AVERAGE, every: 5s, keep: 5d}, not ${shown(value)}`,
    );
    return [];
  }
  const own = new Reader(value, at, read.check, "an archive", archiveKeys);
  const wanted = parseFunctions(own);
  const every = parseEvery(own, step);
  const keep = parseTime(own, "keep");
  if (!own.has("keep")) own.missing("keep", "how long its rows are kept, for example 5d");
  if (every !== undefined && keep !== undefined && keep < every) {
    own.wrong("keep", `"keep" ${formatDuration(keep)} is shorter than one row of ${formatDuration(every)}`);
  }
  const xff = parseXff(own);
  if (own.failed) read.fail();
  if (own.failed || step === undefined || every === undefined || keep === undefined) return [];
  const rows = Math.ceil(keep / every);
  return wanted.map((cf) => ({ cf, xff, pdpPerRow: Math.round(every / step), rows }));
}

function parseFunctions(read: Reader): readonly PlainConsolidation[] {
  const value = read.get("cf");
  if (value === undefined) return ["AVERAGE"];
  const found: PlainConsolidation[] = [];
  for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
    const cf = functions.find((name) => name === item);
    if (cf !== undefined) {
      found.push(cf);
      continue;
    }
    const near = typeof item === "string" ? didYouMean(item, functions) : "";
    const path = Array.isArray(value) ? read.at("cf", index) : read.at("cf");
    read.wrongAt(path, `"cf" must be one of ${functions.join(", ")}, not ${shown(item)}${near}`);
  }
  return found.length > 0 || read.failed
    ? found
    : (read.wrong("cf", '"cf" must name at least one function') ?? []);
}

function parseEvery(read: Reader, step: number | undefined): number | undefined {
  const every = read.has("every") ? parseTime(read, "every") : step;
  if (every === undefined || step === undefined || every % step === 0) return every;
  const nearest = Math.max(1, Math.round(every / step)) * step;
  const message = `"every" ${formatDuration(every)} is not a multiple of the interval, ${formatDuration(step)}`;
  return read.wrong("every", message, `the nearest is ${formatDuration(nearest)}`);
}

function parseTime(read: Reader, key: "every" | "keep"): number | undefined {
  const value = read.get(key);
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds !== undefined && seconds > 0) return seconds;
  return read.wrong(key, `"${key}" must be a time such as 30s, 5m or 5d, not ${shown(value)}`);
}

function parseXff(read: Reader): number {
  const value = read.get("xff");
  if (value === undefined) return 0.5;
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  read.wrong(
    "xff",
    `"xff", the share of a row that may be unknown, must be 0 or more and less than 1, not ${shown(value)}`,
  );
  return 0.5;
}
