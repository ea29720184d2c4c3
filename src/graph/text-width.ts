import { boldWidths, regularWidths, type WidthRange } from "./dejavu-widths.generated.ts";

/** Widths in em by code point; -1 is unknown. */
type Widths = Float32Array;

const HIGHEST = 0x2800;
let tables: { regular: Widths; bold: Widths } | undefined;

/**
 * How wide a text is in CSS pixels when set in DejaVu Sans (kerning apart), without any font at hand.
 * Characters beyond the measured ones are estimated: ideographs and emoji one em, combining marks nothing.
 */
export function textWidth(text: string, size: number, bold = false): number {
  tables ??= { regular: unpack(regularWidths), bold: unpack(boldWidths) };
  const table = bold ? tables.bold : tables.regular;
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++;
    const known = code < HIGHEST ? (table[code] ?? -1) : -1;
    width += known >= 0 ? known : estimate(code);
  }
  return width * size;
}

/**
 * The text, or as much of it as fits with an ellipsis at its end, or in its `middle`, for names that begin alike;
 * empty when not even that fits.
 */
export function fitText(
  text: string,
  size: number,
  width: number,
  options: { bold?: boolean; middle?: boolean } = {},
): string {
  if (textWidth(text, size, options.bold) <= width) return text;
  const characters = [...text];
  const cut = (count: number) => {
    const tail = options.middle === true ? Math.floor(count / 2) : 0;
    const head = characters.slice(0, count - tail).join("");
    return `${head.trimEnd()}…${characters.slice(characters.length - tail).join("")}`;
  };
  let fits = 0;
  let beyond = characters.length;
  while (beyond - fits > 1) {
    const half = (fits + beyond) >> 1;
    if (textWidth(cut(half), size, options.bold) <= width) fits = half;
    else beyond = half;
  }
  return fits === 0 ? "" : cut(fits);
}

function estimate(code: number): number {
  if (code < 0x20 || (code >= 0x300 && code < 0x370) || (code >= 0x200b && code <= 0x200f)) return 0;
  if ((code >= 0xfe00 && code <= 0xfe0f) || (code >= 0x20d0 && code < 0x2100)) return 0;
  return code >= 0x1100 ? 1 : 0.65;
}

function unpack(ranges: readonly WidthRange[]): Widths {
  const table = new Float32Array(HIGHEST).fill(-1);
  for (const [first, , widths] of ranges) {
    let code = first;
    for (const entry of widths.split(" ")) {
      const [width = "0", times = "1"] = entry.split("*");
      const end = code + Number.parseInt(times, 36);
      table.fill(Number.parseInt(width, 36) / 2048, code, end);
      code = end;
    }
  }
  return table;
}
