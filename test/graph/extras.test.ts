import { describe, expect, it } from "vitest";
import { graphDefinition, requestedColumns, type SceneItem } from "../../src/graph/index.ts";
import { itemsOf, NOW, sceneOf, shapesOf, textsOf, unknown } from "./scenes.ts";

const ten = { lowerLimit: -10, upperLimit: 10, rigid: true } as const;

/** The values of a shape's corners; the axis goes from -10 to 10. */
function valuesOf(scene: ReturnType<typeof sceneOf>, points: Float64Array | undefined): number[] {
  const { y, height } = scene.plot;
  return [...(points ?? [])]
    .filter((_, index) => index % 2 === 1)
    .map((at) => Math.round((10 - ((at - y) / height) * 20) * 1000) / 1000);
}

function parts(scene: ReturnType<typeof sceneOf>, part: string): SceneItem[] {
  return itemsOf(scene).filter((item) => item.part === part);
}

describe("what a graph shows besides its fields", () => {
  it("draws a negated field below the axis and says its own values", () => {
    const scene = sceneOf(
      { fields: ["in", "out"], looks: { out: { negate: true, label: "outbound" } }, ...ten },
      [1, 2, 3, 4],
      [5, 5, 6, 6],
    );
    expect(valuesOf(scene, shapesOf(scene, "line")[1])).toEqual([-5, -5, -6, -6]);
    expect(textsOf(scene, "legend-name")).toEqual(["in", "outbound"]);
    expect(textsOf(scene, "legend-number").slice(3)).toEqual(["6.00", "5.50", "6.00"]);
    expect(textsOf(scene, "value-label").every((label) => !/[-−]/.test(label))).toBe(true);
  });

  it("keeps the signs of an axis where values are negative by themselves", () => {
    const looks = { out: { negate: true } };
    const scene = sceneOf({ fields: ["in", "out"], looks, ...ten }, [-1, 2, 3, 4], [5, 5, 6, 6]);
    expect(textsOf(scene, "value-label").some((label) => /[-−]/.test(label))).toBe(true);
  });

  it("stacks what is negated downwards, apart from what is stacked upwards", () => {
    const looks = { c: { negate: true }, d: { negate: true } };
    const scene = sceneOf(
      { fields: ["a", "b", "c", "d"], method: "STACK", looks, ...ten },
      [1, 1, 1, 1],
      [2, 2, 2, 2],
      [3, 3, 3, 3],
      [4, 4, 4, 4],
    );
    const tops = shapesOf(scene, "line").map((points) => valuesOf(scene, points)[0]);
    expect(tops).toEqual([1, 3, -3, -7]);
  });

  it("draws each field by its own method, width, dashes and colour", () => {
    const looks = {
      a: { method: "AREA", color: "#112233" },
      b: { width: 3, dashes: [4, 2] },
      c: { draw: false },
      d: { legend: false },
    } as const;
    const scene = sceneOf({ fields: ["a", "b", "c", "d"], looks }, [1, 2, 3, 4], [2, 2, 2, 2], [1, 1, 1, 1]);
    expect(shapesOf(scene, "area")).toHaveLength(1);
    const lines = itemsOf(scene).filter((item) => item.kind === "line" && item.part === "series");
    expect(lines).toMatchObject([
      { stroke: "#112233", width: 1.5 },
      { width: 3, dash: [4, 2] },
      { width: 1.5 },
    ]);
    expect(textsOf(scene, "legend-name")).toEqual(["a", "b"]);
  });

  it("fills the area between two fields, and only where both are known", () => {
    const looks = { high: { downTo: "low" }, low: { draw: false } };
    const given = { fields: ["high", "low"], looks, ...ten };
    const scene = sceneOf(given, [5, 6, unknown, 8], [1, 2, 3, unknown]);
    const areas = shapesOf(scene, "area").map((points) => valuesOf(scene, points));
    expect(areas).toEqual([[5, 5, 6, 6, 2, 2, 1, 1]]);
  });

  it("compares with earlier values, which are asked for as such", () => {
    const given = { fields: ["a"], compare: [{ shift: 604_800, label: "1w earlier" }], ...ten };
    expect(requestedColumns(graphDefinition({ path: "a.png", ...given }))).toEqual([
      { field: "a" },
      { field: "a", shift: 604_800 },
    ]);
    const scene = sceneOf(given, [1, 2, 3, 4], [5, 5, 5, 5]);
    const [earlier, own] = shapesOf(scene, "line");
    expect(valuesOf(scene, earlier)).toEqual([5, 5]);
    expect(valuesOf(scene, own)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(textsOf(scene, "legend-name")).toEqual(["a", "a, 1w earlier"]);
  });

  it("compares a stack by its top, and expressions by what they were made of", () => {
    const compare = [{ shift: 3600, label: "before" }];
    const stack = sceneOf(
      { fields: ["a", "b"], method: "STACK", compare, ...ten },
      [1, 1, 1, 1],
      [2, 2, 2, 2],
      [3, 3, 3, 3],
      [4, 4, 4, 4],
    );
    expect(textsOf(stack, "legend-name")).toEqual(["a", "b", "all, before"]);
    expect(valuesOf(stack, shapesOf(stack, "line")[0])).toEqual([7, 7]);
    const sum = sceneOf(
      { fields: ["sum"], expressions: { sum: "a + b" }, compare, ...ten },
      [1, 1, 1, 1],
      [2, 2, 2, 2],
      [3, 3, 3, 3],
      [4, 4, 4, 4],
    );
    expect(valuesOf(sum, shapesOf(sum, "line")[0])).toEqual([7, 7]);
  });

  it("draws a forecast as a band of so many deviations around a line", () => {
    const forecasts = [{ of: "a", band: 2, label: "expected" }];
    const given = { fields: ["a"], forecasts, ...ten };
    expect(requestedColumns(graphDefinition({ path: "a.png", ...given }))).toEqual([
      { field: "a" },
      { field: "a", cf: "HWPREDICT" },
      { field: "a", cf: "DEVPREDICT" },
    ]);
    const scene = sceneOf(given, [1, 2, 3, 4], [2, 2, 2, unknown], [1, 1, 1, 1]);
    expect(valuesOf(scene, shapesOf(scene, "area")[0])).toEqual([4, 4, 0, 0]);
    expect(textsOf(scene, "legend-name")).toEqual(["a", "a, expected"]);
  });

  it("marks the rows where a formula is so, never where it is unknown", () => {
    const ticks = [{ on: { expression: "a > 2" }, fraction: 0.25, color: "#ff0000", label: "high" }];
    const scene = sceneOf({ fields: ["a"], ticks }, [3, 1, unknown, 4]);
    const { x, y, width, height } = scene.plot;
    expect(parts(scene, "tick")).toMatchObject([
      { x, y: y + height * 0.75, width: width / 4, height: height / 4, title: "high" },
      { x: x + width * 0.75, width: width / 4 },
    ]);
    expect(textsOf(scene, "legend-name")).toEqual(["a", "high"]);
  });

  it("draws a straight line through the values and says what it gains", () => {
    const scene = sceneOf({ fields: ["a"], trend: true, ...ten }, [1, 2, unknown, 4]);
    const [trend] = parts(scene, "trend");
    expect(trend?.kind === "line" ? valuesOf(scene, trend.points) : []).toEqual([0.5, 4.5]);
    expect(textsOf(scene, "legend-name")).toEqual(["a", "a, trend: +0.60 per minute"]);
  });

  it("puts figures into notes and rules, and times into vertical rules", () => {
    const max = { figure: "MAXIMUM", percent: 0, of: "a" } as const;
    const scene = sceneOf(
      {
        fields: ["a"],
        units: "B/s",
        notes: [
          { align: "left", parts: ["peak ", { ...max, time: false }, " at ", { ...max, time: true }] },
          { align: "right", parts: ["in all ", { figure: "TOTAL", percent: 0, of: "a", time: false }] },
        ],
        hrules: [{ value: { figure: "PERCENTNAN", percent: 50, of: "a" } }],
        vrules: [{ time: max }],
        legend: ["FIRST", "TOTAL", "DEVIATION", "50%"],
        ...ten,
      },
      [1, 5, 3, unknown],
    );
    expect(textsOf(scene, "note")).toEqual(["peak 5.00 B/s at 14 Nov 22:10", "in all 900.00 B"]);
    expect(textsOf(scene, "legend-head")).toEqual(["first", "total", "deviation", "50%"]);
    expect(textsOf(scene, "legend-number")).toEqual(["1.00 B/s", "900.00 B", "1.63 B/s", "3.00 B/s"]);
    const [across, down] = parts(scene, "rule");
    expect(across?.kind === "line" ? valuesOf(scene, across.points) : []).toEqual([2.9, 2.9]);
    expect(down?.kind === "line" ? down.points[0] : 0).toBe(scene.plot.x + 200.5);
    expect(NOW - 200).toBe(1_699_999_800);
  });
});
