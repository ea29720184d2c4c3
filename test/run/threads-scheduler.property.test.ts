import fc from "fast-check";
import { expect, test } from "vitest";
import { Events, ManualClock, type Seconds } from "../../src/base/index.ts";
import { createThreads, type RunResult } from "../../src/run/index.ts";

test("runs never drift, never overlap, and every due run was started, skipped or is queued", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 10 }),
      fc.constantFrom("skip" as const, "queue" as const),
      async (interval, durations, overlap) => {
        const clock = new ManualClock();
        const threads = createThreads({ clock, events: new Events() });
        const starts: number[] = [];
        let running = 0;
        const thread = threads.start({
          kind: "interval",
          id: "a",
          what: "x",
          history: 1,
          interval: interval as Seconds,
          align: false,
          overlap,
          duration: undefined,
          run: () => {
            expect(++running).toBe(1);
            const duration = durations[starts.length % durations.length] ?? 0;
            starts.push(clock.monotonic());
            return new Promise<RunResult>((resolve) =>
              clock.after(duration as never, () => {
                running--;
                resolve({ ok: true, output: {} });
              }),
            );
          },
        });
        const total = 20 * interval * 1000;
        await clock.advance(total);
        const due = 21;
        const { skipped } = thread.status();
        const queued = overlap === "queue" ? due - starts.length - skipped : 0;
        expect(starts.length + skipped + queued).toBe(due);
        expect(queued).toBeGreaterThanOrEqual(0);
        if (overlap === "skip") for (const start of starts) expect(start % (interval * 1000)).toBe(0);
        await Promise.all([threads.stopAll(0 as Seconds), clock.advance(100_000)]);
      },
    ),
    { numRuns: 40, seed: 7 },
  );
});
