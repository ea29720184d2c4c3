import { inflateSync } from "node:zlib";
import { loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { type Scene, sceneToPng } from "../../src/graph/index.ts";
import { itemsOf, sceneOf, unknown } from "./scenes.ts";

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly colours: number;
  /** `#rrggbb` of a device pixel. */
  readonly at: (x: number, y: number) => string;
}

/** Reads what we write: 8-bit palette, no filter, no interlace. */
function decode(png: Uint8Array): Decoded {
  const bytes = Buffer.from(png);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    chunks.set(
      bytes.toString("latin1", at + 4, at + 8),
      bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)),
    );
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "PLTE", "IDAT", "IEND"]);
  const header = chunks.get("IHDR") ?? Buffer.alloc(13);
  const palette = chunks.get("PLTE") ?? Buffer.alloc(0);
  const rows = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  expect([...header.subarray(8)]).toEqual([8, 3, 0, 0, 0]);
  expect(rows.length).toBe((width + 1) * height);
  const at = (x: number, y: number) => {
    const index = rows[y * (width + 1) + 1 + x] ?? 0;
    return `#${palette.toString("hex", index * 3, index * 3 + 3)}`;
  };
  return { width, height, colours: palette.length / 3, at };
}

async function drawn(scene: Scene): Promise<Decoded> {
  return decode(await sceneToPng(scene));
}

/** Device pixels in a box that differ from its corner. */
function inked(picture: Decoded, x: number, y: number, width: number, height: number): number {
  let count = 0;
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++)
      if (picture.at(column, row) !== picture.at(0, 0)) count++;
  }
  return count;
}

describe("PNG", () => {
  it("is a picture that other decoders read, of the scene's size", async () => {
    const scene = sceneOf({ fields: ["a"], title: "Title" }, [1, 2, 3, 4]);
    const image = await loadImage(Buffer.from(await sceneToPng(scene)));
    expect([image.width, image.height]).toEqual([scene.width, scene.height]);
  });

  it.each(["a\0b", "\ud800", "tab\tline\nend"])("is drawn with %j in its title and legend", async (title) => {
    const scene = sceneOf({ fields: ["a"], title, looks: { a: { label: title } } }, [1, 2, 3, 4]);
    const image = await loadImage(Buffer.from(await sceneToPng(scene)));
    expect([image.width, image.height]).toEqual([scene.width, scene.height]);
  });

  it("fills areas with exactly their colour, up to their edge", async () => {
    const given = { lowerLimit: 0, upperLimit: 10, rigid: true, colors: ["#ff0000"] } as const;
    const scene = sceneOf({ fields: ["a"], method: "STACK", ...given, legend: undefined }, [
      5,
      5,
      unknown,
      5,
    ]);
    const picture = await drawn(scene);
    const { x, y } = scene.plot;
    const inside = picture.at(x + 50, y + 88);
    expect(inside).toMatch(/^#f[0-9a-f]2[0-9a-f]2[0-9a-f]$/);
    expect(picture.at(x + 50, y + 65)).toBe(inside);
    expect(picture.at(x + 51, y + 30)).not.toBe(inside);
    expect(picture.at(x + 250, y + 88)).not.toBe(inside);
  });

  it("draws crisp lines: a rule covers one row of pixels fully and none beside it", async () => {
    const scene = sceneOf(
      { fields: ["a"], hrules: [{ value: 5, color: "#ff0000" }], lowerLimit: 0, upperLimit: 10, rigid: true },
      [1, 1, 1, 1],
    );
    const picture = await drawn(scene);
    const column = scene.plot.x + 33;
    const reds = Array.from({ length: 100 }, (_, row) => picture.at(column, scene.plot.y + row)).filter(
      (one) => one === "#ff0000",
    );
    expect(reds).toHaveLength(1);
  });

  it("writes text, upright and turned, in any script that a font has", async () => {
    const scene = sceneOf(
      { fields: ["a"], title: "Größe °C µs Москва", verticalLabel: "unten nach oben", legend: undefined },
      [1, 2, 3, 4],
    );
    const picture = await drawn(scene);
    const title = itemsOf(scene).find((item) => item.part === "title");
    if (title?.kind !== "text") throw new Error("no title");
    expect(inked(picture, title.x, title.y - 10, 140, 12)).toBeGreaterThan(300);
    expect(inked(picture, 8, scene.plot.y, 14, scene.plot.height)).toBeGreaterThan(150);
  });

  it("is twice as large with scale 2", async () => {
    const scene = sceneOf({ fields: ["a"], scale: 2 }, [1, 2, 3, 4]);
    expect(await drawn(scene)).toMatchObject({ width: scene.width * 2, height: scene.height * 2 });
  });

  it("keeps to 256 colours, and to the colours of the fields, however many there are", async () => {
    const fields = Array.from({ length: 40 }, (_, i) => `f${i}`);
    const columns = fields.map((_, i) => Array.from({ length: 400 }, (_, row) => 1 + Math.sin(row / 9 + i)));
    const colors = fields.map((_, i) => `#${(0x102030 + i * 0x050403).toString(16).padStart(6, "0")}`);
    const scene = sceneOf({ fields, colors }, ...columns);
    const picture = await drawn(scene);
    expect(picture.colours).toBeLessThanOrEqual(256);
    const swatches = itemsOf(scene).filter((item) => item.part === "legend-swatch");
    expect(swatches).toHaveLength(40);
    for (const swatch of swatches) {
      if (swatch.kind === "rect")
        expect(picture.at(Math.round(swatch.x) + 3, swatch.y + 1)).toBe(swatch.fill);
    }
  });

  it("draws values far outside the limits without harm", async () => {
    const scene = sceneOf({ fields: ["a"], method: "AREA", lowerLimit: 0, upperLimit: 1, rigid: true }, [
      1e300,
      -1e300,
      1e-300,
      Number.MAX_VALUE,
    ]);
    expect((await drawn(scene)).width).toBe(scene.width);
  });

  it("draws the same bytes for the same scene", async () => {
    const scene = sceneOf({ fields: ["a"] }, [1, 2, 3, 4]);
    const first = await sceneToPng(scene);
    await sceneToPng(sceneOf({ fields: ["a"], theme: "dark", title: "other" }, [4, 3, 2, 1]));
    expect(Buffer.from(await sceneToPng(scene)).equals(first)).toBe(true);
  });
});
