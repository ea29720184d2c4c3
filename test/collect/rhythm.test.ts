import { expect, test } from "vitest";
import { Rhythm } from "../../src/run/collect/rhythm.ts";

/** Deterministic noise, -1 … 1. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state / 2 ** 31) * 2 - 1;
  };
}

test.each([0, 0.003, 0.5, 0.997])(
  "Runs that jitter around a phase of %d s are stored exactly 5 s apart.",
  (phase) => {
    const rhythm = new Rhythm(0.5);
    const random = noise(7);
    const stored = Array.from({ length: 1000 }, (_, run) =>
      rhythm.stored(1000 + phase + run * 5 + random() * 0.03),
    );
    const distances = stored.slice(1).map((time, index) => time - (stored[index] ?? 0));
    expect(new Set(distances)).toEqual(new Set([5]));
  },
);

test("A wall clock that is slewed is followed, and stamps stay within a second and a half of it.", () => {
  const rhythm = new Rhythm(0.5);
  let farthest = 0;
  for (let run = 0; run < 20_000; run++) {
    const stamp = 1000.9 + run * 5.0005;
    farthest = Math.max(farthest, Math.abs(rhythm.stored(stamp) - stamp));
  }
  expect(farthest).toBeLessThan(1.5);
});

test("A jump of the clock is taken at once.", () => {
  const rhythm = new Rhythm(0.5);
  expect(rhythm.stored(1000.25)).toBe(1000);
  expect(rhythm.stored(4605.25)).toBe(4605);
});

test("With a narrow margin uneven stamps keep their distances and their order.", () => {
  const rhythm = new Rhythm(0.1);
  expect([10.25, 15.27, 17.75, 20.26].map((stamp) => rhythm.stored(stamp))).toEqual([10, 15, 17.498, 20]);
});
