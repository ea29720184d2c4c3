import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Life } from "../../crash/life.ts";
import { RrdtoolSession } from "../../fuzz/rrdtool-session.ts";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd } from "../../src/rrd/index.ts";
import { describeWithRrdtool } from "../oracle.ts";

const START = 1_600_000_000;
const SOURCES = 12;
const writer = new URL("steady-writer.ts", import.meta.url).pathname;

let folder: string;
let path: string;
let life: Life | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "readers-"));
  path = join(folder, "a.rrd");
  const dataSources = Array.from(
    { length: SOURCES },
    (_, k) => ({ name: `s${k}`, type: "GAUGE", heartbeat: 10 }) as const,
  );
  const archives = [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 500 }] as const;
  unwrap(createRrd(path, { step: 1, start: START, dataSources, archives }, { durable: false }));
});
afterEach(async () => {
  await life?.kill();
  rmSync(folder, { recursive: true });
});

/** A process that stores the second of the update in every data source, a hundred times a second and more. */
async function writing(): Promise<Life> {
  life = new Life([writer, path], folder);
  await life.until(() => life?.stdout.includes("writing") === true);
  return life;
}

test("10,000 fetches of ours during updates see whole rows only, each at its time.", async () => {
  const beside = await writing();
  const rrd = unwrap(openRrd(path, { mode: "read" }));
  for (let count = 0; count < 10_000; count++) {
    const end = Math.floor(rrd.lastUpdate);
    const { start, step, columns } = unwrap(
      rrd.fetch({ cf: "AVERAGE", start: Math.max(START, end - 20), end }),
    );
    const [first] = columns;
    first?.forEach((value, row) => {
      const time = start + (row + 1) * step;
      for (const column of columns)
        if (!Object.is(column[row], value)) throw new Error(`a torn row at ${time}`);
      if (!Number.isNaN(value) && value !== time - START) throw new Error(`${value} at ${time - START}`);
    });
  }
  rrd.close();
  expect(await beside.stop()).toBe(0);
  expect(Number(beside.stdout.split(" ").at(-1))).toBeGreaterThan(100);
});

describeWithRrdtool("rrdtool beside our updates", () => {
  test("1,000 fetches all succeed, with whole rows, and nothing ends the writer", async () => {
    const beside = await writing();
    const session = new RrdtoolSession(folder);
    for (let count = 0; count < 1000; count++) {
      const last = Number(await session.ask("last a.rrd"));
      const answer = await session.ask(`fetch a.rrd AVERAGE -s ${Math.max(START, last - 20)} -e ${last}`);
      expect(answer).toBeDefined();
      for (const [, values = ""] of (answer ?? "").matchAll(/^\d+: (.*)$/gm))
        expect(new Set(values.split(" ")).size).toBe(1);
    }
    await session.close();
    expect(await beside.stop()).toBe(0);
    expect(Number(beside.stdout.split(" ").at(-1))).toBeGreaterThan(100);
  });
});
