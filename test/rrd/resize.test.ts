import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd, resizeRrd } from "../../src/rrd/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rrd-resize-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

describeWithRrdtool("resizing next to rrdtool", () => {
  test("gives the same file, wherever its rows begin", () => {
    const cases = fc.record({
      rows: fc.integer({ min: 2, max: 6 }),
      start: fc.nat(5),
      archive: fc.integer({ min: 0, max: 1 }),
      change: fc.integer({ min: -5, max: 9 }).filter((change) => change !== 0),
      updates: fc.nat(12),
    });
    const path = join(dir, "a.rrd");
    const ours = join(dir, "ours.rrd");
    fc.assert(
      fc.property(cases, ({ rows, start, archive, change, updates }) => {
        const definition = {
          step: 10,
          start: 1_000_000_000,
          dataSources: [
            { name: "a", type: "GAUGE", heartbeat: 60 },
            { name: "b", type: "GAUGE", heartbeat: 60 },
          ],
          archives: [
            { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows },
            { cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 4 },
          ],
        } as const;
        const startRows = [start % rows, start % 4];
        unwrap(createRrd(path, definition, { startRows, durable: false, overwrite: true }));
        const rrd = unwrap(openRrd(path, { mode: "write" }));
        for (let index = 1; index <= updates; index++)
          unwrap(rrd.update(1_000_000_000 + index * 10, [index, -index]));
        rrd.close();
        const direction = change > 0 ? "GROW" : "SHRINK";
        const words = ["resize", "a.rrd", String(archive), direction, String(Math.abs(change))];
        const { error } = rrdtool(words, { cwd: dir });
        const resized = resizeRrd(path, ours, { archive, rows: change }, { durable: false });
        expect(resized.ok ? "" : `ERROR: ${resized.problems[0]?.message}`).toBe(error);
        if (resized.ok) expect(readFileSync(ours).equals(readFileSync(join(dir, "resize.rrd")))).toBe(true);
      }),
      { seed: 20_100_801, numRuns: 80 },
    );
  });
});
