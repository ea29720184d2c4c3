import { describe, expect, it } from "vitest";
import { type GraphCf, reduceSeries } from "../../src/graph/index.ts";

const N = Number.NaN;
const series = { start: 60, end: 180, step: 20, columns: [Float64Array.of(1, 3, N, N, N, 8)] };

function reduced(cf: GraphCf, resolution: number, from = series): [number, number, number, ...number[]] {
  const { start, end, step, columns } = reduceSeries(from, resolution, cf);
  return [start, end, step, ...(columns[0] ?? [])];
}

describe("reducing rows to the width of a picture", () => {
  it("leaves rows alone that are wide enough", () => {
    expect(reduceSeries(series, 20, "AVERAGE")).toBe(series);
  });

  it("joins the known values of aligned groups and keeps all-unknown groups unknown", () => {
    const whole = { ...series, start: 80, end: 200 };
    expect(reduced("AVERAGE", 40, whole)).toEqual([80, 200, 40, 2, N, 8]);
    expect(reduced("MIN", 40, whole)).toEqual([80, 200, 40, 1, N, 8]);
    expect(reduced("MAX", 30, whole)).toEqual([80, 200, 40, 3, N, 8]);
    expect(reduced("LAST", 40, whole)).toEqual([80, 200, 40, 3, N, 8]);
  });

  it("has one unknown row at an end that is not aligned to the groups", () => {
    expect(reduced("AVERAGE", 40)).toEqual([40, 200, 40, N, 3, N, N]);
  });
});
