import { ok, type Result } from "../../base/index.ts";
import { parsePeriod, readWords } from "../../rrd/index.ts";
import { calendarOf } from "../calendar.ts";
import { type Column, greatestCommonDivisor } from "./column.ts";
import { type Computed, compute, floorTo } from "./compute.ts";
import { GraphFault } from "./element-words.ts";
import type { Element, Export, Print } from "./elements.ts";
import { MOST_ROWS } from "./evaluate.ts";
import { leadingInteger } from "./leading-integer.ts";
import { parseElements } from "./parse-elements.ts";
import { newMemory, printText } from "./print.ts";
import { faultProblem, type RrdGraphOptions } from "./rrd-graph.ts";
import { type Exported, exportedJson, exportedXml, type Remark } from "./xport-text.ts";

const options = [
  { short: "s", long: "start", takesValue: true },
  { short: "e", long: "end", takesValue: true },
  { short: "m", long: "maxrows", takesValue: true },
  { short: "", long: "step", takesValue: true },
  { short: "", long: "enumds", takesValue: false },
  { short: "", long: "json", takesValue: false },
  { short: "t", long: "showtime", takesValue: false },
  { short: "d", long: "daemon", takesValue: true },
] as const;

const EARLIEST = 315_360_000;
const FEWEST_ROWS = 10;
const USUAL_ROWS = "400";
const MOST_VALUES = 2 * 1024 * 1024;

export interface RrdXportAnswer {
  /** All of it. */
  readonly text: string;
  /** The same, piece by piece: for tables that are too long to be held. */
  readonly pieces: Iterable<string>;
}

/**
 * `rrdtool xport`: `args` are its words after the verb. The text is XML, or JSON with `--json`, byte for byte as
 * rrdtool 1.7.2 prints it. Problems as with `rrdGraph`.
 */
export async function rrdXport(
  args: readonly string[],
  given: RrdGraphOptions,
): Promise<Result<RrdXportAnswer>> {
  try {
    return exportColumns(args, given);
  } catch (error) {
    return faultProblem(error);
  }
}

function exportColumns(args: readonly string[], given: RrdGraphOptions): Result<RrdXportAnswer> {
  const read = readWords(args, options);
  if ("fault" in read) throw new GraphFault(read.fault);
  const last = (name: (typeof options)[number]["long"]) => read.given.get(name)?.at(-1);
  if (read.given.has("daemon")) throw new GraphFault("--daemon is not supported: flush the files first");
  const period = parsePeriod(last("start") ?? "end-24h", last("end") ?? "now", Math.floor(given.now));
  if (!period.ok) return period;
  const { start, end } = period.value;
  checkPeriod(start, end);
  const most = leadingInteger(last("maxrows") ?? USUAL_ROWS);
  if (most < FEWEST_ROWS) throw new GraphFault("maxrows below 10 rows");
  const step = Math.max(leadingInteger(last("step") ?? "0"), Math.floor((end - start) / most));
  if (read.rest.length === 0) throw new GraphFault("can't make an xport without contents");
  const elements = parseElements(read.rest);
  const exports = elements.filter((element): element is Export => element.kind === "XPORT");
  if (exports.length === 0) throw new GraphFault("no XPORT found, nothing to do");
  const calendar = calendarOf(given.timeZone);
  const now = Math.floor(given.now);
  const computed = compute(elements, {
    cwd: given.cwd,
    start,
    end,
    now,
    step,
    missingIsUnknown: false,
    calendar,
  });
  if (!computed.ok) return computed;
  const columns = exports
    .map(({ of }) => computed.value.columns.get(of))
    .filter((column) => column !== undefined);
  const context = { base: 1000, calendar, now, memory: newMemory(), digits: "arithmetic" } as const;
  const texts = new Map<Element, string>();
  let before = "";
  for (const element of elements) {
    if (element.kind !== "PRINT" && element.kind !== "GPRINT") continue;
    // Where a time is not known, rrdtool exports what it printed before.
    if (!(element.as === "strftime" && hasNoTime(element, computed.value))) {
      before = printText(element, computed.value, context);
    }
    texts.set(element, before);
  }
  const exported = {
    ...table(columns, start, end),
    legends: exports.map(({ legend }) => legend),
    ...remarks(elements, texts),
  };
  const showTime = read.given.has("showtime");
  const asJson = read.given.has("json");
  const numbered = read.given.has("enumds");
  const pieces = () =>
    asJson ? exportedJson(exported, showTime) : exportedXml(exported, showTime, numbered);
  const answer: RrdXportAnswer = {
    get text() {
      return [...pieces()].join("");
    },
    get pieces() {
      return pieces();
    },
  };
  return ok(answer, computed.warnings);
}

function hasNoTime(print: Print, { figures }: Computed): boolean {
  return print.cf === undefined && figures.get(print.of)?.when === undefined;
}

export function checkPeriod(start: number, end: number): void {
  if (start < EARLIEST) throw new GraphFault(`the first entry to fetch should be after 1980 (${start})`);
  if (end < start) throw new GraphFault(`start (${start}) should be less than end (${end})`);
}

/** All columns at the finest common step; what a column does not have is unknown. */
export function table(
  columns: readonly Column[],
  start: number,
  end: number,
): Pick<Exported, "start" | "step" | "rows" | "columns"> {
  const step = columns.map((column) => column.step).reduce(greatestCommonDivisor, 0) || 1;
  const from = floorTo(start, step);
  const to = end % step === 0 ? end : floorTo(end, step) + step;
  const rows = Math.round((to - from) / step);
  if (rows > MOST_ROWS || rows * columns.length > MOST_VALUES) {
    throw new GraphFault(`the table would have ${rows} rows of ${columns.length} values, which is too much`);
  }
  const aligned = columns.map((column) => {
    const values = new Float64Array(rows).fill(Number.NaN);
    const offset = from - column.start;
    for (let row = 0; row < rows; row++) {
      const at = Math.floor((offset + row * step) / column.step);
      values[row] = at < 0 ? Number.NaN : (column.values[at] ?? Number.NaN);
    }
    return values;
  });
  return { start: from, step, rows, columns: aligned };
}

/** What else the elements say, in the order and with the quirks of rrdtool. */
function remarks(
  elements: readonly Element[],
  texts: ReadonlyMap<Element, string>,
): Pick<Exported, "prints" | "remarks" | "rules"> {
  const prints: string[] = [];
  const said: Remark[] = [];
  const rules: Remark[] = [];
  for (const element of elements) {
    switch (element.kind) {
      case "PRINT":
        prints.push(texts.get(element) ?? "");
        break;
      case "GPRINT":
        said.push({ tag: "gprint", text: texts.get(element) ?? "" });
        break;
      case "COMMENT":
        said.push({ tag: "comment", text: element.text });
        break;
      case "TEXTALIGN":
        said.push({ tag: "align", text: element.align });
        break;
      case "LINE":
        said.push({ tag: "line", text: element.legend });
        break;
      case "AREA":
        said.push({ tag: "area", text: element.legend === "" ? "" : `  ${element.legend}` });
        break;
      case "HRULE":
        rules.push({ tag: "hrule", text: "0.0000000000e+00" });
        break;
      case "VRULE":
        rules.push({ tag: "vrule", text: "0" });
        break;
      default:
    }
  }
  return { prints, remarks: said, rules };
}
