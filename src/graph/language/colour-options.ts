import { colour } from "./element-values.ts";
import { GraphFault } from "./element-words.ts";

export const colourTags = [
  "BACK",
  "CANVAS",
  "SHADEA",
  "SHADEB",
  "GRID",
  "MGRID",
  "FONT",
  "AXIS",
  "FRAME",
  "ARROW",
] as const;
export type ColourTag = (typeof colourTags)[number];

/** `BACK#f3f3f3` */
export function readColours(texts: readonly string[]): Map<ColourTag, string> {
  const colours = new Map<ColourTag, string>();
  for (const text of texts) {
    const match = /^([A-Z]+)#(.*)$/s.exec(text);
    if (match === null) throw new GraphFault("invalid color def format");
    const [, name = "", digits = ""] = match;
    if (!/^(?:[0-9a-f]{6}|[0-9a-f]{8})$/i.test(digits))
      throw new GraphFault("the color format is #RRGGBB[AA]");
    const tag = colourTags.find((one) => one === name);
    if (tag === undefined) throw new GraphFault(`invalid color name '${name}'`);
    colours.set(tag, colour(digits));
  }
  return colours;
}
