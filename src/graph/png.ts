import { assertNever } from "../base/index.ts";
import { encodePng } from "./encode-png.ts";
import { fillArea } from "./fill-area.ts";
import { Glyphs } from "./glyphs.ts";
import { FULL, IndexedImage, type Ink } from "./indexed-image.ts";
import type { Box, RectItem, Scene, SceneItem, TextItem } from "./scene.ts";
import { dashes, strokeLine } from "./stroke-line.ts";

let glyphs: Glyphs | undefined;
/** One for all pictures: drawing is not interrupted, and the bytes are compressed before the next begins. */
const image = new IndexedImage();

/** A scene as PNG bytes. Canvas, which only draws the characters, is loaded with the first picture. */
export async function sceneToPng(scene: Scene): Promise<Uint8Array> {
  glyphs ??= new Glyphs(await import("@napi-rs/canvas"));
  rasterise(scene, glyphs);
  return encodePng(image);
}

function rasterise(scene: Scene, letters: Glyphs): void {
  const width = Math.ceil(scene.width * scene.scale);
  const height = Math.ceil(scene.height * scene.scale);
  image.begin(width, height, scene.background);
  const clip = { x: 0, y: 0, width, height };
  reserveColours(scene.items);
  // Text first: what it needs of a full palette is worth more than the soft edges of the fiftieth area.
  drawItems(scene.items, { scale: scene.scale, clip, letters, texts: true });
  drawItems(scene.items, { scale: scene.scale, clip, letters, texts: false });
}

function reserveColours(items: readonly SceneItem[]): void {
  for (const item of items) {
    if (item.kind === "clip") reserveColours(item.items);
    else image.ink(item.kind === "line" ? item.stroke : item.fill);
  }
}

interface Drawing {
  readonly scale: number;
  /** Device pixels, whole, within the picture. */
  readonly clip: Box;
  readonly letters: Glyphs;
  readonly texts: boolean;
}

function drawItems(items: readonly SceneItem[], drawing: Drawing): void {
  for (const item of items) {
    if (item.kind === "clip" || (item.kind === "text") === drawing.texts) drawItem(item, drawing);
  }
}

function drawItem(item: SceneItem, drawing: Drawing): void {
  const { scale, clip } = drawing;
  switch (item.kind) {
    case "rect":
      fillRect(item, scale);
      break;
    case "area":
      fillArea(image, item.points, image.ink(item.fill), scale, clip);
      break;
    case "line":
      for (const points of item.dash === undefined
        ? [item.points]
        : dashes(item.points, item.dash, item.dashOffset)) {
        strokeLine(image, points, item.width * scale, image.ink(item.stroke), scale, clip);
      }
      break;
    case "text":
      drawText(item, drawing);
      break;
    case "clip":
      drawItems(item.items, { ...drawing, clip: deviceBox(item, scale) });
      break;
    default:
      assertNever(item);
  }
}

function deviceBox(box: Box, scale: number): Box {
  const x = Math.max(0, Math.round(box.x * scale));
  const y = Math.max(0, Math.round(box.y * scale));
  const right = Math.min(image.width, Math.round((box.x + box.width) * scale));
  const bottom = Math.min(image.height, Math.round((box.y + box.height) * scale));
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

/** Edges between pixels are rounded to them: rectangles are grid lines, swatches and grounds, and shall be crisp. */
function fillRect({ x, y, width, height, fill }: RectItem, scale: number): void {
  const left = Math.round(x * scale);
  const top = Math.round(y * scale);
  const right = Math.max(left + 1, Math.round((x + width) * scale));
  const bottom = Math.max(top + 1, Math.round((y + height) * scale));
  image.fill(left, top, right - left, bottom - top, image.ink(fill), FULL);
}

function drawText(item: TextItem, { scale, letters }: Drawing): void {
  const size = item.size * scale;
  const ink = image.ink(item.fill);
  const width = item.anchor === "start" ? 0 : letters.width(item.text, size, item.bold, item.mono);
  const before = item.anchor === "middle" ? width / 2 : item.anchor === "end" ? width : 0;
  const x = item.x * scale;
  const y = item.y * scale;
  if (!item.turned) {
    const base = Math.round(y);
    for (const { glyph, x: pen } of letters.lay(item.text, size, item.bold, x - before, item.mono)) {
      blit(ink, glyph.levels, glyph.width, pen + glyph.left, base + glyph.top, 1, 0);
    }
    return;
  }
  // Turned a quarter anticlockwise, the pen moves upwards: along becomes -y, down becomes +x.
  const base = Math.round(x);
  for (const { glyph, x: pen } of letters.lay(item.text, size, item.bold, -y - before, item.mono)) {
    blit(ink, glyph.levels, glyph.width, base + glyph.top, -(pen + glyph.left) - 1, 0, -1);
  }
}

/** Puts a glyph's levels at (x, y); each next column goes (alongX, alongY) further, each next row across. */
function blit(
  ink: Ink,
  levels: Uint8Array,
  width: number,
  x: number,
  y: number,
  alongX: number,
  alongY: number,
): void {
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] ?? 0;
    if (level === 0) continue;
    const column = i % width;
    const row = (i - column) / width;
    const px = x + column * alongX - row * alongY;
    const py = y + column * alongY + row * alongX;
    if (px < 0 || py < 0 || px >= image.width || py >= image.height) continue;
    image.put(py * image.stride + 1 + px, ink, level);
  }
}
