import type { Plain } from "../../../base/index.ts";
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
  if (asked.length < words.length) world.print(`${toJson(rowsAsData(rows.value))}\n`);
  else printRows(rows.value, (text) => world.print(text));
  return rows;
};

/** NaN, which JSON has no number for, becomes null when it is written. */
function rowsAsData(rows: FetchedRows): Plain {
  const { start, end, step, names, columns } = rows;
  const count = Math.round((end - start) / step);
  return {
    start,
    end,
    step,
    names: [...names],
    rows: Array.from({ length: count }, (_, row) => ({
      time: start + (row + 1) * step,
      values: columns.map((column) => column[row] ?? Number.NaN),
    })),
  };
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
