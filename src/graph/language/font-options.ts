import { GraphFault } from "./element-words.ts";
import { leadingInteger } from "./leading-integer.ts";

/** Sizes in CSS pixels. */
export interface Fonts {
  readonly title: number;
  readonly axis: number;
  readonly unit: number;
  readonly legend: number;
  readonly watermark: number;
  readonly notes: readonly string[];
}

const usual = { title: 13, axis: 10, unit: 10, legend: 10, watermark: 9 };
const tags = {
  TITLE: "title",
  AXIS: "axis",
  UNIT: "unit",
  LEGEND: "legend",
  WATERMARK: "watermark",
} as const;
/** rrdtool's sizes are points on a screen of 100 dots per inch; its usual 8 is our usual 10. */
const PIXELS_PER_POINT = 1.25;
const MOST_POINTS = 80;

/** `TITLE:12:DejaVu Sans`: a size of 0 keeps the usual one; all text is DejaVu Sans or what comes nearest. */
export function readFonts(texts: readonly string[]): Fonts {
  const sizes = { ...usual };
  let families = false;
  for (const text of texts) {
    const match = /^([^:]*):([^:]*)(?::(.*))?$/s.exec(text);
    if (match === null || !/^\s*\d/.test(match[2] ?? "")) {
      throw new GraphFault("invalid text property format");
    }
    const [, tag = "", points = "", family = ""] = match;
    const size = Math.min(MOST_POINTS, leadingInteger(points)) * PIXELS_PER_POINT;
    if (family !== "") families = true;
    if (tag === "DEFAULT") {
      if (size > 0) for (const key of Object.values(tags)) sizes[key] = size;
    } else if (Object.hasOwn(tags, tag)) {
      if (size > 0) sizes[tags[tag as keyof typeof tags]] = size;
    } else throw new GraphFault(`invalid fonttag '${tag}'`);
  }
  return { ...sizes, notes: families ? ["of --font only the size is used: pictures have one font"] : [] };
}
