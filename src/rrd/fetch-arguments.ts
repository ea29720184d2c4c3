import { failed, ok, problem, type Result } from "../base/index.ts";
import { parsePeriod } from "./at-period.ts";
import { readWords } from "./command-words.ts";
import { isConsolidation } from "./consolidations.ts";
import { EARLIEST } from "./create-arguments.ts";
import { parseScaledDuration } from "./duration.ts";
import type { FetchRequest } from "./rrd-file.ts";

const options = [
  { short: "s", long: "start", takesValue: true },
  { short: "e", long: "end", takesValue: true },
  { short: "r", long: "resolution", takesValue: true },
  { short: "a", long: "align-start", takesValue: false },
] as const;

/** `["AVERAGE", "-s", "end-1h"]` as `rrdtool fetch` takes them after the file name. `now`: epoch seconds. */
export function parseFetchArguments(words: readonly string[], now: number): Result<FetchRequest> {
  const read = readWords(words, options);
  if ("fault" in read) return refuse(read.fault);
  const { given, rest } = read;
  const [cf] = rest;
  let resolution = 1;
  for (const text of given.get("resolution") ?? []) {
    const parsed = parseScaledDuration(text, 1);
    if (typeof parsed !== "number") return refuse(`resolution: ${parsed.fault}`);
    resolution = parsed;
  }
  const period = parsePeriod(
    given.get("start")?.at(-1) ?? "end-24h",
    given.get("end")?.at(-1) ?? "now",
    Math.floor(now),
  );
  if (!period.ok) return period;
  let { start, end } = period.value;
  if (start < EARLIEST) return refuse("the first entry to fetch should be after 1980");
  if (end < start) return refuse(`start (${start}) should be less than end (${end})`);
  if (given.has("align-start")) {
    const past = start % resolution;
    start -= past;
    end -= past;
  }
  if (cf === undefined) return refuse("Usage: rrdtool fetch <file> <CF> [options]");
  if (!isConsolidation(cf)) return refuse(`unknown consolidation function '${cf}'`);
  return ok({ cf, start, end, resolution });
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}
