import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ValueAxis, type ValueAxisRequest, valueAxis } from "../../src/graph/value-axis.ts";

const plain = { rigid: false, fromZero: false, logarithmic: false, base: 1000, height: 100 } as const;

function axis(least: number, greatest: number, more: Partial<ValueAxisRequest> = {}): ValueAxis {
  return valueAxis({ ...plain, least, greatest, ...more });
}

function labels(...given: Parameters<typeof axis>): string[] {
  return axis(...given).ticks.map((tick) => tick.label);
}

describe("the value axis", () => {
  it("has readable steps and one prefix", () => {
    expect(labels(0, 100)).toEqual(["0", "20", "40", "60", "80", "100"]);
    expect(labels(0, 9.6e6)).toEqual(["0", "2 M", "4 M", "6 M", "8 M", "10 M"]);
    expect(labels(0.1, 0.9)).toEqual(["0", "0.2", "0.4", "0.6", "0.8"]);
  });

  it("counts in powers of 1024 with base 1024", () => {
    expect(labels(0, 16 * 2 ** 30, { base: 1024 })).toEqual(["0", "5 Gi", "10 Gi", "15 Gi"]);
    expect(axis(0, 16 * 2 ** 30, { base: 1024 }).ticks[1]?.value).toBe(5 * 2 ** 30);
  });

  it("shows a narrow band far from zero for itself", () => {
    expect(labels(1e15, 1.01e15)).toEqual(["1.000 P", "1.002 P", "1.004 P", "1.006 P", "1.008 P", "1.010 P"]);
    expect(axis(20, 25).low).toBeGreaterThan(10);
    expect(axis(20, 25, { fromZero: true }).low).toBe(0);
  });

  it("keeps zero on the axis when values stand on both sides of it", () => {
    expect(labels(-3e-12, 2e-12)).toContain("0");
    expect(labels(-7, -1)).toEqual(["-6", "-4", "-2", "0"]);
  });

  it("works without a range: a constant, zero, nothing known", () => {
    expect(labels(5, 5)).toEqual(["0", "2", "4", "6"]);
    expect(labels(-5, -5)).toEqual(["-6", "-4", "-2", "0"]);
    expect(labels(0, 0)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(labels(Number.NaN, Number.NaN)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  });

  it("obeys limits: rigid ones exactly, others unless data is beyond them", () => {
    expect(axis(0, 103, { lowerLimit: 0, upperLimit: 100, rigid: true })).toMatchObject({
      low: 0,
      high: 100,
    });
    expect(axis(0, 40, { upperLimit: 100 })).toMatchObject({ low: 0, high: 100 });
    expect(axis(0, 140, { upperLimit: 100 }).high).toBeGreaterThanOrEqual(140);
    expect(axis(500, 600, { upperLimit: 100, rigid: true }).high).toBe(100);
    expect(axis(1, 2, { lowerLimit: 10, rigid: true }).low).toBe(10);
  });

  const magnitude = fc.integer({ min: -12, max: 15 }).map((exponent) => 10 ** exponent);
  const number = fc.tuple(fc.double({ min: -10, max: 10, noNaN: true }), magnitude).map(([a, b]) => a * b);

  it("has 3 to 8 different labels and holds all data, whatever the range", () => {
    fc.assert(
      fc.property(
        number,
        number,
        fc.boolean(),
        fc.constantFrom(1000 as const, 1024 as const),
        fc.integer({ min: 60, max: 600 }),
        (a, b, fromZero, base, height) => {
          const [least, greatest] = a < b ? [a, b] : [b, a];
          const { low, high, ticks } = axis(least, greatest, { fromZero, base, height });
          const rounding = 1e-8 * (high - low);
          expect(low).toBeLessThanOrEqual(least + rounding);
          expect(high).toBeGreaterThanOrEqual(greatest - rounding);
          expect(ticks.length).toBeGreaterThanOrEqual(3);
          expect(ticks.length).toBeLessThanOrEqual(8);
          expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
          if (low <= 0 && high >= 0) expect(ticks.some((tick) => tick.value === 0)).toBe(true);
        },
      ),
      { seed: 2, numRuns: 600 },
    );
  });

  it("has 3 to 8 labels between rigid limits, and the steps are 1, 2 or 5 × 10ⁿ", () => {
    fc.assert(
      fc.property(number, number, fc.integer({ min: 60, max: 600 }), (a, b, height) => {
        const [lowerLimit, upperLimit] = a < b ? [a, b] : [b, a];
        const size = Math.max(Math.abs(lowerLimit), Math.abs(upperLimit));
        fc.pre(size > 1e-30 && upperLimit - lowerLimit > 1e-5 * size);
        const found = axis(Number.NaN, Number.NaN, { lowerLimit, upperLimit, rigid: true, height });
        expect(found).toMatchObject({ low: lowerLimit, high: upperLimit });
        expect(found.ticks.length).toBeGreaterThanOrEqual(3);
        expect(found.ticks.length).toBeLessThanOrEqual(8);
        const step = (found.ticks[1]?.value ?? 0) - (found.ticks[0]?.value ?? 0);
        const digit = step / 10 ** Math.floor(Math.log10(step) + 1e-6);
        expect([1, 2, 5].some((one) => Math.abs(digit - one) < 1e-3)).toBe(true);
      }),
      { seed: 3, numRuns: 600 },
    );
  });

  it("never puts labels closer than a line of text, and always has one", () => {
    fc.assert(
      fc.property(number, number, fc.integer({ min: 10, max: 60 }), (a, b, height) => {
        const { low, high, ticks } = axis(Math.min(a, b), Math.max(a, b), { height });
        expect(ticks.length).toBeGreaterThanOrEqual(1);
        const gap =
          (((ticks[1]?.value ?? Number.POSITIVE_INFINITY) - (ticks[0]?.value ?? 0)) / (high - low)) * height;
        expect(gap).toBeGreaterThanOrEqual(10.9);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe("the logarithmic axis", () => {
  it("labels decades", () => {
    expect(labels(1, 1e4, { logarithmic: true })).toEqual(["1", "10", "100", "1 k", "10 k"]);
    expect(labels(2e-3, 0.5, { logarithmic: true })).toContain("10 m");
  });

  it("has a place for positive values only", () => {
    const found = axis(1, 100, { logarithmic: true });
    expect(found.share(1)).toBe(0);
    expect(found.share(10)).toBeCloseTo(0.5);
    expect(found.share(0)).toBeNaN();
    expect(found.share(-1)).toBeNaN();
  });

  it("ends for the smallest and greatest numbers there are", () => {
    for (const [least, greatest] of [
      [1e-299, 1],
      [Number.MIN_VALUE, Number.MAX_VALUE],
    ] as const) {
      const { ticks } = axis(least, greatest, { logarithmic: true });
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(8);
    }
  });

  it("has 3 to 8 different labels over any range", () => {
    const positive = fc.tuple(fc.double({ min: 1, max: 10, noNaN: true }), fc.integer({ min: -12, max: 15 }));
    fc.assert(
      fc.property(positive, positive, fc.integer({ min: 80, max: 400 }), ([a, m], [b, n], height) => {
        const [least, greatest] = [a * 10 ** m, b * 10 ** n].sort((one, other) => one - other) as [
          number,
          number,
        ];
        const { low, high, ticks } = axis(least, greatest, { logarithmic: true, height });
        expect(low).toBeLessThanOrEqual(least * (1 + 1e-9));
        expect(high).toBeGreaterThanOrEqual(greatest * (1 - 1e-9));
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
