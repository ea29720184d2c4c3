import { copyPlain, emptyMapping, isMapping, type Mapping, type Plain, setKey } from "../../base/index.ts";

export const outputFormats = ["json", "lines", "kv", "csv", "columns", "number"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Fields, or what is wrong with the text. */
export type ParsedOutput = Mapping | string;

/** Turns a command's whole output into fields. */
export const parseOutput: Record<OutputFormat, (text: string) => ParsedOutput> = {
  /** A mapping gives its keys, anything else `value`. */
  json(text) {
    try {
      const value = copyPlain(JSON.parse(text) as Plain);
      return isMapping(value) ? value : field("value", value);
    } catch (error) {
      return `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
  },
  lines: (text) => field("lines", linesOf(text)),
  kv(text) {
    const fields = emptyMapping();
    for (const line of linesOf(text)) readPairs(line, fields);
    return Object.keys(fields).length > 0 || text.trim() === ""
      ? fields
      : 'has no line such as "key=value" or "key: value"';
  },
  /** `rows`: one mapping per line, named by the first line. */
  csv(text) {
    const records = csvRecords(text);
    return typeof records === "string" ? records : table(records);
  },
  /** As `csv`, between blanks. */
  columns: (text) => columnsTable(linesOf(text)),
  number(text) {
    const value = numberOf(text.trim());
    return typeof value === "number"
      ? field("number", value)
      : `is not a number: ${JSON.stringify(text.trim().slice(0, 60))}`;
  },
};

/** For each line of a long-running command: its fields, or nothing for a header line. */
export function lineParser(format: OutputFormat | undefined): (line: string) => ParsedOutput | undefined {
  let header: string[] | undefined;
  const cells = (split: (line: string) => string[]) => (line: string) => {
    const row = split(line);
    if (header !== undefined) return namedRow(header, row);
    header = row;
    return undefined;
  };
  switch (format) {
    case undefined:
      return (line) => field("output", line);
    case "lines":
      return (line) => field("line", line);
    case "csv":
      return cells((line) => {
        const records = csvRecords(line);
        return typeof records === "string" ? [line] : (records[0] ?? []);
      });
    case "columns":
      return cells((line) => (header === undefined ? words(line) : splitWords(line, header.length)));
    default:
      return (line) => (line.trim() === "" ? undefined : parseOutput[format](line));
  }
}

function field(name: string, value: Plain): Mapping {
  const fields = emptyMapping();
  setKey(fields, name, value);
  return fields;
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Text that is wholly a number is one; identifiers such as `007` stay text. */
function numberOf(text: string): number | string {
  if (!/^[+-]?(0|[1-9]\d*|(?=\.))(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return text;
  const value = Number(text);
  return Number.isFinite(value) &&
    (Number.isSafeInteger(value) || !Number.isInteger(value) || /[.e]/i.test(text))
    ? value
    : text;
}

/** `a=1 b="two words"`, or one `key: value` / `key = value` in a line. */
function readPairs(line: string, into: Mapping): void {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return;
  const several = text.match(/[^\s=:"]+=(?:"[^"]*"|'[^']*'|[^\s,;]*)/g);
  if (several !== null && several.length > 1) {
    for (const pair of several)
      setPair(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1), into);
    return;
  }
  const match = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(text);
  if (match !== null) setPair(match[1] ?? "", match[2] ?? "", into);
}

function setPair(key: string, text: string, into: Mapping): void {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  setKey(into, key, quoted === null ? numberOf(text) : (quoted[2] ?? ""));
}

function table([header = [], ...rows]: string[][]): Mapping {
  return field(
    "rows",
    rows.map((row) => namedRow(header, row)),
  );
}

function namedRow(header: readonly string[], row: readonly string[]): Mapping {
  const named = emptyMapping();
  header.forEach((name, index) => {
    const cell = row[index];
    if (cell !== undefined) setKey(named, name, numberOf(cell));
  });
  return named;
}

/** Quoted cells may hold commas, line ends and doubled quotes. */
function csvRecords(text: string): string[][] | string {
  const records: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) return `is not CSV: unexpected quote in line ${text.slice(0, at).split("\n").length}`;
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") {
      if (cell.lastIndex >= text.length) row.push("");
      else continue;
    }
    records.push(row);
    row = [];
  }
  if (row.length > 0) records.push(row);
  return records;
}

function columnsTable(lines: readonly string[]): Mapping {
  const [first = "", ...rest] = lines.filter((line) => line.trim() !== "");
  const rows = rest.map(words);
  const most = Math.max(0, ...rows.map((row) => row.length));
  let header = words(first);
  // `Mounted on` at the end of a header is one name when no row has that many cells.
  if (most > 0 && most < header.length) header = splitWords(first, most);
  return table([header, ...rest.map((line) => splitWords(line, header.length))]);
}

function words(line: string): string[] {
  return line.trim().split(/\s+/);
}

/** At most `count` cells; the last one takes what is left, blanks and all. */
function splitWords(line: string, count: number): string[] {
  const cells: string[] = [];
  let rest = line.trim();
  while (cells.length < count - 1) {
    const match = /^(\S+)\s+/.exec(rest);
    if (match === null) break;
    cells.push(match[1] ?? "");
    rest = rest.slice(match[0].length);
  }
  if (rest !== "") cells.push(rest);
  return cells;
}
