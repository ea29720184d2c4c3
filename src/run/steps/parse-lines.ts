import { emptyMapping, isMapping, type Mapping, setKey } from "../../base/index.ts";
import { type OutputFormat, parseOutput } from "../command/index.ts";
import type { Outcome } from "../failure.ts";

/** For each line of a long-running command: its fields, or undefined for a header or an empty line. */
export function lineParser(format: OutputFormat | undefined): (line: string) => Outcome<Mapping> | undefined {
  switch (format) {
    case undefined:
      return (line) => field("output", line);
    case "lines":
      return (line) => field("line", line);
    case "csv":
    case "columns":
      return tableParser(format);
    default:
      return (line) => (line.trim() === "" ? undefined : parseOutput(format, line));
  }
}

/** The first line names the columns. */
function tableParser(format: "csv" | "columns"): (line: string) => Outcome<Mapping> | undefined {
  let header: string | undefined;
  return (line) => {
    if (line.trim() === "") return undefined;
    if (header === undefined) {
      header = line;
      return undefined;
    }
    const table = parseOutput(format, `${header}\n${line}`);
    if (!table.ok) return table;
    const { rows } = table.value;
    const row = Array.isArray(rows) ? rows[0] : undefined;
    return isMapping(row) ? { ok: true, value: row } : undefined;
  };
}

function field(name: string, value: string): Outcome<Mapping> {
  const fields = emptyMapping();
  setKey(fields, name, value);
  return { ok: true, value: fields };
}
