import { failed, ok, problem, type Result } from "../base/index.ts";
import { parseAtTime } from "./at-time.ts";
import { readWords } from "./command-words.ts";
import { parseExpression } from "./compute-expression.ts";
import { isConsolidation, isPlainConsolidation } from "./consolidations.ts";
import { dataSourceKinds } from "./data-source-kinds.ts";
import type { RrdDefinition } from "./definition.ts";
import { definitionOf } from "./definition-of.ts";
import { parseScaledDuration } from "./duration.ts";
import type { FillOrigin } from "./fill-candidates.ts";
import type { Header } from "./header.ts";
import { parseNumber } from "./number-text.ts";
import { parseForecast } from "./parse-forecast.ts";

export interface CreateRequest {
  readonly definition: RrdDefinition;
  readonly noOverwrite: boolean;
  /** The file that `definition` begins with, if one was named; its first data sources and archives are kept byte by byte. */
  readonly template: Header | undefined;
  /** Files to take data from, as they were named. */
  readonly sources: readonly string[];
  /** Where each data source finds its data in them. */
  readonly origins: readonly FillOrigin[];
  /** `start` was not given: with sources it is their latest update. */
  readonly startIsOpen: boolean;
}

/** How `--template` and `--source` reach files. */
export interface CreateFiles {
  /** The header of an RRD file; the problem does not matter. */
  readonly template: (name: string) => Result<Header>;
  /** Whether there is something that may be a source; rrdtool's words if not. */
  readonly sourceFault: (name: string) => string | undefined;
}

/** 1980: rrdtool's command line takes nothing earlier. */
export const EARLIEST = 315_360_000;
const DEFAULT_STEP = 300;

const options = [
  { short: "b", long: "start", takesValue: true },
  { short: "s", long: "step", takesValue: true },
  { short: "O", long: "no-overwrite", takesValue: false },
  { short: "r", long: "source", takesValue: true },
  { short: "t", long: "template", takesValue: true },
] as const;

type Fault = { readonly fault: string };

/**
 * `["-s", "10", "DS:x:GAUGE:60:U:U", "RRA:AVERAGE:0.5:1:8"]` as `rrdtool create` takes them after the file name, with
 * rrdtool's error texts. `now`: epoch seconds. Without `files`, `--source` and `--template` are refused
 * (`rrd-not-supported`).
 */
export function parseCreateArguments(
  words: readonly string[],
  now: number,
  files?: CreateFiles,
): Result<CreateRequest> {
  const read = readWords(words, options);
  if ("fault" in read) {
    const before = readOptions(read.ordered, now, files);
    return refuse("fault" in before ? before.fault : read.fault);
  }
  const { given, ordered, rest } = read;
  if (files === undefined) {
    const long = given.has("source") ? "source" : given.has("template") ? "template" : undefined;
    if (long !== undefined)
      return failed(problem("rrd-not-supported", `create --${long} is not supported here`));
  }
  const chosen = readOptions(ordered, now, files);
  if ("fault" in chosen) return refuse(chosen.fault);
  const { template } = chosen;
  if (template !== undefined && !template.ok) return template;
  const like = template === undefined ? undefined : definitionOf(template.value);
  const step = chosen.step ?? like?.step ?? DEFAULT_STEP;
  const start = chosen.start ?? like?.start ?? Math.floor(now) - 10;
  const dataSources = [...(like?.dataSources ?? [])];
  const archives = [...(like?.archives ?? [])];
  const origins: FillOrigin[] = dataSources.map(({ name }) => ({ name }));
  let formatVersion: 3 | 4 | 5 = like?.formatVersion ?? 3;
  for (const word of rest) {
    if (word.startsWith("DS:")) {
      const parsed = parseDataSource(word.slice(3), dataSources);
      if ("fault" in parsed) return refuse(parsed.fault);
      dataSources.push(parsed.source);
      origins.push(parsed.origin);
    } else if (word.startsWith("RRA:")) {
      const parsed = parseArchive(word.slice(4), archives.length, step);
      if ("fault" in parsed) return refuse(parsed.fault);
      archives.push(...parsed.archives);
      if (parsed.needsVersion4 && formatVersion < 4) formatVersion = 4;
    } else return refuse(`can't parse argument '${word}'`);
  }
  if (archives.length === 0) return refuse("you must define at least one Round Robin Archive");
  if (dataSources.length === 0) return refuse("you must define at least one Data Source");
  return ok({
    definition: { step, start, dataSources, archives, formatVersion },
    noOverwrite: given.has("no-overwrite"),
    template: template?.value,
    sources: given.get("source") ?? [],
    origins,
    startIsOpen: chosen.start === undefined,
  });
}

interface ReadOptions {
  readonly step?: number;
  readonly start?: number;
  readonly template?: Result<Header>;
}

/** In the order in which they stand: the first that is wrong is told. */
function readOptions(
  ordered: readonly { readonly long: string; readonly value: string }[],
  now: number,
  files: CreateFiles | undefined,
): ReadOptions | Fault {
  let step: number | undefined;
  let start: number | undefined;
  let template: string | undefined;
  for (const { long, value } of ordered) {
    if (long === "step") {
      const parsed = parseScaledDuration(value, 1);
      if (typeof parsed !== "number") return { fault: `step size: ${parsed.fault}` };
      step = parsed;
    } else if (long === "start") {
      const parsed = parseStart(value, now);
      if (typeof parsed !== "number") return parsed;
      start = parsed;
    } else if (long === "source") {
      const fault = files?.sourceFault(value);
      if (fault !== undefined) return { fault };
    } else if (long === "template") {
      if (template !== undefined) return { fault: "template already set" };
      template = value;
    }
  }
  const read = template === undefined ? undefined : files?.template(template);
  if (read !== undefined && !read.ok) return { fault: `Cannot open template RRD ${template}` };
  return {
    ...(step === undefined ? {} : { step }),
    ...(start === undefined ? {} : { start }),
    ...(read === undefined ? {} : { template: read }),
  };
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}

function parseStart(text: string, now: number): number | Fault {
  const parsed = parseAtTime(text, now);
  if (!parsed.ok) return { fault: `start time: ${parsed.problems[0]?.message ?? ""}` };
  const time = parsed.value;
  if (time.relativeTo === "start" || time.relativeTo === "end")
    return { fault: "specifying time relative to the 'start' or 'end' makes no sense here" };
  if (time.relativeTo !== "absolute" || time.epoch < EARLIEST)
    return { fault: "the first entry to the RRD should be after 1980" };
  return time.epoch;
}

/** `in:GAUGE:60:U:U`; `before`: the data sources it stands behind. The fault in rrdtool's words. */
export function parseDataSource(
  text: string,
  before: RrdDefinition["dataSources"],
): { readonly source: RrdDefinition["dataSources"][number]; readonly origin: FillOrigin } | Fault {
  // `name=other[index]` says where `--source` finds the data; without that option it has no effect.
  const match = /^([-\w]{1,19})(?:=([-\w]{1,19})(?:\[(\d+)\])?)?:([A-Z]+):(.+)$/s.exec(text);
  const [, name = "", other = name, index, type = "", rest = ""] = match ?? [];
  if (match === null) return { fault: "invalid DS format" };
  const origin = { name: other, source: index === undefined ? undefined : Number(index) - 1 };
  if (before.some((source) => source.name === name)) return { fault: `Duplicate DS name: ${name}` };
  if (!isType(type)) return { fault: `invalid DS type specified (${type})` };
  if (type === "COMPUTE") {
    const expression = parseExpression(
      rest,
      before.map((source) => source.name),
    );
    return "fault" in expression ? expression : { source: { name, type, expression: rest }, origin };
  }
  const cannot = (fault: string) => ({ fault: `failed to parse data source ${rest}: ${fault}` });
  const colon = rest.indexOf(":");
  if (colon < 0) return cannot("missing separator");
  const heartbeat = parseScaledDuration(rest.slice(0, colon), 1);
  if (typeof heartbeat !== "number") return cannot(heartbeat.fault);
  const limits = /^([^:]{1,18}):([^:]{1,18})/s.exec(rest.slice(colon + 1));
  if (limits === null) return cannot("failed to extract min:max");
  const min = parseLimit(limits[1] ?? "");
  if (typeof min === "object") return { fault: `parsing min val - ${min.fault}` };
  const max = parseLimit(limits[2] ?? "");
  if (typeof max === "object") return { fault: `parsing max val - ${max.fault}` };
  if (min !== undefined && max !== undefined && min >= max)
    return cannot("min must be less than max in DS definition");
  return { source: { name, type, heartbeat, min, max }, origin };
}

function isType(type: string): type is keyof typeof dataSourceKinds {
  return Object.hasOwn(dataSourceKinds, type);
}

function parseLimit(text: string): number | undefined | Fault {
  return text === "U" ? undefined : parseNumber(text);
}

interface ParsedArchives {
  readonly archives: RrdDefinition["archives"];
  readonly needsVersion4: boolean;
}

/** `AVERAGE:0.5:1:8`; `index`: which archive it becomes, from 0. The fault in rrdtool's words. */
export function parseArchive(text: string, index: number, step: number): ParsedArchives | Fault {
  const fields = text.split(":").filter((field) => field !== "");
  const [cfText, xffText, stepsText, rowsText] = fields;
  const cf = cfText === undefined ? undefined : (/^[A-Z]+/.exec(cfText)?.[0] ?? "");
  if (cf !== undefined && !isConsolidation(cf)) return { fault: `Unrecognized consolidation function ${cf}` };
  if (cf !== undefined && !isPlainConsolidation(cf)) return parseForecast(cf, fields, index, step);
  if (cf === undefined || xffText === undefined || stepsText === undefined || rowsText === undefined)
    return { fault: `Expected at least 4 arguments for RRA but got ${fields.length}` };
  if (fields.length > 4) return { fault: `Unexpected extra argument for consolidation function ${cf}` };
  const xff = parseNumber(xffText);
  if (typeof xff !== "number" || xff < 0 || xff >= 1)
    return { fault: "Invalid xff: must be between 0 and 1" };
  const pdpPerRow = parseScaledDuration(stepsText, step);
  if (typeof pdpPerRow !== "number") return { fault: `Invalid step ${stepsText}: ${pdpPerRow.fault}` };
  const rows = parseScaledDuration(rowsText, step * pdpPerRow);
  if (typeof rows !== "number") return { fault: `Invalid row count ${rowsText}: ${rows.fault}` };
  return { archives: [{ cf, xff, pdpPerRow, rows }], needsVersion4: false };
}
