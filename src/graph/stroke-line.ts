import { FULL, type IndexedImage, type Ink } from "./indexed-image.ts";
import type { Box } from "./scene.ts";

/** Level per pixel of the plot, all zero between calls; grows to the largest plot drawn. */
let levels = new Uint8Array(0);
/** Which pixels have a level. */
let touched = new Int32Array(4096);
let count = 0;

/**
 * Draws a line of even thickness: the level of a pixel is how far its middle is inside, and where two pieces meet the
 * larger level counts, so joints are round and never darker. Device pixels; `clip` lies within the picture.
 */
export function strokeLine(
  image: IndexedImage,
  points: Float64Array,
  width: number,
  ink: Ink,
  scale: number,
  clip: Box,
): void {
  if (levels.length < clip.width * clip.height) levels = new Uint8Array(clip.width * clip.height);
  const reach = width / 2 + 0.5;
  const strength = Math.min(1, width) * FULL;
  count = 0;
  for (let i = 0; i + 3 < points.length; i += 2) {
    const x0 = (points[i] ?? 0) * scale - clip.x;
    const y0 = (points[i + 1] ?? 0) * scale - clip.y;
    const x1 = (points[i + 2] ?? 0) * scale - clip.x;
    const y1 = (points[i + 3] ?? 0) * scale - clip.y;
    addPiece(x0, y0, x1, y1, reach, strength, clip);
  }
  const origin = clip.y * image.stride + 1 + clip.x;
  for (let i = 0; i < count; i++) {
    const at = touched[i] ?? 0;
    const row = Math.floor(at / clip.width);
    image.put(origin + row * image.stride + at - row * clip.width, ink, levels[at] ?? 0);
    levels[at] = 0;
  }
}

function addPiece(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  reach: number,
  strength: number,
  clip: Box,
): void {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squared = dx * dx + dy * dy;
  const inverse = squared === 0 ? 0 : 1 / squared;
  const slanted = dy !== 0;
  const perRow = slanted ? dx / dy : 0;
  const lastRow = Math.min(clip.height - 1, Math.floor((dy > 0 ? y1 : y0) + reach - 0.5));
  const left = (dx < 0 ? x1 : x0) - reach;
  const right = (dx < 0 ? x0 : x1) + reach;
  // How far along a row the line's thickness reaches.
  const extent = slanted ? (reach * Math.sqrt(squared)) / Math.abs(dy) : Number.POSITIVE_INFINITY;
  for (let row = Math.max(0, Math.ceil((dy > 0 ? y0 : y1) - reach - 0.5)); row <= lastRow; row++) {
    const py = row + 0.5 - y0;
    const on = x0 + py * perRow;
    const from = Math.max(0, Math.ceil(Math.max(left, on - extent) - 0.5));
    const to = Math.min(clip.width - 1, Math.floor(Math.min(right, on + extent) - 0.5));
    for (let column = from; column <= to; column++) {
      const px = column + 0.5 - x0;
      const along = (px * dx + py * dy) * inverse;
      const t = along < 0 ? 0 : along > 1 ? 1 : along;
      const ex = px - t * dx;
      const ey = py - t * dy;
      const inside = reach - Math.sqrt(ex * ex + ey * ey);
      if (inside > 0) raise(row * clip.width + column, ((inside < 1 ? inside : 1) * strength + 0.5) | 0);
    }
  }
}

function raise(at: number, level: number): void {
  const known = levels[at] ?? 0;
  if (level <= known) return;
  if (known === 0) {
    if (count === touched.length) {
      const longer = new Int32Array(count * 2);
      longer.set(touched);
      touched = longer;
    }
    touched[count++] = at;
  }
  levels[at] = level;
}

/** The dashes of a line, each a line of its own; lengths, on and off in turn, in the units of the points. */
export function dashes(points: Float64Array, pattern: readonly number[], offset = 0): Float64Array[] {
  const around = pattern.reduce((sum, one) => sum + one, 0);
  if (!(around > 0)) return [points];
  const found: Float64Array[] = [];
  let dash: number[] = [points[0] ?? 0, points[1] ?? 0];
  let place = 0;
  let left = pattern[0] ?? around;
  for (let skip = offset % around; skip > 0; ) {
    const step = Math.min(skip, left);
    skip -= step;
    left -= step;
    if (left > 0) continue;
    place = (place + 1) % pattern.length;
    left = pattern[place] ?? around;
  }
  for (let i = 0; i + 3 < points.length; i += 2) {
    let x = points[i] ?? 0;
    let y = points[i + 1] ?? 0;
    const endX = points[i + 2] ?? 0;
    const endY = points[i + 3] ?? 0;
    let length = Math.hypot(endX - x, endY - y);
    while (length > left) {
      x += ((endX - x) * left) / length;
      y += ((endY - y) * left) / length;
      length -= left;
      if (place % 2 === 0) found.push(Float64Array.from([...dash, x, y]));
      dash = [x, y];
      place = (place + 1) % pattern.length;
      left = pattern[place] ?? around;
    }
    left -= length;
    if (place % 2 === 0) dash.push(endX, endY);
  }
  if (place % 2 === 0 && dash.length >= 4) found.push(Float64Array.from(dash));
  return found;
}
