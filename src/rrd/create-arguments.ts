import { failed, ok, problem, type Result } from "../base/index.ts";
import { parseAtTime } from "./at-time.ts";
import { readWords } from "./command-words.ts";
import { parseExpression } from "./compute-expression.ts";
import { isConsolidation, isPlainConsolidation } from "./consolidations.ts";
import { dataSourceKinds } from "./data-source-kinds.ts";
import type { RrdDefinition } from "./definition.ts";
import { parseScaledDuration } from "./duration.ts";
import { parseNumber } from "./number-text.ts";
import { parseForecast } from "./parse-forecast.ts";

export interface CreateRequest {
  readonly definition: RrdDefinition;
  readonly noOverwrite: boolean;
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
 * rrdtool's error texts. `now`: epoch seconds. `--source` and `--template` are not supported yet and refused
 * (`rrd-not-supported`).
 */
export function parseCreateArguments(words: readonly string[], now: number): Result<CreateRequest> {
  const read = readWords(words, options);
  if ("fault" in read) return refuse(read.fault);
  const { given, rest } = read;
  for (const long of ["source", "template"] as const) {
    if (given.has(long)) return failed(problem("rrd-not-supported", `create --${long} is not supported`));
  }
  let step = DEFAULT_STEP;
  for (const text of given.get("step") ?? []) {
    const parsed = parseScaledDuration(text, 1);
    if (typeof parsed !== "number") return refuse(`step size: ${parsed.fault}`);
    step = parsed;
  }
  let start = Math.floor(now) - 10;
  for (const text of given.get("start") ?? []) {
    const parsed = parseStart(text, now);
    if (typeof parsed !== "number") return refuse(parsed.fault);
    start = parsed;
  }
  const dataSources: RrdDefinition["dataSources"][number][] = [];
  const archives: RrdDefinition["archives"][number][] = [];
  let formatVersion: 3 | 4 = 3;
  for (const word of rest) {
    if (word.startsWith("DS:")) {
      const parsed = parseDataSource(word.slice(3), dataSources);
      if ("fault" in parsed) return refuse(parsed.fault);
      dataSources.push(parsed);
    } else if (word.startsWith("RRA:")) {
      const parsed = parseArchive(word.slice(4), archives.length, step);
      if ("fault" in parsed) return refuse(parsed.fault);
      archives.push(...parsed.archives);
      if (parsed.needsVersion4) formatVersion = 4;
    } else return refuse(`can't parse argument '${word}'`);
  }
  if (archives.length === 0) return refuse("you must define at least one Round Robin Archive");
  if (dataSources.length === 0) return refuse("you must define at least one Data Source");
  return ok({
    definition: { step, start, dataSources, archives, formatVersion },
    noOverwrite: given.has("no-overwrite"),
  });
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

function parseDataSource(
  text: string,
  before: RrdDefinition["dataSources"],
): RrdDefinition["dataSources"][number] | Fault {
  // `name=source[index]` says where `--source` finds the data; without that option it has no effect.
  const match = /^([-\w]{1,19})(?:=[-\w]{1,19}(?:\[\d+\])?)?:([A-Z]+):(.+)$/s.exec(text);
  const [, name = "", type = "", rest = ""] = match ?? [];
  if (match === null) return { fault: "invalid DS format" };
  if (before.some((source) => source.name === name)) return { fault: `Duplicate DS name: ${name}` };
  if (!isType(type)) return { fault: `invalid DS type specified (${type})` };
  if (type === "COMPUTE") {
    const expression = parseExpression(
      rest,
      before.map((source) => source.name),
    );
    return "fault" in expression ? expression : { name, type, expression: rest };
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
  return { name, type, heartbeat, min, max };
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

function parseArchive(text: string, index: number, step: number): ParsedArchives | Fault {
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
