import type { GraphDefinition } from "./definition.ts";
import type { MappingReader } from "./mapping-reader.ts";

/** A picture of more pixels would take gigabytes to draw. */
const MOST_PIXELS = 16_000_000;

/** Of a whole picture: axes, and a little of a plot. */
const LEAST = { width: 100, height: 50 };

type Size = {
  readonly [K in "path" | "width" | "height" | "scale" | "fullSize"]?: GraphDefinition[K] | undefined;
};

/** Whether a PNG is too large as a whole, though neither side is. */
export function checkSize(
  read: MappingReader,
  { path, width = 400, height = 100, scale = 1, fullSize }: Size,
): void {
  if (fullSize === true && (width < LEAST.width || height < LEAST.height)) {
    const name = width < LEAST.width ? "width" : "height";
    read.wrong(name, `"${name}" must be at least ${LEAST[name]} with "full size": the axes need that much`);
  }
  const pixels = width * height * scale * scale;
  if (pixels <= MOST_PIXELS || path?.toLowerCase().endsWith(".svg") === true) return;
  const name = scale > 1 && width * height <= MOST_PIXELS ? "scale" : "width";
  const times = scale === 1 ? "" : ` at scale ${scale}`;
  read.wrong(
    name,
    `a picture of ${width} × ${height}${times} has ${Math.round(pixels / 1e6)} million pixels; at most 16 million are drawn`,
    "make it smaller, or an .svg, whose size does not matter",
  );
}
