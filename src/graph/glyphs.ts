import type { SKRSContext2D } from "@napi-rs/canvas";
import { FULL } from "./indexed-image.ts";

/** The shape of a character (or a whole word): levels of coverage, row by row. */
export interface Glyph {
  readonly width: number;
  readonly height: number;
  /** From the pen position on the base line to the top left corner, device pixels. */
  readonly left: number;
  readonly top: number;
  readonly levels: Uint8Array;
  /** To the next pen position. */
  readonly advance: number;
}

type Canvas = typeof import("@napi-rs/canvas");

/** Fonts like the one that pictures are laid out for; the first that the machine has is used. */
const preferred = [
  "DejaVu Sans",
  "Verdana",
  "Bitstream Vera Sans",
  "Noto Sans",
  "Segoe UI",
  "Liberation Sans",
  "Helvetica Neue",
  "Helvetica",
  "Arial",
];

const preferredMono = [
  "DejaVu Sans Mono",
  "Bitstream Vera Sans Mono",
  "Noto Sans Mono",
  "Liberation Mono",
  "Menlo",
  "Consolas",
  "Courier New",
];

/** Positions between two pixels that a character is kept at. */
const PARTS = 4;
const MOST_GLYPHS = 4000;
const MOST_WORDS = 200;
/** Scripts whose characters change shape or place beside each other are drawn as a whole. */
const joined = /[\p{M}\u0590-\u10ff\u1780-\u18ff\u200b-\u200f\ufb1d-\ufdff\u{1f000}-\u{1ffff}]/u;

/** Draws characters with canvas when first needed and keeps their shapes. */
export class Glyphs {
  readonly #canvas: Canvas;
  readonly #context: SKRSContext2D;
  readonly #family: string;
  readonly #monoFamily: string;
  readonly #kept = new Map<string, Glyph>();
  readonly #words = new Map<string, Glyph>();
  #width = 64;
  #height = 64;
  #font = "";

  constructor(canvas: Canvas) {
    this.#canvas = canvas;
    const families = canvas.GlobalFonts.families.map(({ family }) => family);
    const found = preferred.find((family) => families.includes(family));
    const sans = families.find((family) => /sans|grotesk|gothic/i.test(family) && !/mono/i.test(family));
    const family = found ?? sans ?? families[0];
    this.#family = family === undefined ? "sans-serif" : `"${family}", sans-serif`;
    const mono =
      preferredMono.find((one) => families.includes(one)) ?? families.find((one) => /mono/i.test(one));
    this.#monoFamily = mono === undefined ? "monospace" : `"${mono}", ${this.#family}`;
    this.#context = canvas.createCanvas(this.#width, this.#height).getContext("2d");
  }

  /** The glyphs of a text, and where each starts from the text's own start. */
  lay(text: string, size: number, bold: boolean, start: number, mono = false): { glyph: Glyph; x: number }[] {
    const font = `${bold ? "bold " : ""}${size}px ${mono ? this.#monoFamily : this.#family}`;
    if (joined.test(text)) {
      const glyph = this.#get(this.#words, MOST_WORDS, text, font, size, 0);
      return [{ glyph, x: Math.round(start) }];
    }
    let pen = start;
    return Array.from(text, (character) => {
      const quarter = Math.round(pen * PARTS);
      const x = Math.floor(quarter / PARTS);
      const glyph = this.#get(this.#kept, MOST_GLYPHS, character, font, size, quarter - x * PARTS);
      pen += glyph.advance;
      return { glyph, x };
    });
  }

  /** Device pixels from the start of a text to its end. */
  width(text: string, size: number, bold: boolean, mono = false): number {
    return this.lay(text, size, bold, 0, mono).reduce((sum, { glyph }) => sum + glyph.advance, 0);
  }

  #get(
    kept: Map<string, Glyph>,
    most: number,
    text: string,
    font: string,
    size: number,
    part: number,
  ): Glyph {
    const key = `${part}${font}${text}`;
    let glyph = kept.get(key);
    if (glyph === undefined) {
      if (kept.size >= most) kept.clear();
      glyph = this.#draw(text, font, size, part / PARTS);
      kept.set(key, glyph);
    }
    return glyph;
  }

  #draw(text: string, font: string, size: number, offset: number): Glyph {
    let context = this.#context;
    if (font !== this.#font) {
      context.font = font;
      this.#font = font;
    }
    // The canvas refuses NUL and halves of characters; an entry's key, in a title say, may have them.
    const drawable = text.toWellFormed().replaceAll("\0", "\ufffd");
    const measured = context.measureText(drawable);
    const left = Math.floor(Math.min(0, -measured.actualBoundingBoxLeft)) - 2;
    const right = Math.ceil(Math.max(measured.width, measured.actualBoundingBoxRight) + offset) + 2;
    const above = Math.ceil(Math.max(size, measured.actualBoundingBoxAscent)) + 1;
    const below = Math.ceil(Math.max(0, measured.actualBoundingBoxDescent)) + 1;
    const width = right - left;
    const height = above + below;
    if (width > this.#width || height > this.#height) {
      // A long word gets a canvas of its own; the small one stays for characters.
      context = this.#canvas.createCanvas(width, height).getContext("2d");
      context.font = font;
    } else context.clearRect(0, 0, this.#width, this.#height);
    context.fillStyle = "#ffffff";
    context.fillText(drawable, offset - left, above);
    const { data } = context.getImageData(0, 0, width, height);
    return { ...trimmed(data, width, height, left, -above), advance: measured.width };
  }
}

/** Cuts off empty rows and columns, and keeps the coverage only. */
function trimmed(data: Uint8ClampedArray, width: number, height: number, left: number, top: number) {
  const level = (x: number, y: number) => Math.round(((data[(y * width + x) * 4 + 3] ?? 0) / 255) * FULL);
  let [x0, x1, y0, y1] = [width, 0, height, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (level(x, y) === 0) continue;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x + 1);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y + 1);
    }
  }
  if (x1 <= x0) return { width: 0, height: 0, left: 0, top: 0, levels: new Uint8Array(0) };
  const levels = new Uint8Array((x1 - x0) * (y1 - y0));
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) levels[(y - y0) * (x1 - x0) + x - x0] = level(x, y);
  return { width: x1 - x0, height: y1 - y0, left: left + x0, top: top + y0, levels };
}
