import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, resizeRrd, tuneRrd } from "../../src/rrd/index.ts";

let dir: string;
let path: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rrd-tune-"));
  path = join(dir, "a.rrd");
  unwrap(
    createRrd(
      path,
      {
        step: 10,
        start: 1_000_000_000,
        dataSources: [
          { name: "a", type: "GAUGE", heartbeat: 60 },
          { name: "k", type: "COMPUTE", expression: "a,2,*" },
        ],
        archives: [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 5 }],
      },
      { durable: false },
    ),
  );
});
afterAll(() => rmSync(dir, { recursive: true }));

test.each([
  [["-h", "k:600"], "data source 'k' is computed: it has an expression in that place"],
  [["-i", "k:5"], "data source 'k' is computed: it has an expression in that place"],
  [["-d", "k:GAUGE"], "data source 'k' is computed: it has an expression in that place"],
  [["-d", "a:COMPUTE"], "a data source cannot become COMPUTE: it has no expression"],
  [["-h", "a:-5"], "a heartbeat of -5 seconds makes no sense"],
  [["-p", "x"], '"x" is no number'],
])("tune %j is refused where rrdtool would spoil the file or make another one", (words, message) => {
  const before = readFileSync(path);
  const tuned = tuneRrd(path, words);
  expect(tuned.ok ? "" : tuned.problems[0]?.message).toBe(message);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("an archive that would be larger than any disk is refused before anything is written", () => {
  const to = join(dir, "resize.rrd");
  const resized = resizeRrd(path, to, { archive: 0, rows: 1e12 });
  expect(resized.ok ? "" : resized.problems[0]?.message).toBe(`"${to}" would take more than 1 GiB`);
});
