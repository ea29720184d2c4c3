import { describe, expect, test } from "vitest";
import { OutputHistory } from "../../src/run/threads/output-history.ts";

function filled(most: number, runs: number): OutputHistory {
  const history = new OutputHistory(most);
  for (let run = 1; run <= runs; run++) history.add(1000 + run, run / 8, { run });
  return history;
}

describe("the outputs of a thread", () => {
  test("there are none before the first", () => {
    const history = filled(3, 0);
    expect(history.latest()).toBe(undefined);
    expect(history.all()).toEqual([]);
  });

  test("are kept with their times, the oldest first", () => {
    expect(filled(3, 2).all()).toEqual([
      { time: 1001, seconds: 0.125, output: { run: 1 } },
      { time: 1002, seconds: 0.25, output: { run: 2 } },
    ]);
  });

  test.each([1, 2, 8, 9, 100])("of more than %i the last ones are kept", (most) => {
    for (const runs of [most - 1, most, most + 1, 3 * most + 1]) {
      const history = filled(most, runs);
      const kept = Math.min(most, runs);
      expect(history.length).toBe(kept);
      expect(history.all().map(({ output }) => output.run)).toEqual(
        Array.from({ length: kept }, (_, index) => runs - kept + 1 + index),
      );
      if (runs > 0)
        expect(history.latest()).toEqual({ time: 1000 + runs, seconds: runs / 8, output: { run: runs } });
    }
  });

  test("an output is handed out as it came, not copied", () => {
    const output = { value: 1 };
    const history = new OutputHistory(2);
    history.add(1, 1, output);
    expect(history.latest()?.output).toBe(output);
  });
});
