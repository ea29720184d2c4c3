import { exportedNumber } from "./arithmetic-digits.ts";

/** What an export says besides its rows. */
export interface Remark {
  readonly tag: "gprint" | "comment" | "align" | "line" | "area" | "hrule" | "vrule";
  readonly text: string;
}

export interface Exported {
  /** Epoch seconds; row k ends at `start + (k + 1) * step`. */
  readonly start: number;
  readonly step: number;
  readonly rows: number;
  readonly columns: readonly Float64Array[];
  readonly legends: readonly string[];
  readonly prints: readonly string[];
  readonly remarks: readonly Remark[];
  readonly rules: readonly Remark[];
}

/** Lines that are handed out together. */
const MOST_LINES = 1000;

/** Texts stand as they are: rrdtool escapes nothing here. Handed out in pieces, as tables can be long. */
export function* exportedXml(table: Exported, showTime: boolean, numbered: boolean): Generator<string> {
  const { start, step, rows, columns, legends } = table;
  const lines = [
    '<?xml version="1.0" encoding="ISO-8859-1"?>',
    "",
    "<xport>",
    "  <meta>",
    `    <start>${start + step}</start>`,
    `    <end>${start + rows * step}</end>`,
    `    <step>${step}</step>`,
    `    <rows>${rows}</rows>`,
    `    <columns>${columns.length}</columns>`,
    "    <legend>",
    ...legends.map((legend) => `      <entry>${legend}</entry>`),
    "    </legend>",
    ...section(
      "prints",
      table.prints.map((text) => `        <print>${text}</print>`),
    ),
    ...section(
      "gprints",
      table.remarks.map(({ tag, text }) => `        <${tag}>${text}</${tag}>`),
    ),
    ...section(
      "rules",
      table.rules.map(({ tag, text }) => `        <${tag}>${text}</${tag}>`),
    ),
    "  </meta>",
    "  <data>",
  ];
  const opened = columns.map((_column, index) => (numbered ? `<v${index}>` : "<v>"));
  const closed = columns.map((_column, index) => (numbered ? `</v${index}>` : "</v>"));
  for (let row = 0; row < rows; row++) {
    let line = "    <row>";
    if (showTime) line += `<t>${start + (row + 1) * step}</t>`;
    for (let index = 0; index < columns.length; index++) {
      const value = columns[index]?.[row] ?? Number.NaN;
      line += opened[index] + (Number.isNaN(value) ? "NaN" : exportedNumber(value)) + closed[index];
    }
    lines.push(`${line}</row>`);
    if (lines.length >= MOST_LINES) yield taken(lines);
  }
  lines.push("  </data>", "</xport>");
  yield taken(lines);
}

function taken(lines: string[]): string {
  return `${lines.splice(0).join("\n")}\n`;
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`    <${name}>`, ...lines, `    </${name}>`];
}

/** With PRINT or GPRINT rrdtool's JSON is none: commas are missing and doubled. Who reads it counts on that text. */
export function* exportedJson(table: Exported, showTime: boolean): Generator<string> {
  const { start, step, rows, columns, legends, prints, remarks, rules } = table;
  const lines = [
    '{ "about": "RRDtool graph JSON output",',
    '  "meta": {',
    `    "start": ${start + step},`,
    `    "end": ${start + rows * step},`,
    `    "step": ${step},`,
    '    "legend": [',
    ...commas(legends.map((legend) => `      "${legend}"`)),
    "          ]",
  ];
  if (prints.length > 0) {
    lines.push(
      '    "prints": [',
      ...commas(prints.map((text) => `        { "print": "${escaped(text)}" }`)),
      "        ],",
    );
  }
  if (remarks.length > 0) {
    const said = remarks.map(({ tag, text }) => {
      return `        { "${tag}": "${tag === "gprint" || tag === "comment" ? escaped(text) : text}" }`;
    });
    lines.push('    ,"gprints": [', ...commas(said), "        ]");
  }
  if (rules.length > 0) {
    lines.push(
      '    ,"rules": [',
      ...commas(rules.map(({ tag, text }) => `        { "${tag}": "${text}" }`)),
      "        ]",
    );
  }
  lines.push("     },", '  "data": [');
  for (let row = 0; row < rows; row++) {
    const cells = columns.map((values) => {
      const value = values[row] ?? Number.NaN;
      return !Number.isFinite(value) ? "null" : exportedNumber(value);
    });
    const time = showTime ? `"${start + (row + 1) * step}",` : "";
    lines.push(`    [ ${time}${cells.join(", ")} ]${row + 1 < rows ? "," : ""}`);
    if (lines.length >= MOST_LINES) yield taken(lines);
  }
  lines.push("  ]", "}");
  yield taken(lines);
}

function commas(lines: readonly string[]): string[] {
  return lines.map((line, index) => (index + 1 < lines.length ? `${line},` : line));
}

function escaped(text: string): string {
  return text.replaceAll(/["\\]/g, "\\$&");
}
