import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd, parseCreateArguments, rrdInfoText } from "../../src/rrd/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";

/** As in `rrdtool.test.ts`. */
const SEED = Number(process.env.RRD_SEED ?? 20_100_801);
const TIMES = Number(process.env.RRD_RUNS ?? 1);
const START = 1_600_000_000;
const STEP = 10;

let folder: string;
let ours: string;
let theirs: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rrd-forecast-"));
  ours = join(folder, "ours.rrd");
  theirs = join(folder, "theirs.rrd");
});
afterAll(() => rmSync(folder, { recursive: true }));

const share = fc.constantFrom("0.1", "0.0035", "0.5", "0.9");
const smoothing = fc.constantFrom(
  "",
  "",
  ":smoothing-window=0.5",
  ":smoothing-window=1",
  ":smoothing-window=0.1",
);
const prediction = fc.constantFrom("HWPREDICT", "MHWPREDICT");

/** All of a forecast in one archive, or the five archives in any order. */
const forecasts = fc.oneof(
  fc
    .tuple(prediction, fc.integer({ min: 2, max: 45 }), share, share)
    .map(([cf, period, alpha, beta]) => [`RRA:${cf}:${period + 5}:${alpha}:${beta}:${period}`]),
  fc
    .record({
      order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
      cf: prediction,
      period: fc.integer({ min: 2, max: 45 }),
      shares: fc.tuple(share, share, share, share),
      windows: fc.tuple(smoothing, smoothing),
      limits: fc.constantFrom("1:1", "2:3", "7:9", "3:28"),
      rows: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ order, cf, period, shares, windows, limits, rows }) => {
      const at = (kind: number) => order.indexOf(kind) + 1;
      const words = [
        `RRA:${cf}:${period + rows}:${shares[0]}:${shares[1]}:${period}:${at(1)}`,
        `RRA:SEASONAL:${period}:${shares[2]}:${at(0)}${windows[0]}`,
        `RRA:DEVSEASONAL:${period}:${shares[3]}:${at(0)}${windows[1]}`,
        `RRA:DEVPREDICT:${rows}:${at(2)}`,
        `RRA:FAILURES:${rows}:${limits}:${at(2)}`,
      ];
      return order.map((kind) => words[kind] ?? "");
    }),
);

const sources = fc.constantFrom(["DS:x:GAUGE:35:U:U"], ["DS:x:GAUGE:35:U:U", "DS:y:GAUGE:35:-5:300"]);

/** Mostly step after step, with unknown values and gaps of a few steps, of rounds, and of more than the archive. */
const gaps = fc.oneof(
  { weight: 20, arbitrary: fc.constant(STEP) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 30, max: 900 }) },
);
const noise = fc.integer({ min: -20, max: 20 });
const steps = fc.array(
  fc.tuple(
    gaps,
    fc.oneof({ weight: 15, arbitrary: noise }, { weight: 1, arbitrary: fc.constant(undefined) }),
  ),
  { minLength: 20, maxLength: 200 },
);

type Steps = readonly (readonly [number, number | undefined])[];

function toArguments(list: Steps, columns: number): string[] {
  let time = START;
  return list.map(([gap, error]) => {
    time += gap;
    const value = error === undefined ? "U" : (100 + 30 * Math.sin(time / 40) + error).toFixed(3);
    return [time, value, ...(columns > 1 ? [error === undefined ? time % 7 : error] : [])].join(":");
  });
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

describeWithRrdtool("forecasts next to the real rrdtool", () => {
  test("new files are equal byte for byte", () => {
    fc.assert(
      fc.property(sources, forecasts, (columns, archives) => {
        const words = [
          "-s",
          String(STEP),
          "-b",
          String(START),
          ...columns,
          "RRA:AVERAGE:0.5:2:7",
          ...archives.map(shift),
        ];
        expect(rrdtool(["create", theirs, ...words]).error).toBe("");
        const { definition } = unwrap(parseCreateArguments(words, START));
        const startRows = unwrap(openRrd(theirs, { mode: "read" }))
          .info()
          .archives.map(({ currentRow }) => currentRow);
        unwrap(
          createRrd(ours, definition, { startRows, smoothingName: theirs, overwrite: true, durable: false }),
        );
        expect(readFileSync(ours).equals(readFileSync(theirs))).toBe(true);
      }),
      { seed: SEED, numRuns: 20 * TIMES },
    );
  });

  test("the same updates give the same file, byte for byte, and the same info text", () => {
    fc.assert(
      fc.property(
        sources,
        forecasts,
        steps,
        fc.integer({ min: 1, max: 60 }),
        (columns, archives, list, size) => {
          const words = ["-s", String(STEP), "-b", String(START), ...columns, ...archives];
          const { definition } = unwrap(parseCreateArguments(words, START));
          unwrap(createRrd(ours, definition, { overwrite: true, durable: false }));
          copyFileSync(ours, theirs);
          const rrd = unwrap(openRrd(ours, { mode: "write" }));
          for (const updates of chunks(toArguments(list, columns.length), size)) {
            unwrap(rrd.updateArguments(updates));
            expect(rrdtool(["update", theirs, ...updates]).error).toBe("");
          }
          expect(rrdInfoText(rrd.info()).replace(ours, theirs)).toBe(rrdtool(["info", theirs]).stdout);
          rrd.close();
          expect(readFileSync(ours).toString("hex")).toBe(readFileSync(theirs).toString("hex"));
        },
      ),
      { seed: SEED, numRuns: 40 * TIMES, endOnFailure: true },
    );
  });
});

/** One archive stands before those that lean on each other by number. */
function shift(word: string): string {
  return word.replace(
    /^(RRA:(?:SEASONAL|DEVSEASONAL|DEVPREDICT|FAILURES|M?HWPREDICT(?=(?::[^:]+){5}$))(?::[^:]+)*?:)(\d+)(:smoothing.*)?$/,
    (_, start, index, end = "") => `${start}${Number(index) + 1}${end}`,
  );
}
