import type { SceneItem } from "../scene.ts";
import type { Fonts } from "./font-options.ts";
import type { LegendEntry } from "./legend-entries.ts";

export interface PlacedEntry {
  readonly entry: LegendEntry;
  /** Left edge and base line from the top of the legend. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface LegendLayout {
  readonly placed: readonly PlacedEntry[];
  readonly height: number;
}

/** A character of DejaVu Sans Mono, in em. */
const CHARACTER = 0.602;
/** Between two entries, in characters: what rrdtool leaves, so that headings stand over their columns. */
const BETWEEN = 16 / 7;
const ROW = 1.5;

export function monoWidth(text: string, size: number): number {
  return [...text].length * CHARACTER * size;
}

/** Sets the entries in rows. A row without a code at its end is set to the left; what does not fit goes to the next. */
export function layOutLegend(
  entries: readonly LegendEntry[],
  left: number,
  width: number,
  tab: number,
  fonts: Fonts,
): LegendLayout {
  const size = fonts.legend;
  const row = Math.ceil(size * ROW);
  const placed: PlacedEntry[] = [];
  let waiting: { entry: LegendEntry; width: number; gap: number }[] = [];
  let y = 0;
  let used = 0;
  let glued = true;
  const finish = (how: "l" | "r" | "c" | "j") => {
    const spare = Math.max(0, width - used);
    const gaps = waiting.length - 1;
    let x = left + (how === "r" ? spare : how === "c" ? spare / 2 : 0);
    waiting.forEach(({ entry, width: own, gap }, index) => {
      if (index > 0) x += gap + (how === "j" && gaps > 0 ? spare / gaps : 0);
      if (entry.shown.trim() !== "") placed.push({ entry, x, y: y + size + 1, width: own });
      x += own;
    });
    waiting = [];
    used = 0;
    glued = true;
    y += row;
  };
  for (const entry of entries) {
    const own = widthOf(entry, size, tab);
    const gap = glued ? 0 : BETWEEN * CHARACTER * size;
    if (entry.text !== "") {
      if (waiting.length > 0 && used + gap + own > width) finish(alignment(entry) ?? "l");
      const before = waiting.length === 0 ? 0 : gap;
      waiting.push({ entry, width: own, gap: before });
      used += before + own;
    }
    glued = entry.control === "g";
    switch (entry.control) {
      case "l":
      case "r":
      case "c":
      case "j":
        if (waiting.length > 0 || entry.control !== "l") finish(entry.control);
        break;
      case "s":
        if (waiting.length > 0) finish(alignment(entry) ?? "l");
        y += row / 2;
        break;
      case "u":
        if (waiting.length > 0) finish(alignment(entry) ?? "l");
        y -= row;
        break;
      default:
    }
  }
  const last = waiting.at(-1);
  if (last !== undefined) finish(alignment(last.entry) ?? "l");
  return { placed, height: Math.max(0, y) };
}

function alignment({ align }: LegendEntry): "l" | "r" | "c" | "j" | undefined {
  switch (align) {
    case "left":
      return "l";
    case "right":
      return "r";
    case "center":
      return "c";
    case "justified":
      return "j";
    default:
      return undefined;
  }
}

function widthOf(entry: LegendEntry, size: number, tab: number): number {
  return pieces(entry.shown, size, tab).width;
}

/** The parts of a text between its tabs, and where they start. */
function pieces(
  text: string,
  size: number,
  tab: number,
): { parts: { text: string; x: number }[]; width: number } {
  let x = 0;
  const parts = text.split("\t").map((part, index) => {
    if (index > 0) x = (Math.floor(x / tab) + 1) * tab;
    const at = x;
    x += monoWidth(part, size);
    return { text: part, x: at };
  });
  return { parts, width: x };
}

export interface LegendLook {
  readonly fill: string;
  readonly tab: number;
  readonly size: number;
  readonly markup: boolean;
  /** Around the boxes of colour, if wanted. */
  readonly frame: string | undefined;
}

export function drawPlaced(layout: LegendLayout, top: number, look: LegendLook): SceneItem[] {
  return layout.placed.flatMap(({ entry, x, y }) => drawEntry(entry, x, top + y, look));
}

function drawEntry(entry: LegendEntry, x: number, base: number, look: LegendLook): SceneItem[] {
  const { size, fill, tab } = look;
  const items: SceneItem[] = [];
  const box = Math.round(CHARACTER * size * 2 - 4);
  if (entry.mark !== undefined && entry.shown.startsWith("  ")) {
    const { kind, colour } = entry.mark;
    const middle = base - size * 0.36;
    const height = { box, line: 3, rule: 1, upright: box }[kind];
    const width = kind === "upright" ? 3 : box;
    const part = "legend-swatch";
    const swatch = {
      x: Math.round(x + (box - width) / 2),
      y: Math.round(middle - height / 2),
      width,
      height,
    };
    const { frame } = look;
    if (frame !== undefined && kind === "box") {
      const around = { x: swatch.x - 1, y: swatch.y - 1, width: width + 2, height: height + 2 };
      items.push({ kind: "rect", part, ...around, fill: frame });
    }
    items.push({ kind: "rect", part, ...swatch, fill: colour });
  }
  for (const piece of pieces(entry.shown, size, tab).parts) {
    // Leading blanks are a distance rather than text, which a viewer of SVG might join.
    const text = look.markup ? plainText(piece.text) : piece.text;
    const trimmed = text.trimStart();
    if (trimmed === "") continue;
    items.push({
      kind: "text",
      part: "legend-text",
      x: x + piece.x + monoWidth(text.slice(0, text.length - trimmed.length), size),
      y: base,
      text: trimmed.trimEnd(),
      size,
      bold: false,
      anchor: "start",
      fill,
      turned: false,
      mono: true,
    });
  }
  return items;
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** The text of Pango markup. */
export function plainText(markup: string): string {
  return markup
    .replaceAll(/<\/?[a-z][^<>]*>/gi, "")
    .replaceAll(/&(lt|gt|amp|quot|apos);/g, (_whole, name: string) => entities[name] ?? "");
}
