import { expect, test } from "vitest";
import { archiveBytes, defaultArchives } from "../../src/run/collect/index.ts";

const day = 86_400;

test("At a step of 5 s the archives are those of the table.", () => {
  expect(
    defaultArchives(5).map(
      ({ cf, pdpPerRow, rows }) => `${cf} ${pdpPerRow * 5}s ${(rows * pdpPerRow * 5) / day}d`,
    ),
  ).toEqual([
    "AVERAGE 5s 5d",
    "AVERAGE 50s 8d",
    "MIN 50s 8d",
    "MAX 50s 8d",
    "AVERAGE 1800s 62d",
    "MIN 1800s 62d",
    "MAX 1800s 62d",
    "AVERAGE 21600s 732d",
    "MIN 21600s 732d",
    "MAX 21600s 732d",
  ]);
});

test.each([1, 2, 5, 7, 10, 30, 60, 300, 900, 3600, 86_400])(
  "A day, a week, a month and a year each have an archive at a step of %i s, with enough rows for a graph.",
  (step) => {
    for (const [days, widest] of [
      [1, 200],
      [7, 1200],
      [31, 3600],
      [366, 43_200],
    ] as const) {
      const fits = defaultArchives(step).some(
        ({ cf, rows, pdpPerRow }) =>
          cf === "AVERAGE" &&
          rows * pdpPerRow * step >= days * day &&
          pdpPerRow * step <= Math.max(widest, step * 60),
      );
      expect(fits, `${days} days`).toBe(true);
    }
  },
);

test("The sizes per field that the documentation states are right.", () => {
  const size = (step: number) => Number((archiveBytes(defaultArchives(step), 1) / 1e6).toPrecision(2));
  expect([1, 5, 10, 60, 300].map(size)).toEqual([5.3, 1.2, 0.65, 0.23, 0.13]);
});
