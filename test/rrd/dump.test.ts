import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { atTimeWarnings, createRrd, dumpRrd, exponential, openRrd } from "../../src/rrd/index.ts";
import { describeWithRrdtool } from "../oracle.ts";

let dir: string;
let path: string;
const zone = process.env.TZ;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rrd-dump-"));
});
afterAll(() => {
  restoreZone();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  path = join(dir, "a.rrd");
});

function restoreZone(): void {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
}

function make(rows: number, pdpPerRow: number, lastUpdate: number): void {
  const definition = {
    step: 3600,
    start: lastUpdate,
    dataSources: [{ name: "a", type: "GAUGE", heartbeat: 60 }],
    archives: [{ cf: "AVERAGE", xff: 0.5, pdpPerRow, rows }],
  } as const;
  unwrap(createRrd(path, definition, { startRows: [rows - 1], durable: false, overwrite: true }));
}

function dump(): string {
  let text = "";
  unwrap(
    dumpRrd(path, {}, (piece) => {
      text += piece;
    }),
  );
  return text;
}

describeWithRrdtool("a dump next to rrdtool's", () => {
  const theirs = (tz: string) => {
    const env = { ...process.env, TZ: tz, LC_ALL: "C" };
    return spawnSync("rrdtool", ["dump", path], { encoding: "utf8", env, maxBuffer: 1e8 }).stdout;
  };

  test.each([
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "EST5EDT",
  ])("has the same local times and names of them in %s, over thirty years", (tz) => {
    make(1200, 9 * 24, 1_790_000_000);
    process.env.TZ = tz;
    const ours = dump();
    restoreZone();
    expect(ours).toBe(theirs(tz));
  });

  test("writes any number as rrdtool does", () => {
    const values = fc.oneof(
      fc.double(),
      fc.double({ min: 0, max: 1000 }),
      fc.maxSafeInteger().map((number) => number / 2 ** 20),
      fc.integer({ min: 1, max: 2 ** 30 }).map((number) => number * 2 ** -24),
      fc.integer({ min: 1e9, max: 2e9 }).map((number) => number * 50 + 0.5),
      fc.constantFrom(0, -0, 5e-324, 1e-310, 2 ** -16, 9.99999999995, 99_999_999_999.5, 12_345_678_901.5),
    );
    const rows = 500;
    fc.assert(
      fc.property(fc.array(values, { minLength: rows, maxLength: rows }), (list) => {
        make(rows, 1, 1_000_000_000);
        const bytes = readFileSync(path);
        list.forEach((value, index) => void bytes.writeDoubleLE(value, bytes.length - 8 * rows + 8 * index));
        writeFileSync(path, bytes);
        process.env.TZ = "UTC";
        const ours = dump();
        restoreZone();
        expect(ours).toBe(theirs("UTC"));
      }),
      { seed: 20_100_801, numRuns: 8 },
    );
  });
});

test("a number as C prints it keeps the even digit of a tie, and its sign", () => {
  expect(exponential(2 ** -16)).toBe("1.5258789062e-05");
  expect(exponential(3 * 2 ** -16)).toBe("4.5776367188e-05");
  expect(exponential(-0)).toBe("-0.0000000000e+00");
  expect(exponential(-1e100)).toBe("-1.0000000000e+100");
  expect(exponential(Number.NaN)).toBe("NaN");
  expect(exponential(Number.NEGATIVE_INFINITY)).toBe("-inf");
});

test("a large file is dumped in pieces", () => {
  make(50_000, 1, 1_000_000_000);
  const sizes: number[] = [];
  unwrap(dumpRrd(path, {}, (piece) => sizes.push(piece.length)));
  expect(Math.max(...sizes)).toBeLessThan(1024 * 1024);
  unwrap(openRrd(path, { mode: "read" })).close();
});

describe("a time", () => {
  test.each([
    ["now-5m", ['"5m" in "now-5m" is 5 months: write 5min or 5mon']],
    ["now-1fortnight", ['"fortnight" in "now-1fortnight" is no known unit: it is taken for seconds']],
    [
      "now-1.5h",
      ['what follows a number without a unit in "now-1.5h" is not read as it looks: give each a unit'],
    ],
    ["end-1d5m", ['"5m" in "end-1d5m" is 5 months: write 5min or 5mon']],
    ["now-10m", []],
    ["now-5min", []],
    ["end-86400", []],
    ["1600000000", []],
    ["midnight-7d", []],
    ["12:00 13.09.2020", []],
    ["start+1d", []],
  ])("%s is warned of if it means something else", (text, warnings) => {
    expect(atTimeWarnings(text, 1_600_000_000)).toEqual(warnings);
  });
});
