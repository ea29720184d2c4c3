import { describe, expect, it } from "vitest";
import type { EpochSeconds } from "../../src/base/index.ts";
import { graphDefinition, storedFields } from "../../src/graph/index.ts";
import { itemsOf, NOW, sceneOf, shapesOf, textsOf, unknown } from "./scenes.ts";

/** x, y pairs relative to the plot: x in columns of 100 px, y as value (0 … 10 over 100 px). */
function values(
  points: Float64Array | undefined,
  plot: { x: number; y: number; height: number },
): number[][] {
  const pairs: number[][] = [];
  for (let i = 0; points !== undefined && i < points.length; i += 2) {
    const y = plot.y + plot.height - (points[i + 1] ?? 0);
    pairs.push([((points[i] ?? 0) - plot.x) / 100, Math.round(y * 1000) / 10_000]);
  }
  return pairs;
}

const ten = { lowerLimit: 0, upperLimit: 10, rigid: true } as const;

describe("a scene", () => {
  it("draws a line as steps: each row is level over its own time", () => {
    const scene = sceneOf({ fields: ["a"], ...ten }, [1, 3, 3, 2]);
    const lines = shapesOf(scene, "line");
    expect(lines).toHaveLength(1);
    expect(values(lines[0], scene.plot)).toEqual([
      [0, 1],
      [1, 1],
      [1, 3],
      [3, 3],
      [3, 2],
      [4, 2],
    ]);
  });

  it("draws slanted lines through the middles of rows with slope: true", () => {
    const scene = sceneOf({ fields: ["a"], slope: true, ...ten }, [1, 3, 3, 2]);
    expect(values(shapesOf(scene, "line")[0], scene.plot)).toEqual([
      [0, 1],
      [0.5, 1],
      [1.5, 3],
      [2.5, 3],
      [3.5, 2],
      [4, 2],
    ]);
  });

  it("leaves a gap where values are unknown, never a zero and never a joint", () => {
    const scene = sceneOf({ fields: ["a"], ...ten }, [1, unknown, 3, 2]);
    const lines = shapesOf(scene, "line").map((points) => values(points, scene.plot));
    expect(lines).toEqual([
      [
        [0, 1],
        [1, 1],
      ],
      [
        [2, 3],
        [3, 3],
        [3, 2],
        [4, 2],
      ],
    ]);
  });

  it("draws over gaps with gaps: join", () => {
    const scene = sceneOf({ fields: ["a"], gaps: "join", ...ten }, [1, unknown, 3, 2]);
    expect(shapesOf(scene, "line")).toHaveLength(1);
  });

  it("fills an area down to zero, and down from it for negative values", () => {
    const scene = sceneOf(
      { fields: ["a"], method: "AREA", lowerLimit: -5, upperLimit: 5, rigid: true },
      [2, -2, 2, 2],
    );
    const zero = (scene.plot.y + scene.plot.height / 2 - scene.plot.y) / 10;
    const ring = values(shapesOf(scene, "area")[0], scene.plot);
    expect(ring.slice(0, 4)).toEqual([
      [0, zero + 2],
      [1, zero + 2],
      [1, zero - 2],
      [2, zero - 2],
    ]);
    expect(ring.slice(-2)).toEqual([
      [4, zero],
      [0, zero],
    ]);
  });

  it("stacks fields on top of each other, and an unknown one makes the stack above it unknown", () => {
    const scene = sceneOf({ fields: ["a", "b"], method: "STACK", ...ten }, [1, 1, 1, 1], [2, unknown, 2, 2]);
    const areas = shapesOf(scene, "area").map((points) => values(points, scene.plot));
    expect(areas).toHaveLength(3);
    expect(areas[0]?.[0]).toEqual([0, 1]);
    expect(areas[1]).toEqual([
      [0, 3],
      [1, 3],
      [1, 1],
      [0, 1],
    ]);
    expect(areas[2]).toEqual([
      [2, 3],
      [4, 3],
      [4, 1],
      [2, 1],
    ]);
  });

  it("counts an unknown value of a stack as 0 with stack unknown: zero", () => {
    const scene = sceneOf(
      { fields: ["a", "b"], method: "STACK", stackUnknown: "zero", ...ten },
      [1, 1, 1, 1],
      [2, unknown, 2, 2],
    );
    expect(shapesOf(scene, "area")).toHaveLength(2);
    expect(values(shapesOf(scene, "area")[1], scene.plot).slice(0, 4)).toEqual([
      [0, 3],
      [1, 3],
      [1, 1],
      [2, 1],
    ]);
  });

  it("has exactly the full size asked for: legend and notes give way before the plot does, and the title after them", () => {
    const note = { align: "left", parts: ["noted"] } as const;
    const given = { fields: ["a"], title: "Title", notes: [note], fullSize: true } as const;
    for (const [width, height, parts] of [
      [400, 200, ["title", "legend-name", "note"]],
      [150, 80, ["title"]],
      [100, 50, []],
    ] as const) {
      const scene = sceneOf({ ...given, fields: ["a"], width, height }, [1, 2, 3, 4]);
      expect([scene.width, scene.height]).toEqual([width, height]);
      expect(scene.plot.height).toBeGreaterThanOrEqual(10);
      const drawn = new Set<string>(itemsOf(scene).map(({ part }) => part));
      expect(["title", "legend-name", "note"].filter((part) => drawn.has(part))).toEqual(parts);
    }
  });

  it("puts the numbers that a narrow picture has no room for into a second table", () => {
    const legend = ["LAST", "AVERAGE", "MAX", "MIN", "95%", "TOTAL"] as const;
    const scene = sceneOf({ fields: ["a", "b"], width: 200, units: "MB/s", legend }, [1, 2], [3, 4]);
    expect(textsOf(scene, "legend-head")).toEqual(["last", "average", "max", "min", "95%", "total"]);
    expect(textsOf(scene, "legend-number")).toHaveLength(12);
    expect(textsOf(scene, "legend-name").slice(0, 4)).toEqual(["a", "b", "a", "b"]);
    const lowest = Math.max(...itemsOf(scene).flatMap((item) => (item.kind === "text" ? [item.y] : [])));
    expect(lowest).toBeLessThan(scene.height);
  });

  it("says hundredths of a percent, not more, where they tell something", () => {
    const scene = sceneOf({ fields: ["a"], units: "%", legend: ["LAST", "MAX"] }, [20, 0.0483]);
    expect(textsOf(scene, "legend-number")).toEqual(["0.05 %", "20.00 %"]);
  });

  it("gives a layer of a stack no edge where it has no height, as that would lie over the layer below", () => {
    const scene = sceneOf({ fields: ["a", "b"], method: "STACK", ...ten }, [1, 1, 1, 1], [2, 0, 0, 2]);
    const lines = shapesOf(scene, "line").map((points) => values(points, scene.plot));
    expect(lines).toEqual([
      [
        [0, 1],
        [4, 1],
      ],
      [
        [0, 3],
        [1, 3],
      ],
      [
        [3, 3],
        [4, 3],
      ],
    ]);
  });

  it("ends a note at the right with the plot, and draws a trend in another colour than its field", () => {
    const note = { align: "right", parts: ["to the right"] } as const;
    const scene = sceneOf(
      { fields: ["a"], method: "AREA", trend: true, notes: [note], ...ten },
      [1, 2, 3, 4],
    );
    const text = itemsOf(scene).find((item) => item.part === "note");
    expect(text).toMatchObject({ x: scene.plot.x + scene.plot.width, anchor: "end" });
    const colours = (part: string) =>
      itemsOf(scene).flatMap((item) => (item.kind === "line" && item.part === part ? [item.stroke] : []));
    expect(colours("trend")).toHaveLength(1);
    expect(colours("series")).not.toContain(colours("trend")[0]);
  });

  it("draws nothing for values that a logarithmic axis has no place for", () => {
    const scene = sceneOf({ fields: ["a"], logarithmic: true }, [1, 0, -3, 100]);
    expect(shapesOf(scene, "line")).toHaveLength(2);
    for (const points of shapesOf(scene, "line"))
      for (const one of points) expect(Number.isFinite(one)).toBe(true);
  });

  it("computes expressions, and draws the one that fields do not name as a line over them", () => {
    const given = {
      fields: ["a", "b"],
      method: "STACK",
      expressions: { half: "b / 2", total: "a + half * 2" },
    } as const;
    expect(storedFields(graphDefinition({ path: "a.png", ...given }))).toEqual(["a", "b"]);
    const scene = sceneOf({ ...given, fields: ["a", "b"] }, [1, 2, 3, 4], [4, 3, 2, 1]);
    expect(textsOf(scene, "legend-name")).toEqual(["a", "b", "total"]);
    expect(textsOf(scene, "legend-number").slice(-3)).toEqual(["5.00", "5.00", "5.00"]);
  });

  it("prints last, average and maximum of the known values, with prefixes and units", () => {
    const scene = sceneOf({ fields: ["a"], units: "B/s" }, [1000, 3000, unknown, 2000]);
    expect(textsOf(scene, "legend-head")).toEqual(["last", "average", "max"]);
    expect(textsOf(scene, "legend-number")).toEqual(["2.00 kB/s", "2.00 kB/s", "3.00 kB/s"]);
  });

  it("prints a dash for what is unknown, and has axes all the same", () => {
    const scene = sceneOf({ fields: ["a"] }, [unknown, unknown, unknown, unknown]);
    expect(textsOf(scene, "legend-number")).toEqual(["–", "–", "–"]);
    expect(textsOf(scene, "value-label").length).toBeGreaterThanOrEqual(3);
    expect(shapesOf(scene, "line")).toEqual([]);
  });

  it("draws percentile, rules and their labels", () => {
    const scene = sceneOf(
      {
        fields: ["a"],
        percentile: 50,
        hrules: [{ value: 30, label: "limit" }],
        vrules: [{ time: (NOW - 200) as EpochSeconds, label: "deploy" }, { time: 5 as EpochSeconds }],
      },
      [1, 2, 3, 4],
    );
    expect(itemsOf(scene).filter((item) => item.part === "rule")).toHaveLength(2);
    expect(itemsOf(scene).filter((item) => item.part === "percentile")).toHaveLength(1);
    expect(textsOf(scene, "legend-name")).toEqual(["a", "limit", "deploy"]);
    expect(textsOf(scene, "legend-head")).toEqual(["last", "average", "max", "50%"]);
    expect(textsOf(scene, "value-label").at(-1)).toBe("30");
  });

  it("shows the zero line wherever zero is on the axis", () => {
    const scene = sceneOf({ fields: ["a"] }, [-1, 1, -1, 1]);
    const zero = itemsOf(scene).find((item) => item.part === "zero");
    expect(zero).toMatchObject({ y: scene.plot.y + scene.plot.height / 2, height: 1 });
    const far = sceneOf({ fields: ["a"] }, [1000, 1001, 1000, 1002]);
    expect(itemsOf(far).some((item) => item.part === "zero")).toBe(false);
  });

  it("puts the period into the title", () => {
    const scene = sceneOf({ fields: ["a"], title: "Load, {{period}}" }, [1, 2, 3, 4]);
    expect(textsOf(scene, "title")).toEqual(["Load, 400s"]);
  });

  it("puts grid lines on whole pixels", () => {
    for (const item of itemsOf(sceneOf({ fields: ["a"] }, [1, 2, 3, 4]))) {
      if (item.kind !== "rect" || !item.part.startsWith("grid")) continue;
      expect([item.x % 1, item.y % 1, Math.min(item.width, item.height)]).toEqual([0, 0, 1]);
    }
  });

  it("is as large as asked with full size, and as large as needed around the plot otherwise", () => {
    const full = sceneOf(
      { fields: ["a"], fullSize: true, width: 300, height: 150, title: "T" },
      [1, 2, 3, 4],
    );
    expect(full).toMatchObject({ width: 300, height: 150 });
    const plot = sceneOf({ fields: ["a"], width: 120, height: 40 }, [1, 2, 3, 4]);
    expect(plot.plot).toMatchObject({ width: 120, height: 40 });
  });

  it("keeps all text within the picture, even when it is tiny and the names are long", () => {
    const names = ["a".repeat(300), "Привет, мир, как твои дела сегодня вечером", "漢".repeat(99)];
    const scene = sceneOf(
      {
        fields: names,
        width: 120,
        height: 40,
        title: "t".repeat(200),
        watermark: "w".repeat(200),
        verticalLabel: "v".repeat(200),
      },
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    );
    for (const text of [
      ...textsOf(scene, "title"),
      ...textsOf(scene, "legend-name"),
      ...textsOf(scene, "watermark"),
    ]) {
      expect(text).toMatch(/…/);
      expect(text.length).toBeLessThan(40);
    }
  });

  it("cuts long names in the middle, because names that begin alike differ at their ends", () => {
    const scene = sceneOf({ fields: [`/dev/disk/by-id/${"x".repeat(99)}-part7`], width: 300 }, [1, 2, 3, 4]);
    expect(textsOf(scene, "legend-name")[0]).toMatch(/^\/dev.+….*part7$/);
  });
});
