import { FULL, type IndexedImage, type Ink } from "./indexed-image.ts";
import type { Box } from "./scene.ts";

/** Signed coverage per pixel, all zero between calls; grows to the largest plot drawn. */
let coverage = new Float32Array(0);

/**
 * Fills a ring with exact coverage at its edges: every edge adds the area it cuts off in each pixel row, and a running
 * sum along the row is the coverage. All in device pixels; `clip` has whole numbers and lies within the picture.
 */
export function fillArea(
  image: IndexedImage,
  points: Float64Array,
  ink: Ink,
  scale: number,
  clip: Box,
): void {
  const stride = clip.width + 2;
  if (coverage.length < stride * clip.height) coverage = new Float32Array(stride * clip.height);
  const count = points.length / 2;
  let top = clip.height;
  let bottom = 0;
  let fromX = (points[count * 2 - 2] ?? 0) * scale - clip.x;
  let fromY = (points[count * 2 - 1] ?? 0) * scale - clip.y;
  for (let i = 0; i < count; i++) {
    const x = (points[i * 2] ?? 0) * scale - clip.x;
    const y = (points[i * 2 + 1] ?? 0) * scale - clip.y;
    addEdge(fromX, fromY, x, y, clip.width, clip.height, stride);
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    fromX = x;
    fromY = y;
  }
  const last = Math.min(clip.height, Math.ceil(bottom));
  for (let row = Math.max(0, Math.floor(top)); row < last; row++) {
    const from = row * stride;
    const target = (clip.y + row) * image.stride + 1 + clip.x;
    let sum = 0;
    let level = 0;
    for (let column = 0; column < clip.width; column++) {
      const change = coverage[from + column] ?? 0;
      if (change !== 0) {
        sum += change;
        const covered = sum < 0 ? -sum : sum;
        level = covered >= 1 ? FULL : (covered * FULL + 0.5) | 0;
      }
      if (level > 0) image.put(target + column, ink, level);
    }
    coverage.fill(0, from, from + stride);
  }
}

function addEdge(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  width: number,
  height: number,
  stride: number,
): void {
  if (y0 === y1) return;
  const down = y0 < y1;
  const topX = down ? x0 : x1;
  const topY = down ? y0 : y1;
  const lastY = Math.min(height, down ? y1 : y0);
  const slope = (x1 - x0) / (y1 - y0);
  for (let row = Math.max(0, Math.floor(topY)); row < lastY; row++) {
    const a = Math.max(row, topY);
    const b = Math.min(row + 1, lastY);
    if (b <= a) continue;
    const area = down ? b - a : a - b;
    const xa = limit(topX + (a - topY) * slope, width);
    const xb = limit(topX + (b - topY) * slope, width);
    const left = xa < xb ? xa : xb;
    const right = xa < xb ? xb : xa;
    spread(row * stride, left, right, area);
  }
}

function limit(x: number, width: number): number {
  return x < 0 ? 0 : x > width ? width : x;
}

/** Spreads the area that a slanted piece of edge cuts off over the pixels it crosses. */
function spread(from: number, left: number, right: number, area: number): void {
  const first = Math.floor(left);
  if (right <= first + 1) {
    const beyond = area * ((left + right) / 2 - first);
    add(from + first, area - beyond);
    add(from + first + 1, beyond);
    return;
  }
  const perPixel = area / (right - left);
  let passed = 0;
  let previous = 0;
  for (let column = first; column < right; column++) {
    const a = Math.max(left, column);
    const b = Math.min(right, column + 1);
    const piece = perPixel * (b - a);
    // What lies right of the edge in this pixel, plus all of the edge that is left of it.
    const covered = passed + piece * (column + 1 - (a + b) / 2);
    add(from + column, covered - previous);
    previous = covered;
    passed += piece;
  }
  add(from + Math.ceil(right), area - previous);
}

function add(index: number, value: number): void {
  coverage[index] = (coverage[index] ?? 0) + value;
}
