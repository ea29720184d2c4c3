import type { SceneItem } from "../scene.ts";
import type { GraphSettings } from "./graph-settings.ts";

const USUAL_BORDER = 2;

/** A raised edge around the picture, for those who ask for one with `--border` or the colours of its shades. */
export function borderItems({ border, colours }: GraphSettings, width: number, height: number): SceneItem[] {
  const light = colours.get("SHADEA");
  const dark = colours.get("SHADEB");
  const thick = border ?? (light === undefined && dark === undefined ? 0 : USUAL_BORDER);
  if (thick === 0) return [];
  const edge = (points: number[], fill: string): SceneItem => {
    return { kind: "area", part: "border", points: Float64Array.from(points), fill };
  };
  const [w, h, t] = [width, height, thick];
  return [
    edge([0, 0, w, 0, w - t, t, t, t, t, h - t, 0, h], light ?? "#cfcfcf"),
    edge([w, h, 0, h, t, h - t, w - t, h - t, w - t, t, w, 0], dark ?? "#9e9e9e"),
  ];
}
