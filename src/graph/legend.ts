import { assertNever } from "../base/index.ts";
import type { Theme } from "./palette.ts";
import type { SceneItem } from "./scene.ts";
import { fitText, textWidth } from "./text-width.ts";

export interface LegendRow {
  readonly colour: string;
  /** A square for areas, a bar for lines (two short ones for a dashed one), a hairline for rules. */
  readonly mark: "square" | "bar" | "dashes" | "rule" | "upright";
  readonly name: string;
  /** One per heading, or none. */
  readonly numbers: readonly string[];
}

export interface Legend {
  readonly items: readonly SceneItem[];
  readonly height: number;
}

const SIZE = 10;
const LINE = 15;
const SWATCH = 9;
const AFTER_SWATCH = 6;
const COLUMN_GAP = 14;
const TABLE_GAP = 28;
/** Above the table of the numbers that had no room. */
const GROUP_GAP = 4;
const SHORTEST_NAME = 56;

interface Table {
  readonly headings: readonly string[];
  readonly nameWidth: number;
  readonly numberWidths: readonly number[];
  readonly width: number;
}

/** Rows of colour, name and numbers; numbers that a picture is too narrow for follow in a second table, names lose their middles. */
export function drawLegend(
  rows: readonly LegendRow[],
  headings: readonly string[],
  x: number,
  y: number,
  room: number,
  theme: Theme,
): Legend {
  if (rows.length === 0) return { items: [], height: 0 };
  const table = fitTable(rows, headings, room);
  const most = Math.max(1, Math.floor((room + TABLE_GAP) / (table.width + TABLE_GAP)));
  const tables = rows.length <= 3 ? 1 : Math.min(most, Math.ceil(rows.length / 2));
  const perTable = Math.ceil(rows.length / tables);
  const head = table.headings.length > 0 ? LINE : 0;
  const items: SceneItem[] = [];
  for (let index = 0; index * perTable < rows.length; index++) {
    const left = x + index * (table.width + TABLE_GAP);
    const part = rows.slice(index * perTable, (index + 1) * perTable);
    if (head > 0 && part.some((row) => row.numbers.length > 0)) {
      items.push(...drawNumbers(table, table.headings, left, y + 11, theme.muted, "legend-head"));
    }
    part.forEach((row, line) => {
      items.push(...drawRow(row, table, left, y + head + line * LINE, theme));
    });
  }
  const height = head + perTable * LINE;
  const shown = table.headings.length;
  if (shown === headings.length || shown === 0) return { items, height };
  const numbered = rows.filter((row) => row.numbers.length > 0);
  const others = numbered.map((row) => ({ ...row, numbers: row.numbers.slice(shown) }));
  const more = drawLegend(others, headings.slice(shown), x, y + height + GROUP_GAP, room, theme);
  return { items: [...items, ...more.items], height: height + GROUP_GAP + more.height };
}

function fitTable(rows: readonly LegendRow[], headings: readonly string[], room: number): Table {
  const widest = (some: readonly LegendRow[]) => Math.max(0, ...some.map((row) => textWidth(row.name, SIZE)));
  // A row without numbers has their room as well.
  const longest = widest(rows.filter((row) => row.numbers.length > 0));
  const alone = widest(rows.filter((row) => row.numbers.length === 0));
  for (let count = headings.length; ; count--) {
    const shown = headings.slice(0, count);
    const numberWidths = shown.map((heading, column) =>
      Math.max(textWidth(heading, SIZE), ...rows.map((row) => textWidth(row.numbers[column] ?? "", SIZE))),
    );
    const fixed = numberWidths.reduce((sum, width) => sum + width + COLUMN_GAP, SWATCH + AFTER_SWATCH);
    if (fixed + Math.min(longest, SHORTEST_NAME) > room && count > 0) continue;
    // A pixel more, so that rounding never cuts a name that fits.
    const nameWidth = Math.max(0, Math.min(longest + 1, room - fixed));
    const width = Math.max(fixed + nameWidth, Math.min(room, SWATCH + AFTER_SWATCH + alone + 1));
    return { headings: shown, nameWidth, numberWidths, width };
  }
}

function drawRow(row: LegendRow, table: Table, x: number, y: number, theme: Theme): SceneItem[] {
  const room = row.numbers.length > 0 ? table.nameWidth : table.width - SWATCH - AFTER_SWATCH;
  const name: SceneItem = {
    kind: "text",
    part: "legend-name",
    x: x + SWATCH + AFTER_SWATCH,
    y: y + 11,
    text: fitText(row.name, SIZE, room, { middle: true }),
    size: SIZE,
    bold: false,
    anchor: "start",
    fill: theme.text,
    turned: false,
  };
  return [
    ...swatches(row, x, y + 3),
    name,
    ...drawNumbers(table, row.numbers, x, y + 11, theme.text, "legend-number"),
  ];
}

/** `y` is the top of the swatch's square. */
function swatches({ colour, mark }: LegendRow, x: number, y: number): SceneItem[] {
  const part = (left: number, width: number, height: number): SceneItem => {
    const box = { x: x + left, y: y + (SWATCH - height) / 2, width, height };
    return { kind: "rect", part: "legend-swatch", ...box, fill: colour };
  };
  switch (mark) {
    case "square":
      return [part(0, SWATCH, SWATCH)];
    case "bar":
      return [part(0, SWATCH, 3)];
    case "dashes":
      return [part(0, 4, 2), part(5, 4, 2)];
    case "rule":
      return [part(0, SWATCH, 1)];
    case "upright":
      return [part(3, 3, SWATCH)];
    default:
      return assertNever(mark);
  }
}

function drawNumbers(
  table: Table,
  texts: readonly string[],
  x: number,
  y: number,
  fill: string,
  part: "legend-head" | "legend-number",
): SceneItem[] {
  let right = x + SWATCH + AFTER_SWATCH + table.nameWidth;
  return table.numberWidths.flatMap((width, column): SceneItem[] => {
    right += COLUMN_GAP + width;
    const text = texts[column] ?? "";
    if (text === "") return [];
    return [
      { kind: "text", part, x: right, y, text, size: SIZE, bold: false, anchor: "end", fill, turned: false },
    ];
  });
}
