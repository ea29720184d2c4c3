import { ok, type Result } from "../../../base/index.ts";
import { exponential, type FetchedRows, parseFetchArguments, takeFirstWord } from "../../../rrd/index.ts";
import { toJson } from "../../output.ts";
import { orUnreached, withDaemon, withoutDaemon } from "./through-daemon.ts";
import { daemon, flag, option, type RrdVerb, refuse, takeApart } from "./world.ts";

const options = [
  daemon,
  option("s", "start"),
  option("e", "end"),
  option("r", "resolution"),
  flag("a", "align-start"),
];

/** With `--json`, which rrdtool has not, one line for programs. */
export const fetch: RrdVerb = async (world, words) => {
  const asked = words.filter((word) => word !== "--json");
  const given = takeApart(asked, options);
  if (!given.ok) return given;
  const { first: file, others } = takeFirstWord(asked, options);
  world.warnOfTimes([...(given.value.given.get("start") ?? []), ...(given.value.given.get("end") ?? [])]);
  const request = parseFetchArguments(withoutDaemon(others), world.now);
  if (!request.ok) return request;
  if (file === undefined) return refuse("Usage: rrdtool fetch <file> <CF> [options]");
  const { cf, start, end } = request.value;
  const print = (rows: Result<FetchedRows>) => {
    const write = asked.length < words.length ? printJson : printRows;
    if (rows.ok) write(rows.value, (text) => world.print(text));
    return rows;
  };
  const fetched = await withDaemon(world, given.value.given.get("daemon")?.at(-1), (server) =>
    server.askOf("FETCH", file, [cf, String(start), String(end)]),
  );
  return orUnreached(
    fetched,
    // The daemon knows nothing of a wanted resolution; that is so with rrdtool, too.
    (answer) => print(answer.ok ? rowsOf(answer.value.lines) : answer),
    () => {
      const opened = world.open(file, "read");
      if (!opened.ok) return opened;
      const rows = opened.value.fetch(request.value);
      opened.value.close();
      return print(rows);
    },
  );
};

/** `Start: 1600000000` and the like, then `1600000010: 1.0e+00 nan`. */
function rowsOf(lines: readonly string[]): Result<FetchedRows> {
  const head = new Map(lines.slice(0, 6).map((line) => [line.split(":", 1)[0], line.replace(/^\w+: */, "")]));
  const number = (name: string) => Number(head.get(name));
  const [start, end, step] = [number("Start"), number("End"), number("Step")];
  if (!(end >= start && step > 0)) return refuse("the rrdcached answered FETCH with something else");
  const names = (head.get("DSName") ?? "").trim().split(" ");
  const rows = lines.slice(6).map((line) =>
    line
      .replace(/^\d+: */, "")
      .trim()
      .split(" "),
  );
  const columns = names.map((_, column) => Float64Array.from(rows, (row) => numberOf(row[column] ?? "nan")));
  return ok({ start, end, step, names, columns });
}

/** C's numbers. */
function numberOf(text: string): number {
  const infinite = /^([+-]?)inf/i.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

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
