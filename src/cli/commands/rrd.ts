import { resolve } from "node:path";
import type { Plain } from "../../base/index.ts";
import { type FetchedRows, openRrd, type RrdFile, type RrdInfo, rrdInfoText } from "../../rrd/index.ts";
import type { ExitCode, Io } from "../io.ts";
import { toJson } from "../output.ts";
import { report, usageProblem, wrongUsage } from "../report.ts";
import type { Command } from "./table.ts";

const help = `procblock rrd info FILE [--json]
procblock rrd fetch FILE AVERAGE|MIN|MAX|LAST [-s START] [-e END] [-r SECONDS] [--json]

  info   what the file holds, as \`rrdtool info\` prints it
  fetch  the rows of the archive that fits best, as \`rrdtool fetch\` prints them;
         START and END are epoch seconds or times like now-1h, midnight, end-1d
`;

/** `procblock rrd info|fetch FILE …` */
export const rrd: Command = async (io, argv) => {
  const words = argv.filter((word) => word !== "--json" && word !== "--no-color");
  const json = argv.includes("--json");
  const [verb, file, ...rest] = words;
  if (verb === "--help" || verb === "-h" || verb === undefined) {
    io.stdout.write(help);
    return verb === undefined ? 2 : 0;
  }
  if (verb !== "info" && verb !== "fetch") {
    return wrongUsage(io, [usageProblem(`"rrd ${verb}" is not there: expected "info" or "fetch"`)], "rrd");
  }
  if (file === undefined) return wrongUsage(io, [usageProblem(`"rrd ${verb}" needs a file`)], "rrd");
  if (verb === "info" && rest[0] !== undefined) {
    return wrongUsage(io, [usageProblem(`unexpected "${rest[0]}"`)], "rrd");
  }
  const opened = openRrd(resolve(io.cwd, file), { mode: "read", clock: io.clock });
  if (!opened.ok) {
    report(io, opened.problems);
    return 1;
  }
  try {
    return verb === "info"
      ? info(io, { ...opened.value.info(), file }, json)
      : fetch(io, opened.value, rest, json);
  } finally {
    opened.value.close();
  }
};

function info(io: Io, held: RrdInfo, json: boolean): ExitCode {
  io.stdout.write(json ? `${toJson(plainInfo(held))}\n` : rrdInfoText(held));
  return 0;
}

/** NaN, which JSON has no number for, becomes null when it is written. */
function plainInfo(held: RrdInfo): Plain {
  return held as unknown as Plain;
}

function fetch(io: Io, file: RrdFile, words: readonly string[], json: boolean): ExitCode {
  const fetched = file.fetchArguments(words);
  if (!fetched.ok) return wrongUsage(io, fetched.problems, "rrd");
  io.stdout.write(json ? `${toJson(rowsAsData(fetched.value))}\n` : rowsAsText(fetched.value));
  return 0;
}

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

/** As `rrdtool fetch`: the names, then `time: values` with ten digits behind the point. */
function rowsAsText({ start, end, step, names, columns }: FetchedRows): string {
  const lines = [`           ${names.map((name) => name.padStart(20)).join("")}`, ""];
  const count = Math.round((end - start) / step);
  for (let row = 0; row < count; row++) {
    const values = columns.map((column) => scientific(column[row] ?? Number.NaN));
    lines.push(`${String(start + (row + 1) * step).padStart(10)}: ${values.join(" ")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** C's `%0.10e`: at least two digits of exponent. */
function scientific(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return value.toExponential(10).replace(/e([+-])(\d)$/, "e$10$2");
}
