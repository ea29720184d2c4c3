import { expect, test } from "vitest";
import { processBlock } from "../../blocks/cpu.ts";
import { numberAfter } from "../../blocks/proc-file.ts";
import type { Mapping } from "../../src/base/index.ts";
import type { ProcessInput } from "../../src/run/index.ts";

const sample = (requestState: Mapping) =>
  processBlock({ requestState } as ProcessInput) as Record<string, number>;

test("The second sample is about the time since the first, wherever the first was taken.", () => {
  const first: Mapping = {};
  sample(first);
  // Another worker has its state only from here.
  const elsewhere = structuredClone(first);
  const until = performance.now() + 60;
  while (performance.now() < until);
  const { busy, user, system } = sample(elsewhere);
  expect(busy).toBeGreaterThan(0);
  expect(busy).toBeLessThanOrEqual(100);
  expect((user ?? 0) + (system ?? 0)).toBeGreaterThan(0);
});

test("Numbers are found by the start of their line only.", () => {
  const text = "SwapCached:        7 kB\nCached:           12 kB\nlast 3";
  expect(numberAfter(text, "Cached:")).toBe(12);
  expect(numberAfter(text, "SwapCached:")).toBe(7);
  expect(numberAfter(text, "last ")).toBe(3);
  expect(numberAfter(text, "none ")).toBeUndefined();
  expect(numberAfter("", "none ")).toBeUndefined();
});
