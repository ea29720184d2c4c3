import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { figureIn } from "../../src/graph/figures.ts";
import { type ColumnRequest, rrdSeriesSource, type Series } from "../../src/graph/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { makeCorpusFiles, NOW } from "./corpus/files.ts";

const DAY = 86_400;
const end = Math.floor(NOW / 1800) * 1800 - 1800;

let folder = "";

async function fetch(columns: ColumnRequest[], start: number, resolution: number): Promise<Series> {
  const request = { columns, cf: "AVERAGE", start, end, resolution } as const;
  const series = await rrdSeriesSource(join(folder, "traffic.rrd")).fetch(request);
  if (!series.ok) throw new Error(series.problems.map(({ message }) => message).join("; "));
  return series.value;
}

/** Rows of `xport --json`, by the end of the row. */
function exported(start: number, step: number, ...elements: string[]): Map<number, number> {
  const words = ["xport", "-s", String(start), "-e", String(end), "--step", String(step), "--json", "-t"];
  const { stdout, error } = rrdtool([...words, ...elements], { cwd: folder });
  expect(error).toBe("");
  const { data } = JSON.parse(stdout) as { data: [string, number | null][] };
  return new Map(data.map(([time, value]) => [Number(time), value ?? Number.NaN]));
}

function compared(series: Series, column: number, theirs: Map<number, number>): number {
  let known = 0;
  series.columns[column]?.forEach((value, row) => {
    const expected = theirs.get(series.start + (row + 1) * series.step);
    if (expected === undefined) return;
    if (Number.isNaN(expected)) expect(value).toBeNaN();
    else {
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-9);
      known++;
    }
  });
  return known;
}

describeWithRrdtool("columns that are derived from RRD files", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "procblock-series-"));
    makeCorpusFiles(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("A comparison is rrdtool's DEF of the time before with a SHIFT.", async () => {
    const start = end - 2 * DAY;
    const series = await fetch([{ field: "in" }, { field: "in", shift: 7 * DAY }], start, 1800);
    const theirs = exported(
      start,
      1800,
      "DEF:now=traffic.rrd:in:AVERAGE",
      `DEF:x=traffic.rrd:in:AVERAGE:start=${start - 7 * DAY}:end=${end - 7 * DAY}`,
      `SHIFT:x:${7 * DAY}`,
      "XPORT:x",
    );
    expect(compared(series, 1, theirs)).toBeGreaterThan(40);
  });

  test("A forecast from history is rrdtool's PREDICT and PREDICTSIGMA over windows around earlier times.", async () => {
    const start = end - DAY;
    const history = { every: DAY, times: 3, window: 7200 } as const;
    const series = await fetch(
      [
        { field: "in" },
        { field: "in", history: { ...history, what: "mean" } },
        { field: "in", history: { ...history, what: "deviation" } },
      ],
      start,
      1800,
    );
    const shifts = [3 * DAY - 3600, 2 * DAY - 3600, DAY - 3600].join(",");
    const past = `DEF:x=traffic.rrd:in:AVERAGE:start=${start - 3 * DAY - 7200}`;
    for (const [column, operation] of [
      [1, "PREDICT"],
      [2, "PREDICTSIGMA"],
    ] as const) {
      const theirs = exported(start, 1800, past, `CDEF:y=${shifts},3,7200,x,${operation}`, "XPORT:y");
      expect(compared(series, column, theirs)).toBeGreaterThan(40);
    }
  });

  test("A column of another file lies on the same rows, and without one of its own they are those of the first.", async () => {
    const start = end - DAY;
    const other = { field: "one", file: "load.rrd" };
    const theirs = exported(start, 1800, "DEF:x=load.rrd:one:AVERAGE", "XPORT:x");
    const both = await fetch([{ field: "in" }, other], start, 1800);
    expect(compared(both, 1, theirs)).toBeGreaterThan(40);
    const alone = await fetch([other], start, 1800);
    expect(compared(alone, 0, theirs)).toBeGreaterThan(40);
  });

  test("What is missing is a problem that names it.", async () => {
    const request = { cf: "AVERAGE", start: end - DAY, end, resolution: 1800 } as const;
    const source = rrdSeriesSource(join(folder, "traffic.rrd"));
    const said = async (column: ColumnRequest) => {
      const answer = await source.fetch({ columns: [{ field: "in" }, column], ...request });
      return answer.ok ? [] : answer.problems.map(({ message }) => message);
    };
    expect(await said({ field: "nothing", shift: 60 })).toEqual([
      `No DS called 'nothing' in '${join(folder, "traffic.rrd")}'`,
    ]);
    expect((await said({ field: "in", file: "none.rrd" })).join()).toContain(join(folder, "none.rrd"));
    expect(await said({ field: "in", cf: "HWPREDICT" })).toEqual([
      `"${join(folder, "traffic.rrd")}" has no archive of HWPREDICT`,
    ]);
  });

  test.each([
    ["PERCENTNAN", 95, "95,PERCENTNAN"],
    ["PERCENTNAN", 50, "50,PERCENTNAN"],
    ["AVERAGE", 0, "AVERAGE"],
    ["MAXIMUM", 0, "MAXIMUM"],
    ["MINIMUM", 0, "MINIMUM"],
    ["TOTAL", 0, "TOTAL"],
    ["FIRST", 0, "FIRST"],
    ["LAST", 0, "LAST"],
    ["STDEV", 0, "STDEV"],
    ["LSLSLOPE", 0, "LSLSLOPE"],
    ["LSLINT", 0, "LSLINT"],
  ] as const)("The figure %s (%d) is what rrdtool prints.", async (figure, percent, vdef) => {
    // The last value is known, so that the row after it, which rrdtool fetches too, is not.
    const last = 1_600_537_800;
    const start = last - DAY;
    const request = { columns: [{ field: "in" }], cf: "AVERAGE", start, end: last, resolution: 1 } as const;
    const answer = await rrdSeriesSource(join(folder, "traffic.rrd")).fetch(request);
    if (!answer.ok) throw new Error("not fetched");
    const { columns, ...grid } = answer.value;
    const [values = new Float64Array()] = columns;
    const rows = Math.round((last - grid.start) / grid.step);
    const { value } = figureIn(values, { figure, percent }, { ...grid, rows, from: 0, to: rows });
    const words = ["-s", String(start), "-e", String(last), "-w", "2000", "DEF:x=traffic.rrd:in:AVERAGE"];
    const print = [`VDEF:y=x,${vdef}`, "PRINT:y:%.9le"];
    const { stdout } = rrdtool(["graph", "none.png", ...words, ...print], { cwd: folder });
    expect(value.toExponential(9).replace(/e([+-])(\d)$/, "e$10$2")).toBe(stdout.split("\n")[1]);
  });
});
