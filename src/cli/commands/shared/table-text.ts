import type { Plain } from "../../../base/index.ts";
import { toJson } from "../../output.ts";

type Row = Readonly<Record<string, Plain>>;

/** Columns with a head; nothing for no rows. Numbers stand right. */
export function tableText(rows: readonly Row[]): string {
  const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (rows.length === 0) return "";
  const cells = rows.map((row) => heads.map((head) => cellOf(row[head])));
  const isNumber = heads.map((head) =>
    rows.every((row) => /^(number|bigint|undefined)$/.test(typeof row[head])),
  );
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, column) =>
        isNumber[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return `${[heads, ...cells].map(line).join("\n")}\n`;
}

function cellOf(value: Plain | undefined): string {
  if (value === undefined) return "";
  // A terminal would obey control characters.
  const text = typeof value === "string" ? value : toJson(value);
  return /[\p{Cc}]/u.test(text) ? JSON.stringify(text) : text;
}
