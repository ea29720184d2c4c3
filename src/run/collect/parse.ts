import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { formatDuration, kindOf, parseDuration, type Seconds } from "../../base/index.ts";
import { checkAdopted } from "./adopted-shape.ts";
import { type CheckedCollect, type CollectField, type FileSync, fileSyncs } from "./definition.ts";
import { parseArchives } from "./parse-archives.ts";
import { parseFields } from "./parse-fields.ts";
import { parseGraphs } from "./parse-graphs.ts";
import { type PathTemplate, parsePathTemplate } from "./path-template.ts";
import { Reader, shown } from "./reader.ts";
import { parseTo } from "./sinks/parse-to.ts";
import type { CollectParser } from "./types.ts";

/** Every key of `timeseries collect`, as the user writes it. */
export const collectKeys = [
  "path",
  "interval",
  "fields",
  "archives",
  "graph",
  "to",
  "each",
  "recreate",
  "sync",
  "adopt",
] as const;

/** Checks a `timeseries collect` mapping and fills in its defaults. */
export const parseCollect: CollectParser = (value, path, check, stepInterval, thread) => {
  const read = new Reader(value, path, check, '"timeseries collect"', collectKeys);
  const file = parsePath(read);
  const adopt = parseAdopt(read);
  const known = parseInterval(read, stepInterval, adopt !== "no");
  // A file to adopt has a step of its own; only to make one, or to add to it, does ours count.
  const interval = known ?? (adopt === "no" ? undefined : (300 as Seconds));
  const longest = Math.max(interval ?? 1, Math.ceil(stepInterval ?? 0));
  const fields = parseFields(read, 2 * longest, adopt);
  const archives = parseArchives(read, interval, fields?.length ?? 1);
  // With a wrong field, "unknown field" in a graph would only repeat it.
  const names = read.failed || fields === undefined ? undefined : fields.map((field) => field.source.name);
  const graphs = parseGraphs(read, names, interval);
  const to = parseTo(read, thread);
  const each = parseEach(read);
  const recreate = read.flag("recreate") ?? true;
  const sync = parseSync(read);
  if (adopt === "no") checkHeartbeats(read, fields ?? [], stepInterval, interval);
  if (read.failed || file === undefined || interval === undefined) return undefined;
  if (fields === undefined || archives === undefined) return undefined;
  const checked: CheckedCollect = {
    kind: "collect",
    path: file.text,
    interval,
    dir: check.dir,
    file,
    fields,
    archives,
    ownArchives: read.has("archives"),
    adopt,
    every: stepInterval,
    mayMake: known !== undefined,
    graphs,
    to,
    each,
    recreate,
    sync,
    snap: snapFor(stepInterval),
  };
  if (adopt !== "no") checkAdopted(checked, read.check);
  else checkForecasts(read, checked);
  return checked;
};

/** Warns of heartbeats that end before the next value is due. */
function checkHeartbeats(
  read: Reader,
  fields: readonly CollectField[],
  stepInterval: Seconds | undefined,
  interval: Seconds | undefined,
): void {
  // A step without an interval runs by what the block does; one value per row is what such a file is made for.
  const [what, every] =
    stepInterval === undefined
      ? (["interval", interval] as const)
      : (["step's interval", stepInterval] as const);
  if (every === undefined) return;
  for (const { source } of fields) {
    if (source.heartbeat >= every) continue;
    const [short, long] = [formatDuration(source.heartbeat), formatDuration(every)];
    const message = `"heartbeat" of field "${source.name}" (${short}) is shorter than the ${what} (${long}): every value would be unknown`;
    const notes = [`write heartbeat: ${2 * Math.ceil(every)}, or leave it out`];
    const severity = "warning";
    read.check.report("short-heartbeat", message, { path: read.at("fields"), part: "key", notes, severity });
  }
}

/** Files that a block makes have no forecast archives; one that is there already may have, unless it gets others. */
function checkForecasts(read: Reader, { dir, file, graphs, ownArchives }: CheckedCollect): void {
  const fromArchives = graphs.some(({ definition }) =>
    definition.forecasts.some(({ history }) => history === undefined),
  );
  if (!fromArchives) return;
  const mayBeThere = file.names.length > 0 || existsSync(resolve(dir, file.text));
  if (mayBeThere && !ownArchives) return;
  const message =
    "a forecast from archives shows nothing: a file that the block makes has no forecast archives";
  const notes = [
    "leave from: archives out: the forecast then comes from earlier days",
    "or make the file first with procblock rrd create … RRA:HWPREDICT:…, and leave archives out",
  ];
  const severity = "warning";
  read.check.report("no-forecast-archives", message, {
    path: read.at("graph"),
    part: "key",
    notes,
    severity,
  });
}

function parseAdopt(read: Reader): CheckedCollect["adopt"] {
  const value = read.get("adopt");
  if (value === undefined || value === false) return "no";
  if (value === true) return "keep";
  if (value === "extend") return "extend";
  read.wrong("adopt", `"adopt" must be true, false or extend, not ${shown(value)}`);
  return "keep";
}

function parsePath(read: Reader): PathTemplate | undefined {
  if (!read.has("path")) return read.missing("path", "the RRD file, for example path: simplest.rrd");
  const text = read.text("path", "the name of the RRD file");
  if (text === undefined) return undefined;
  if (text.includes("\0") || /[\r\n]/.test(text))
    return read.wrong("path", '"path" has a line end or NUL in it');
  if (/(^|\/)\.{0,2}$/.test(text))
    return read.wrong("path", `"path" must name a file, not a folder: "${text}"`);
  if (/\.(png|svg|ya?ml|json)$/i.test(text)) {
    return read.wrong(
      "path",
      `"path" is the RRD file, and "${text}" is no name for one`,
      "write for example simplest.rrd",
    );
  }
  const template = parsePathTemplate(text);
  if (typeof template === "string") return read.wrong("path", template);
  const name = template.names[0];
  if (read.has("each") && name === undefined) {
    const better = text.replace(/(\.\w+)?$/, "-{{key}}$1");
    return read.wrong(
      "path",
      '"path" needs {{key}} in it, because "each" makes one file per entry',
      `write ${better}`,
    );
  }
  if (!read.has("each") && name !== undefined) {
    return read.wrong("path", `{{${name.text}}} in "path" needs "each": where in the result the entries are`);
  }
  return template;
}

function parseInterval(
  read: Reader,
  stepInterval: Seconds | undefined,
  mayBeMissing: boolean,
): Seconds | undefined {
  const value = read.get("interval");
  if (value === undefined) {
    // Rows of an RRD are whole seconds; rounding up leaves at least one sample in each.
    if (stepInterval !== undefined) return Math.max(1, Math.ceil(stepInterval)) as Seconds;
    if (mayBeMissing) return undefined;
    return read.missing(
      "interval",
      "seconds per row, because the step has no interval of its own (cache: SECONDS)",
    );
  }
  const seconds = parseDuration(value);
  if (seconds === undefined)
    return read.wrong("interval", `"interval" must be a time such as 5 or 1m, not ${shown(value)}`);
  if (seconds < 1 || !Number.isInteger(seconds)) {
    return read.wrong("interval", `"interval" must be whole seconds, at least 1, not ${shown(value)}`);
  }
  // Ten years: more is a slip, and arithmetic on it is of no use to anyone.
  if (seconds > 316_224_000)
    return read.wrong("interval", `"interval" must be at most 10 years, not ${shown(value)}`);
  return seconds;
}

function parseEach(read: Reader) {
  const value = read.get("each");
  if (value === undefined) return undefined;
  if (typeof value === "string") {
    const path = read.check.dataPath(value, { path: read.at("each"), part: "value", offset: 0 });
    return path ?? read.fail();
  }
  return read.wrong("each", `"each" must be a path in the result, not ${kindOf(value)}`);
}

function parseSync(read: Reader): FileSync {
  const value = read.get("sync") ?? "never";
  const policy = fileSyncs.find((one) => one === value);
  if (policy === undefined) read.wrong("sync", `"sync" must be ${fileSyncs.join(", ")}, not ${shown(value)}`);
  return policy ?? "never";
}

/** Even intervals of whole seconds leave no doubt; without a known interval only what looks like one is taken for it. */
function snapFor(stepInterval: Seconds | undefined): number | undefined {
  if (stepInterval === undefined) return 0.1;
  return Number.isInteger(stepInterval) ? 0.5 : undefined;
}
