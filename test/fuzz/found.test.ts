/** What fuzzing has found, where no other suite is nearer. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rrdCommand } from "../../fuzz/command.ts";
import { type SampleFile, sampleFiles } from "../../fuzz/sample-files.ts";
import { openRrd } from "../../src/rrd/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";

let folder: string;
let samples: readonly SampleFile[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "found-"));
  samples = sampleFiles(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A sample with other values in the fields of that name. */
function changed(sample: string, name: string, change: (bytes: Buffer, at: number) => void): string {
  const { bytes = Buffer.alloc(0), fields = [] } = samples.find((one) => one.name === sample) ?? {};
  const copy = Buffer.from(bytes);
  const found = fields.filter((field) => field.name === name);
  expect(found.length).toBeGreaterThan(0);
  for (const { at } of found) change(copy, at);
  const path = join(folder, "changed.rrd");
  writeFileSync(path, copy);
  return path;
}

describeWithRrdtool("a damaged history of failures is shown as rrdtool shows it", () => {
  test.each(["info", "dump"])("%s", async (verb) => {
    changed("forecast", "value", (bytes, at) => bytes.set([3, 255, 1, 0, 128], at));
    const ours = await rrdCommand([verb, "changed.rrd"], folder);
    const lines = (text: string) => text.split("\n").filter((line) => line.includes("history"));
    const theirs = lines(rrdtool([verb, "changed.rrd"], { cwd: folder }).stdout);
    expect(theirs.length).toBeGreaterThan(0);
    expect(lines(ours.stdout.toString("latin1"))).toEqual(theirs);
  });
});

test("times that no calendar has are dumped without a date", async () => {
  changed("single", "lastUpdate", (bytes, at) => bytes.writeBigUInt64LE(2n ** 52n, at));
  const text = (await rrdCommand(["dump", "changed.rrd"], folder)).stdout.toString();
  expect(text).toContain(`<lastupdate>${2 ** 52}</lastupdate> <!-- beyond all calendars -->`);
  expect(text).not.toMatch(/NaN-|Invalid/);
});

test("a period whose rows reach beyond all time is refused", () => {
  const path = changed("single", "step", (bytes, at) => bytes.writeBigUInt64LE(2n ** 48n, at));
  const opened = openRrd(path, { mode: "read" });
  if (!opened.ok) throw new Error(opened.problems[0]?.message);
  const asked = { cf: "LAST", start: 2 ** 53 - 10, end: 2 ** 53 - 5 } as const;
  expect(opened.value.fetch(asked)).toMatchObject({
    problems: [{ message: `rows of ${2 ** 48} seconds around that period lie outside all time` }],
  });
  opened.value.close();
});

test("values of a table are counted over all that is fetched and computed", async () => {
  const period = ["-s", "1580000000", "-e", "now", "-m", "1000000000"];
  const fetched = ["DEF:a=plain.rrd:x:AVERAGE", "DEF:b=plain.rrd:n:AVERAGE"];
  const words = ["xport", ...period, ...fetched, "CDEF:s=a,b,+", "XPORT:s"];
  const { code, stderr } = await rrdCommand(words, folder);
  expect(stderr).toBe(
    "ERROR: DEF and CDEF have more than 5242880 values together: a larger --step makes them fewer\n",
  );
  expect(code).toBe(1);
});

test("long answers are the same as short ones, one behind the other", async () => {
  const asked = (from: number, to: number, ...more: string[]) =>
    rrdCommand(["fetch", "plain.rrd", "AVERAGE", "-s", `${from}`, "-e", `${to}`, ...more], folder);
  const begin = 1_599_975_000;
  const json = JSON.parse((await asked(begin, begin + 25_000 - 10, "--json")).stdout.toString());
  expect(json.rows).toHaveLength(2500);
  const [first, second] = [1000, 2499].map((row) => begin + row * 10);
  for (const [row, time] of [[1000, first] as const, [2499, second] as const]) {
    const one = JSON.parse((await asked(time ?? 0, time ?? 0, "--json")).stdout.toString());
    expect(one.rows).toEqual([json.rows[row]]);
  }
});
