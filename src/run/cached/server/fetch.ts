import type { FetchedRows } from "../../../rrd/index.ts";
import { type Answer, type CommandContext, type ProtocolCommand, refusal, usageOf } from "./command.ts";
import { flushFor } from "./flush.ts";
import { look } from "./look.ts";

const help = ["Reads rows; what is waiting for the file is written before."];
/** One answer holds at most this many values (about 25 MB as text). */
const MOST_VALUES = 1_000_000;
/** Line end, sixteen digits and a colon; blank, `-1.23456789012345678e+308`. */
const LONGEST_TIME = 18;
const LONGEST_NUMBER = 26;

export const fetch: ProtocolCommand = {
  usage: "FETCH <file> <CF> [<start> [<end>] [<column>...]]",
  help,
  inBatch: false,
  answer: (context, words) => (words[1] === undefined ? usageOf(fetch) : rows(context, words, asText)),
};

export const fetchBinary: ProtocolCommand = {
  usage: "FETCHBIN <file> <CF> [<start> [<end>] [<column>...]]",
  help,
  inBatch: false,
  answer: (context, words) =>
    words[1] === undefined ? usageOf(fetchBinary) : rows(context, words, asBinary),
};

function rows(
  context: CommandContext,
  [name = "", cf = "", start, end, ...columns]: readonly string[],
  write: (rows: FetchedRows) => Answer,
): Answer {
  const path = context.base.locate(name);
  const unwritten = path === undefined ? undefined : flushFor(context, path);
  if (unwritten !== undefined) return refusal(`cannot flush ${context.base.shown(name)}: ${unwritten}`);
  const now = Math.floor(context.clock.wall() / 1000);
  const to = time(end, now, now);
  const from = time(start, now, to - 86_400);
  return look(
    context,
    name,
    (rrd) => {
      if ((to - from) / rrd.step > MOST_VALUES)
        return refusal(`rrd_fetch_r failed: more than ${MOST_VALUES} rows`);
      const fetched = rrd.fetchArguments([cf, "-s", String(from), "-e", String(to)]);
      if (!fetched.ok) return refusal(`rrd_fetch_r failed: ${fetched.problems[0]?.message}`);
      const chosen = choose(fetched.value, columns);
      if (typeof chosen === "string") return refusal(`field ${chosen} not found in ${rrd.path}`);
      if (chosen.columns.length * (chosen.columns[0]?.length ?? 0) > MOST_VALUES)
        return refusal(`rrd_fetch_r failed: more than ${MOST_VALUES} values`);
      return write(chosen);
    },
    "rrd_fetch_r failed: ",
  );
}

/** Epoch seconds; up to 0 is counted back from now. Anything else than a number is refused by the reader. */
function time(text: string | undefined, now: number, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number.parseInt(text, 10) || 0;
  return value <= 0 ? now + value : value;
}

function choose(rows: FetchedRows, wanted: readonly string[]): FetchedRows | string {
  if (wanted.length === 0) return rows;
  const columns: Float64Array[] = [];
  for (const name of wanted) {
    const column = rows.columns[rows.names.indexOf(name)];
    if (column === undefined) return name;
    columns.push(column);
  }
  return { ...rows, names: wanted, columns };
}

function head(rows: FetchedRows): string[] {
  return [
    "FlushVersion: 1",
    `Start: ${rows.start}`,
    `End: ${rows.end}`,
    `Step: ${rows.step}`,
    `DSCount: ${rows.names.length}`,
  ];
}

/** Written straight into the bytes that are sent: as a text of its own each row would take many times as much. */
function asText(rows: FetchedRows): Buffer {
  const lines = [...head(rows), `DSName: ${rows.names.join(" ")}`];
  const count = Math.round((rows.end - rows.start) / rows.step);
  const begin = [`${lines.length + count} Success`, ...lines].join("\n");
  const longest = LONGEST_TIME + rows.columns.length * LONGEST_NUMBER;
  const bytes = Buffer.alloc(begin.length + count * longest);
  let at = bytes.write(begin, "latin1");
  for (let row = 0; row < count; row++) {
    at += bytes.write(`\n${rows.start + (row + 1) * rows.step}:`, at, "latin1");
    for (const column of rows.columns)
      at += bytes.write(` ${scientific(column[row] ?? Number.NaN)}`, at, "latin1");
  }
  return bytes.subarray(0, at);
}

/** Each column's line is followed by its doubles and a line end, which the count of lines leaves out. */
function asBinary(rows: FetchedRows): Buffer {
  const lines = head(rows);
  const parts: Buffer[] = [
    Buffer.from(`${[`${lines.length + rows.names.length} Success`, ...lines].join("\n")}\n`),
  ];
  rows.columns.forEach((column, index) => {
    parts.push(Buffer.from(`DSName-${rows.names[index]}: BinaryData ${column.length} 8 LITTLE\n`));
    const bytes = Buffer.alloc(column.length * 8 + 1, 10);
    column.forEach((value, row) => {
      // rrdtool's own unknown has the sign bit set.
      if (Number.isNaN(value)) bytes.writeBigUInt64LE(0xfff8_0000_0000_0000n, row * 8);
      else bytes.writeDoubleLE(value, row * 8);
    });
    parts.push(bytes);
  });
  // Every answer gets its line end when it is sent.
  return Buffer.concat(parts).subarray(0, -1);
}

/** C's `%0.17e`, and its words for what is no number. */
function scientific(value: number): string {
  if (Number.isNaN(value)) return "-nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return value.toExponential(17).replace(/e([+-])(\d)$/, "e$10$2");
}
