import { type Rgba, rgba } from "./colour.ts";

/** Steps of coverage at soft edges; 15 is full. */
export const FULL = 15;
const LEVELS = FULL + 1;
const MOST_COLOURS = 256;
const MOST_SPARE = 64;
/** With fewer free places than this, near colours begin to share one. */
const ROOMY = 192;
/** How far off the last free places are given (squared, weighted by how the eye sees the channels). */
const TOLERANCE = 9000;

/** A colour to draw with, and what it makes of each palette entry at each level (-1: not yet known). */
export interface Ink {
  readonly colour: Rgba;
  readonly blends: Int16Array;
}

/**
 * A picture of palette indexes that is drawn into directly. Blending two colours looks the result up, so a soft edge
 * costs one table read; the palette grows as colours are met. Soft edges over soft edges would soon fill it, so the
 * fuller it is, the farther off a colour may be that stands in for a new one.
 */
export class IndexedImage {
  width = 0;
  height = 0;
  /** Bytes per row: PNG's filter byte (0) comes first, so that the buffer is compressed as it is. */
  stride = 0;
  pixels = new Uint8Array(0);
  #buffer = new Uint8Array(0);
  #colours: number[] = [];
  readonly #indexes = new Map<number, number>();
  readonly #inks = new Map<string, Ink>();
  /** Blend tables of earlier pictures, to be used again. */
  #spare: Int16Array[] = [];

  /** Starts a new picture. Buffers are kept from one to the next: a thousand pictures leave no garbage behind. */
  begin(width: number, height: number, background: string): void {
    this.width = width;
    this.height = height;
    this.stride = width + 1;
    const size = this.stride * height;
    if (this.#buffer.length < size || this.#buffer.length > 8 * size) this.#buffer = new Uint8Array(size);
    this.pixels = this.#buffer.subarray(0, size).fill(0);
    for (const ink of this.#inks.values()) this.#spare.push(ink.blends);
    this.#spare = this.#spare.slice(0, MOST_SPARE);
    this.#inks.clear();
    this.#indexes.clear();
    this.#colours = [];
    // The background is entry 0, which is what the buffer is full of.
    this.#indexOf(...rgb(rgba(background)));
  }

  get colours(): readonly number[] {
    return this.#colours;
  }

  /** The colour itself gets its place in the palette, before soft edges take all of them. */
  ink(colour: string): Ink {
    let ink = this.#inks.get(colour);
    if (ink === undefined) {
      const blends = this.#spare.pop() ?? new Int16Array(MOST_COLOURS * LEVELS);
      ink = { colour: rgba(colour), blends: blends.fill(-1) };
      this.#inks.set(colour, ink);
      this.#blend(0, ink, FULL);
    }
    return ink;
  }

  /** Puts ink on one pixel (an index into `pixels`); the caller keeps to the picture. */
  put(at: number, ink: Ink, level: number): void {
    const under = this.pixels[at] ?? 0;
    const known = ink.blends[(under << 4) | level] ?? -1;
    this.pixels[at] = known >= 0 ? known : this.#blend(under, ink, level);
  }

  /** Whole pixels from (x, y); cut off at the picture's edges. */
  fill(x: number, y: number, width: number, height: number, ink: Ink, level = FULL): void {
    const left = Math.max(0, x);
    const right = Math.min(this.width, x + width);
    const bottom = Math.min(this.height, y + height);
    const plain = level === FULL && ink.colour[3] === 255;
    for (let row = Math.max(0, y); row < bottom; row++) {
      const start = row * this.stride + 1;
      if (plain) this.pixels.fill(this.#blend(0, ink, FULL), start + left, start + Math.max(left, right));
      else for (let column = left; column < right; column++) this.put(start + column, ink, level);
    }
  }

  #blend(under: number, ink: Ink, level: number): number {
    const slot = under * LEVELS + level;
    const known = ink.blends[slot] ?? -1;
    if (known >= 0) return known;
    const below = this.#colours[under] ?? 0;
    const share = (level / FULL) * (ink.colour[3] / 255);
    const over = (from: number, to: number) => Math.round(from + (to - from) * share);
    const index = this.#indexOf(
      over(below >> 16, ink.colour[0]),
      over((below >> 8) & 255, ink.colour[1]),
      over(below & 255, ink.colour[2]),
    );
    ink.blends[slot] = index;
    return index;
  }

  #indexOf(red: number, green: number, blue: number): number {
    const colour = (red << 16) | (green << 8) | blue;
    const known = this.#indexes.get(colour);
    if (known !== undefined) return known;
    const spare = MOST_COLOURS - this.#colours.length;
    if (spare < ROOMY) {
      const near = this.#nearest(red, green, blue);
      if (spare === 0 || near.distance < TOLERANCE * (1 - spare / ROOMY) ** 2) {
        this.#indexes.set(colour, near.index);
        return near.index;
      }
    }
    const index = this.#colours.push(colour) - 1;
    this.#indexes.set(colour, index);
    return index;
  }

  #nearest(red: number, green: number, blue: number): { index: number; distance: number } {
    let index = 0;
    let distance = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#colours.length; i++) {
      const colour = this.#colours[i] ?? 0;
      const dr = red - (colour >> 16);
      const dg = green - ((colour >> 8) & 255);
      const db = blue - (colour & 255);
      const found = 2 * dr * dr + 4 * dg * dg + 3 * db * db;
      if (found < distance) {
        index = i;
        distance = found;
      }
    }
    return { index, distance };
  }
}

function rgb([red, green, blue]: Rgba): [number, number, number] {
  return [red, green, blue];
}
