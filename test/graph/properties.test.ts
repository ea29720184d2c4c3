import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import {
  drawScene,
  type GraphDefinition,
  graphDefinition,
  requestedColumns,
  type Scene,
} from "../../src/graph/index.ts";
import { textWidth } from "../../src/graph/text-width.ts";
import { itemsOf, NOW, sceneOf, shapesOf } from "./scenes.ts";

interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the letters are; a little less than the line's height, as lines of text may touch. */
function boxesOf(scene: Scene): TextBox[] {
  return itemsOf(scene).flatMap((item) => {
    if (item.kind !== "text") return [];
    const { text, x, y, size, bold, anchor, turned } = item;
    const width = textWidth(text, size, bold);
    const before = { start: 0, middle: width / 2, end: width }[anchor];
    if (turned) {
      return [{ text, left: x - size * 0.7, right: x, top: y - width + before, bottom: y + before }];
    }
    return [{ text, left: x - before, right: x - before + width, top: y - size * 0.7, bottom: y }];
  });
}

const name = fc.constantFrom("a", "in", "outbound", "a rather long name of a field", "Größe");
const value = fc.tuple(fc.double({ min: -10, max: 10, noNaN: true }), fc.integer({ min: -12, max: 15 }));
const extras = fc.record({
  width: fc.integer({ min: 120, max: 700 }),
  height: fc.integer({ min: 50, max: 300 }),
  method: fc.constantFrom("LINE" as const, "AREA" as const, "STACK" as const),
  title: fc.constantFrom("", "Load", "A title that is far too long for any narrow picture of a graph"),
  units: fc.constantFrom("", "B/s", "°C"),
  verticalLabel: fc.constantFrom("", "bits per second"),
  watermark: fc.constantFrom("", "made by hand"),
  trend: fc.boolean(),
  logarithmic: fc.boolean(),
  compare: fc.constantFrom([], [{ shift: 604_800, label: "1w earlier" }]),
  rightAxis: fc.constantFrom(undefined, { scale: 8, shift: 0, label: "bits" }),
  percentile: fc.constantFrom(undefined, 95),
  notes: fc.constantFrom(
    [],
    [{ align: "center" as const, parts: ["most ", { figure: "MAXIMUM", percent: 0, of: "x", time: true }] }],
    [{ align: "right" as const, parts: ["a note that goes on and on until there is no room left for it"] }],
  ),
});

describe("any graph", () => {
  it("has no text over another and none outside of the picture, whatever it shows and however wide it is", () => {
    fc.assert(
      fc.property(
        extras,
        fc.array(name, { minLength: 2, maxLength: 5 }),
        fc.array(value, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 60, max: 400 * 86_400 }),
        (more, labels, numbers, seconds) => {
          const fields = labels.map((_, index) => (index === 0 ? "x" : `f${index}`));
          const looks = Object.fromEntries(
            fields.map((field, index) => [field, { label: labels[index] ?? "" }]),
          );
          const given = Object.fromEntries(Object.entries(more).filter(([, one]) => one !== undefined));
          const definition: GraphDefinition = graphDefinition({ path: "a.png", fields, looks, ...given });
          const step = seconds / numbers.length;
          const columns = requestedColumns(definition).map((_, column) =>
            Float64Array.from(numbers, ([digits, power]) => (digits + column) * 10 ** power),
          );
          const series = { start: NOW - seconds, end: NOW, step, columns };
          const period = { text: "x", seconds: seconds as Seconds };
          const scene = drawScene(definition, series, { now: NOW, period, timeZone: "Europe/Berlin" });
          const boxes = boxesOf(scene);
          for (const [index, box] of boxes.entries()) {
            expect(box.left, box.text).toBeGreaterThanOrEqual(-0.5);
            expect(box.right, box.text).toBeLessThanOrEqual(scene.width + 0.5);
            expect(box.bottom, box.text).toBeLessThanOrEqual(scene.height);
            for (const other of boxes.slice(index + 1)) {
              const apart =
                box.right <= other.left ||
                other.right <= box.left ||
                box.bottom <= other.top ||
                other.bottom <= box.top;
              expect(apart, `"${box.text}" lies over "${other.text}"`).toBe(true);
            }
          }
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it("draws over the time of known values only, all of it", () => {
    const rows = fc.array(fc.boolean(), { minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(rows, fc.constantFrom("LINE", "AREA"), fc.boolean(), (known, method, slope) => {
        const values = known.map((one, row) => (one ? 1 + (row % 3) : Number.NaN));
        const scene = sceneOf({ fields: ["a"], method, slope }, values);
        const rowWidth = scene.plot.width / values.length;
        const drawn = shapesOf(scene, "line").map((points) => {
          const at = (x: number) => Math.round(((x - scene.plot.x) / rowWidth) * 100) / 100;
          return [at(points[0] ?? 0), at(points.at(-2) ?? 0)];
        });
        const runs: number[][] = [];
        known.forEach((one, row) => {
          const last = runs.at(-1);
          if (!one) return;
          if (last !== undefined && last[1] === row) last[1] = row + 1;
          else runs.push([row, row + 1]);
        });
        expect(drawn).toEqual(runs);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it("stacks to the sum of what is below, row by row", () => {
    const row = fc.integer({ min: 1, max: 9 });
    const columns = fc.array(fc.array(row, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(columns, (given) => {
        const fields = given.map((_, index) => `f${index}`);
        const limits = { lowerLimit: 0, upperLimit: 100, rigid: true } as const;
        const scene = sceneOf({ fields, method: "STACK", slope: true, ...limits }, ...given);
        const { y, height } = scene.plot;
        const middles = (points: Float64Array) =>
          [3, 5, 7, 9].map((index) => Math.round(100 - (((points[index] ?? 0) - y) / height) * 100));
        const tops = shapesOf(scene, "line").map(middles);
        const sums = given.map((_, index) =>
          [0, 1, 2, 3].map((at) => given.slice(0, index + 1).reduce((sum, one) => sum + (one[at] ?? 0), 0)),
        );
        expect(tops).toEqual(sums);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
