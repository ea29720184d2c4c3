import type { Box, SceneItem } from "../scene.ts";
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

/** Points at the ends of both axes, for those who ask for them by giving them a colour. */
export function arrowItems({ colours }: GraphSettings, { x, y, width, height }: Box): SceneItem[] {
  const fill = colours.get("ARROW");
  if (fill === undefined) return [];
  const [right, bottom] = [x + width, y + height];
  const points = [
    [right + 1, bottom - 3, right + 7, bottom + 0.5, right + 1, bottom + 4],
    [x - 3.5, y - 1, x, y - 7, x + 3.5, y - 1],
  ];
  return points.map((ring) => ({ kind: "area", part: "arrow", points: Float64Array.from(ring), fill }));
}
