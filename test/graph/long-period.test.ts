import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EpochSeconds, Seconds } from "../../src/base/index.ts";
import { drawGraph, graphDefinition, rrdGraph, rrdSeriesSource } from "../../src/graph/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";

const START = 1_600_000_000;
const END = START + 600;

let folder = "";

describeWithRrdtool("a period of many more rows than a file has", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "procblock-long-"));
    const create = ["create", "fine.rrd", "--start", String(START), "--step", "1"];
    rrdtool([...create, "DS:a:GAUGE:9:U:U", "RRA:AVERAGE:0.5:1:500"], { cwd: folder });
    const updates = Array.from({ length: 600 }, (_, i) => `${START + 1 + i}:${i % 37}`);
    expect(rrdtool(["update", "fine.rrd", ...updates], { cwd: folder }).error).toBe("");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("The graph language says the same numbers as rrdtool.", async () => {
    const words = [
      "-s",
      String(END - 60 * 86_400),
      "-e",
      String(END),
      "DEF:a=fine.rrd:a:AVERAGE",
      "VDEF:mean=a,AVERAGE",
      "VDEF:total=a,TOTAL",
      "VDEF:most=a,95,PERCENT",
      "LINE:a#ff0000",
      "PRINT:mean:%.6lf",
      "PRINT:total:%.6lf",
      "PRINT:most:%.6lf",
    ];
    const theirs = rrdtool(["graph", "/dev/null", ...words], { cwd: folder });
    const ours = await rrdGraph(["/dev/null", ...words], { cwd: folder, now: END as EpochSeconds });
    if (!ours.ok) throw new Error(ours.problems.map(({ message }) => message).join("; "));
    const numbers = theirs.stdout.trim().split("\n").slice(1);
    expect(numbers).toHaveLength(3);
    expect(ours.value.text.trim().split("\n").slice(1)).toEqual(numbers);
  });

  test("A graph of a block is drawn, with the figures of what is stored.", async () => {
    const definition = graphDefinition({ path: "a.svg", fields: ["a"], legend: ["LAST", "AVERAGE", "MAX"] });
    const drawn = await drawGraph(definition, rrdSeriesSource(join(folder, "fine.rrd")), {
      now: END,
      period: { text: "2y", seconds: (730 * 86_400) as Seconds },
      format: "svg",
    });
    if (!drawn.ok) throw new Error(drawn.problems.map(({ message }) => message).join("; "));
    expect(new TextDecoder().decode(drawn.value.bytes)).toMatch(/average 1[78]\.\d\d, max 2\d\.\d\d/);
  });
});
