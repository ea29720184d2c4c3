import { emptyMapping, kindOf, type Mapping, type Plain, setKey } from "../../base/index.ts";
import type { Outcome } from "../failure.ts";

/** `parse:` of a shell step. */
export const outputFormats = ["json", "lines", "kv", "csv", "columns", "number"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Most lines or rows: a megabyte of line ends must not become a million mappings. */
const MOST_ROWS = 100_000;
const MOST_COLUMNS = 1_000;
/** Most cells of a table. */
const MOST_CELLS = 1_000_000;
const DEEPEST = 200;

class ParseError extends Error {}

const parsers: Readonly<Record<OutputFormat, (output: string) => Mapping>> = {
  json: parseJson,
  lines: (output) => mapping({ lines: linesOf(output) }),
  kv: parseKeyValues,
  csv: parseCsv,
  columns: parseColumns,
  number: parseNumber,
};

/**
 * A command's output as fields:
 *
 * | format | fields |
 * | --- | --- |
 * | `json` | a mapping: its own keys; anything else: `{value}` |
 * | `lines` | `{lines: ["…", …]}`, without the line ends |
 * | `kv` | one field per line `name=value`, `name: value` or `name value`; quotes around a value go |
 * | `csv` | `{rows: [{…}, …]}`, named by the first line; quoted fields as in RFC 4180 |
 * | `columns` | `{rows: [{…}, …]}`: columns separated by blanks, named by the first line; the last takes the rest |
 * | `number` | `{number}`: the first word of the output, which must be a decimal number |
 *
 * `kv`, `csv` and `columns` turn decimal numbers into numbers, unless digits would be lost; other values stay text.
 * Fails with `parse-failed`, which names the line.
 */
export function parseOutput(format: OutputFormat, output: string): Outcome<Mapping> {
  try {
    return { ok: true, value: parsers[format](output.replace(/^\ufeff/, "")) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const message = `the command's output is not ${format === "number" ? "a number" : format}: ${error.message}`;
    const start = output.slice(0, 100).trim();
    const notes = start === "" ? {} : { notes: [`the output starts with ${JSON.stringify(start)}`] };
    return { ok: false, failure: { kind: "parse-failed", message, ...notes } };
  }
}

function mapping(fields: Record<string, Plain>): Mapping {
  return Object.assign(emptyMapping(), fields);
}

function parseJson(output: string): Mapping {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch (error) {
    throw new ParseError(output.trim() === "" ? "it is empty" : error instanceof Error ? error.message : "");
  }
  const plain = inert(value, 0);
  return typeof plain === "object" && plain !== null && !Array.isArray(plain)
    ? plain
    : mapping({ value: plain });
}

/** Mappings without a prototype; a key `__proto__` is data. */
function inert(value: unknown, depth: number): Plain {
  if (depth > DEEPEST) throw new ParseError(`it is nested deeper than ${DEEPEST} levels`);
  if (Array.isArray(value)) return value.map((item) => inert(item, depth + 1));
  if (typeof value === "object" && value !== null) {
    const result = emptyMapping();
    for (const [key, item] of Object.entries(value)) setKey(result, key, inert(item, depth + 1));
    return result;
  }
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return value;
  }
  throw new ParseError(`it holds ${kindOf(value)}`);
}

function linesOf(output: string): string[] {
  if (output === "") return [];
  const lines = output.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length > MOST_ROWS) throw new ParseError(`it has more than ${MOST_ROWS} lines`);
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

function parseKeyValues(output: string): Mapping {
  const result = emptyMapping();
  linesOf(output).forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return;
    const separator = trimmed.search(/[=:]/);
    const at = separator >= 0 ? separator : trimmed.search(/\s/);
    const key = at < 0 ? "" : trimmed.slice(0, at).trim();
    if (key === "") throw new ParseError(`line ${index + 1} has no name and value`);
    setKey(result, key, typed(unquote(trimmed.slice(at + 1).trim())));
  });
  return result;
}

function unquote(value: string): string {
  const first = value[0];
  const quoted = value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first);
  return quoted ? value.slice(1, -1) : value;
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Numbers as numbers; `007`, twenty digits or `1e999` stay text, because as numbers they would not come back. */
function typed(value: string): Plain {
  if (!decimal.test(value) || /^[+-]?0\d/.test(value)) return value;
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? value : number;
}

function parseNumber(output: string): Mapping {
  const word = /^\s*(\S{1,400})/.exec(output)?.[1];
  if (word === undefined)
    throw new ParseError(output.trim() === "" ? "it is empty" : "its first word is too long");
  if (!decimal.test(word)) throw new ParseError(`${JSON.stringify(word.slice(0, 100))} is no decimal number`);
  const number = Number(word);
  if (!Number.isFinite(number)) throw new ParseError(`${word.slice(0, 100)} is too large`);
  return mapping({ number });
}

function parseColumns(output: string): Mapping {
  const lines = linesOf(output).filter((line) => line.trim() !== "");
  const names = (lines[0] ?? "").trim().split(/\s+/).filter(Boolean);
  return table(
    names,
    lines.slice(1).map((line) => splitColumns(line.trim(), names.length)),
  );
}

/** The last column takes the rest of the line: `ps` and `df` have blanks in it. */
function splitColumns(line: string, count: number): string[] {
  const cells: string[] = [];
  let rest = line;
  while (cells.length < count - 1 && rest !== "") {
    const at = rest.search(/\s/);
    if (at < 0) break;
    cells.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  if (rest !== "") cells.push(rest);
  return cells;
}

function parseCsv(output: string): Mapping {
  const rows = csvRows(output);
  const names = rows.shift() ?? [];
  rows.forEach((row, index) => {
    if (row.length > names.length) {
      throw new ParseError(`row ${index + 1} has ${row.length} fields, the first line names ${names.length}`);
    }
  });
  return table(
    names.map((name) => name.trim()),
    rows,
  );
}

function csvRows(output: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const endRow = () => {
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
    if (rows.length > MOST_ROWS) throw new ParseError(`it has more than ${MOST_ROWS} rows`);
  };
  while (at < output.length) {
    let cell: string;
    if (output[at] === '"') [cell, at] = quotedCell(output, at, rows.length);
    else {
      let end = at;
      while (end < output.length && output[end] !== "," && output[end] !== "\n") end++;
      cell = output.slice(at, end);
      if (output[end] !== "," && cell.endsWith("\r")) cell = cell.slice(0, -1);
      at = end;
    }
    row.push(cell);
    if (row.length > MOST_COLUMNS) throw new ParseError(`it has more than ${MOST_COLUMNS} columns`);
    if (output[at] === ",") {
      at++;
      if (at < output.length && output[at] !== "\n") continue;
      row.push("");
    }
    endRow();
    at++;
  }
  return rows;
}

function quotedCell(output: string, from: number, row: number): [string, number] {
  const pieces: string[] = [];
  let at = from + 1;
  for (;;) {
    const close = output.indexOf('"', at);
    if (close < 0) throw new ParseError(`a quote in row ${row} is not closed`);
    pieces.push(output.slice(at, close));
    if (output[close + 1] !== '"') {
      at = close + 1;
      break;
    }
    pieces.push('"');
    at = close + 2;
  }
  if (output[at] === "\r") at++;
  if (at < output.length && output[at] !== "," && output[at] !== "\n") {
    throw new ParseError(`text follows a closing quote in row ${row}`);
  }
  return [pieces.join(""), at];
}

/** Rows as mappings; names that are missing or used twice get a number, so that no column is lost. */
function table(names: readonly string[], rows: readonly (readonly string[])[]): Mapping {
  if (names.length === 0) throw new ParseError("it is empty; a first line with the names is expected");
  if (names.length > MOST_COLUMNS) throw new ParseError(`it has more than ${MOST_COLUMNS} columns`);
  if (rows.length * names.length > MOST_CELLS) throw new ParseError(`it has more than ${MOST_CELLS} cells`);
  const used = new Set<string>();
  const unique = names.map((name, index) => {
    let own = name === "" ? `column${index + 1}` : name;
    for (let count = 2; used.has(own); count++) own = `${name}_${count}`;
    used.add(own);
    return own;
  });
  return mapping({
    rows: rows.map((cells) => {
      const row = emptyMapping();
      cells.forEach((cell, index) => {
        const name = unique[index];
        if (name !== undefined) setKey(row, name, typed(cell));
      });
      return row;
    }),
  });
}
