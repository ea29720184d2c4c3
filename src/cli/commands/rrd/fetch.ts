import { exponential, type FetchedRows, parseFetchArguments, takeFirstWord } from "../../../rrd/index.ts";
import { toJson } from "../../output.ts";
import { daemon, flag, option, type RrdVerb, refuse, takeApart } from "./world.ts";

const options = [
  daemon,
  option("s", "start"),
  option("e", "end"),
  option("r", "resolution"),
  flag("a", "align-start"),
];

/** With `--json`, which rrdtool has not, one line for programs. */
export const fetch: RrdVerb = (world, words) => {
  const asked = words.filter((word) => word !== "--json");
  const given = takeApart(asked, options);
  if (!given.ok) return given;
  const { first: file, others } = takeFirstWord(asked, options);
  world.warnOfTimes([...(given.value.given.get("start") ?? []), ...(given.value.given.get("end") ?? [])]);
  const request = parseFetchArguments(others, world.now);
  if (!request.ok) return request;
  if (file === undefined) return refuse("Usage: rrdtool fetch <file> <CF> [options]");
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const rows = opened.value.fetch(request.value);
  opened.value.close();
  if (!rows.ok) return rows;
  const write = asked.length < words.length ? printJson : printRows;
  write(rows.value, (text) => world.print(text));
  return rows;
};

/** Written row by row: as one value a long period would take a hundred times the memory of its numbers. */
function printJson({ start, end, step, names, columns }: FetchedRows, print: (text: string) => void): void {
  const head = toJson({ start, end, step, names: [...names] });
  let text = `${head.slice(0, -1)}, "rows": [`;
  const count = Math.round((end - start) / step);
  for (let row = 0; row < count; row++) {
    const values = columns.map((column) => jsonNumber(column[row] ?? Number.NaN));
    text += `${row > 0 ? ", " : ""}{"time": ${start + (row + 1) * step}, "values": [${values.join(", ")}]}`;
    if (row % MOST_LINES === MOST_LINES - 1) {
      print(text);
      text = "";
    }
  }
  print(`${text}]}\n`);
}

/** JSON has no number for unknowns and infinities. */
function jsonNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : "null";
}

/** Lines that are written at once. */
const MOST_LINES = 1000;

function printRows({ start, end, step, names, columns }: FetchedRows, print: (text: string) => void): void {
  let text = `           ${names.map((name) => name.padStart(20)).join("")}\n\n`;
  const count = Math.round((end - start) / step);
  for (let row = 0; row < count; row++) {
    const values = columns.map((column) => rowText(column[row] ?? Number.NaN));
    text += `${String(start + (row + 1) * step).padStart(10)}: ${values.join(" ")}\n`;
    if (row % MOST_LINES === MOST_LINES - 1) {
      print(text);
      text = "";
    }
  }
  print(text);
}

/** rrdtool's own unknown has the sign bit set, and is printed with it. */
function rowText(value: number): string {
  return Number.isNaN(value) ? "-nan" : exponential(value);
}
