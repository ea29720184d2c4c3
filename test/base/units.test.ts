import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatDuration,
  parseBytes,
  parseDuration,
  parseQuantity,
} from "../../src/base/index.ts";

describe("durations", () => {
  test.each([
    [5, 5],
    ["5", 5],
    ["200ms", 0.2],
    ["5m", 300],
    ["1.5h", 5400],
    ["1d", 86_400],
    ["1w", 604_800],
    ["1M", 2_678_400],
    ["1y", 31_622_400],
    [" 10 s ", 10],
    ["1e3", 1000],
  ])("%j is %d seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    ["1e9d"],
    ["5 parsecs"],
    [""],
    ["m"],
    ["1h30"],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [null],
    [true],
    ["5constructor"],
  ])("%j is no duration, or one far too long to be meant", (text) => {
    const seconds = parseDuration(text);
    expect(seconds === undefined || seconds > 1e12).toBe(true);
  });

  test.each([
    [0.0104, "10.4ms"],
    [1.5, "1.5s"],
    [75, "1m15s"],
    [90_061, "1d1h1m1s"],
    [-75, "-1m15s"],
    [59.9999, "60s"],
  ])("%d seconds are shown as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("sizes", () => {
  test.each([
    ["10k", 10_000],
    ["4MiB", 4_194_304],
    ["256 MiB", 268_435_456],
    ["1.5GB", 1_500_000_000],
    [4096, 4096],
  ])("%j is %d bytes", (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  test.each([["-1k"], ["4 Mebi"], ["toString"], [-1]])("%j is no size", (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });

  test("a quantity prefers the duration where a unit could be both", () => {
    expect(parseQuantity("5m")).toBe(300);
    expect(parseQuantity("5MiB")).toBe(5_242_880);
    expect(parseQuantity("10k")).toBe(10_000);
  });

  test("sizes are shown with three digits", () => {
    expect(formatBytes(1_048_576)).toBe("1 MiB");
    expect(formatBytes(1500)).toBe("1.46 KiB");
  });
});
