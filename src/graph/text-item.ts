import type { ScenePart, TextItem } from "./scene.ts";

/** Text at a base line; upright and of normal weight unless said otherwise. */
export function textItem(
  part: ScenePart,
  text: string,
  x: number,
  y: number,
  look: { size: number; fill: string; anchor: TextItem["anchor"]; bold?: boolean; turned?: boolean },
): TextItem {
  return { kind: "text", part, x, y, text, bold: false, turned: false, ...look };
}
