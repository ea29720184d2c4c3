import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import { drawGraph, graphDefinition, rrdSeriesSource } from "../../src/graph/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { makeCorpusFiles, NOW } from "./corpus/files.ts";

const now = Math.floor(NOW / 3600) * 3600;
const period = { text: "5d", seconds: (5 * 86_400) as Seconds };

let folder = "";

/** Every text of the picture that holds a digit and is no label of an axis. */
async function said(width: number): Promise<string[]> {
  const definition = graphDefinition({
    path: "a.svg",
    fields: ["in", "out"],
    width,
    method: "STACK",
    legend: ["LAST", "AVERAGE", "MAX", "MIN", "95%", "TOTAL"],
    expressions: { both: "in + out" },
    percentile: 90,
    notes: [
      {
        align: "left",
        parts: ["most ", { figure: "MAXIMUM", percent: 0, of: "both", time: false }],
      },
      {
        align: "left",
        parts: ["most at ", { figure: "MAXIMUM", percent: 0, of: "both", time: true }],
      },
    ],
  });
  const source = rrdSeriesSource(join(folder, "traffic.rrd"));
  const picture = await drawGraph(definition, source, { now, period, format: "svg", timeZone: "UTC" });
  if (!picture.ok) throw new Error(picture.problems.map(({ message }) => message).join("; "));
  const svg = new TextDecoder().decode(picture.value.bytes);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => match[1] ?? "");
  // The first is the time shown, if there is room; what stands at the axes depends on the size.
  const legend = texts.indexOf("last");
  return texts.slice(legend);
}

describeWithRrdtool("figures of a picture", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "procblock-figures-"));
    makeCorpusFiles(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("No figure depends on the width of the picture.", async () => {
    const narrow = await said(420);
    expect(narrow.length).toBeGreaterThan(15);
    expect(await said(1440)).toEqual(narrow);
    expect(await said(900)).toEqual(narrow);
  });

  test("They are what rrdtool says of the rows of the archive.", async () => {
    const { stdout } = rrdtool(
      [
        "graph",
        "/dev/null",
        "-s",
        String(now - period.seconds),
        "-e",
        String(now),
        "--width",
        "1440",
        "DEF:in=traffic.rrd:in:AVERAGE:step=300",
        "VDEF:most=in,MAXIMUM",
        "VDEF:usual=in,95,PERCENTNAN",
        "PRINT:most:%.2lf",
        "PRINT:usual:%.2lf",
      ],
      { cwd: folder },
    );
    const [most, usual] = [...stdout.matchAll(/^(\d+\.\d\d)$/gm)].map((match) => Number(match[1]));
    const texts = await said(420);
    const million = (value = Number.NaN) => `${(value / 1e6).toFixed(2)} M`;
    expect(texts).toContain(million(most));
    expect(texts).toContain(million(usual));
  });
});
