import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd } from "../../src/rrd/index.ts";

const START = 1_600_000_000;
let folder: string;
let path: string;
let good: Buffer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rrd-hostile-"));
  path = join(folder, "a.rrd");
  unwrap(
    createRrd(path, {
      step: 10,
      start: START,
      dataSources: [{ name: "x", type: "GAUGE", heartbeat: 60 }],
      archives: [
        { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 8 },
        { cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 4 },
      ],
    }),
  );
  const rrd = unwrap(openRrd(path, { mode: "write" }));
  for (let k = 1; k < 20; k++) unwrap(rrd.update(START + 7 * k, [k]));
  rrd.close();
  good = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(file = path, mode: "read" | "write" = "write"): string | undefined {
  const opened = openRrd(file, { mode });
  if (opened.ok) {
    opened.value.close();
    return undefined;
  }
  return opened.problems[0]?.message.replace(file, "FILE");
}

/** The good file with some bytes changed. */
function patched(change: (view: DataView, bytes: Uint8Array) => void): string | undefined {
  const bytes = Buffer.from(good);
  change(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes);
  const file = join(folder, "patched.rrd");
  writeFileSync(file, bytes);
  return refusal(file);
}

// The sections of this file: head, one data source, two archives, live head.
const SOURCE = 128;
const ARCHIVE = SOURCE + 120;
const LIVE = ARCHIVE + 2 * 120;
const PRIMARY = LIVE + 16;
const ROW_POINTERS = PRIMARY + 112 + 2 * 80;

describe("a header that cannot be true is refused with its reason", () => {
  const u64 = (at: number, value: bigint) => (view: DataView) => view.setBigUint64(at, value, true);
  const bytes = (at: number, text: string) => (_: DataView, file: Uint8Array) =>
    file.set(Buffer.from(text), at);
  test.each([
    ["another first word", bytes(0, "PNG"), '"FILE" is not an RRD file'],
    ["another byte order", u64(16, 1n), '"FILE" was created on another architecture'],
    ["a version of letters", bytes(4, "000x"), '"FILE" has a format version that is no number'],
    ["a version to come", bytes(4, "0006"), '"FILE" has format version 0006; the newest known is 0005'],
    [
      "2^61 data sources",
      u64(24, 2n ** 61n),
      '"FILE" is too small: 2305843009213694000 data sources and 2 archives need a header of 903890459611768000000 bytes',
    ],
    ["no data source", u64(24, 0n), '"FILE" says that it has no data source'],
    ["no archive", u64(32, 0n), '"FILE" says that it has no archive'],
    ["step 0", u64(40, 0n), '"FILE" says that its step is 0 seconds'],
    ["a step of ages", u64(40, 2n ** 63n), '"FILE" says that its step is 9223372036854776000 seconds'],
    [
      "a name without end",
      bytes(SOURCE, "abcdefghijklmnopqrst"),
      '"FILE" has a data source without a proper name (data source 0)',
    ],
    ["no name", bytes(SOURCE, "\0"), '"FILE" has a data source without a proper name (data source 0)'],
    [
      "a type unheard of",
      bytes(SOURCE + 20, "GAUGY"),
      '"FILE" has a data source of an unknown type (data source 0)',
    ],
    [
      "a COMPUTE operation unheard of",
      (_: DataView, file: Uint8Array) => {
        file.set(Buffer.from("COMPUTE\0"), SOURCE + 20);
        file.set([200, 0, 0, 0], SOURCE + 40);
      },
      '"FILE" has a COMPUTE data source with an unknown operation (data source 0)',
    ],
    [
      "a COMPUTE data source that uses itself",
      (_: DataView, file: Uint8Array) => {
        file.set(Buffer.from("COMPUTE\0"), SOURCE + 20);
        file.set([1, 0, 0, 0, 32, 0, 0, 0], SOURCE + 40);
      },
      '"FILE" has a COMPUTE data source that uses one which does not stand before it (data source 0)',
    ],
    [
      "a COMPUTE expression without end",
      (_: DataView, file: Uint8Array) => {
        file.set(Buffer.from("COMPUTE\0"), SOURCE + 20);
        file.fill(0, SOURCE + 40, SOURCE + 120);
      },
      '"FILE" has a COMPUTE data source whose expression does not end (data source 0)',
    ],
    [
      "a consolidation unheard of",
      bytes(ARCHIVE, "MEDIAN\0\0"),
      '"FILE" has an archive with an unknown consolidation function (archive 0)',
    ],
    ["no rows", u64(ARCHIVE + 24, 0n), '"FILE" has an archive without rows (archive 0)'],
    [
      "more rows than the file has",
      u64(ARCHIVE + 120 + 24, 5n),
      '"FILE" is too small: the rows of archive 1 end after the file\'s end',
    ],
    ["rows of no steps", u64(ARCHIVE + 32, 0n), '"FILE" has an archive with rows of 0 steps (archive 0)'],
    [
      "rows of 2^60 steps",
      u64(ARCHIVE + 32, 2n ** 60n),
      '"FILE" has an archive that covers more time than there is (archive 0)',
    ],
    [
      "an archive that leans on nothing",
      (view: DataView, file: Uint8Array) => {
        file.set(Buffer.from("DEVPREDICT\0"), ARCHIVE);
        view.setBigUint64(ARCHIVE + 40 + 24, 2n, true);
      },
      '"FILE" has an archive that leans on one which does not exist (archive 0)',
    ],
    ["a last update outside time", u64(LIVE, 2n ** 63n), '"FILE" has a last update outside all time'],
    [
      "too many microseconds",
      u64(LIVE + 8, 1_000_000n),
      '"FILE" has a last update with 1000000 microseconds',
    ],
    [
      "a last reading without end",
      bytes(PRIMARY, "1".repeat(30)),
      '"FILE" has a last reading without an end (data source 0)',
    ],
    [
      "unknown seconds beyond counting",
      u64(PRIMARY + 32, 2n ** 64n - 1n),
      '"FILE" has an impossible number of unknown seconds (data source 0)',
    ],
    [
      "a current row outside the archive",
      u64(ROW_POINTERS + 8, 4n),
      '"FILE" says that row 4 of 4 was written last (archive 1)',
    ],
  ])("%s", (_, change, message) => expect(patched(change)).toBe(message));
});

describe("what is no RRD file is refused at once, without waiting and without being read whole", () => {
  test("an empty file", () => {
    writeFileSync(join(folder, "empty"), "");
    expect(refusal(join(folder, "empty"))).toBe('"FILE" is too small for an RRD file');
  });

  test("a directory", () => {
    mkdirSync(join(folder, "directory"));
    expect(refusal(join(folder, "directory"))).toBe(
      `cannot open "FILE": "${join(folder, "directory")}" is a directory, not a regular file`,
    );
  });

  test("a FIFO that nobody writes to", () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    for (const mode of ["read", "write"] as const)
      expect(refusal(fifo, mode)).toBe(`cannot open "FILE": "${fifo}" is a FIFO, not a regular file`);
  });

  test("a device", () => {
    expect(refusal("/dev/zero")).toBe('cannot open "FILE": "/dev/zero" is a device, not a regular file');
  });

  test("nothing", () => {
    expect(refusal(join(folder, "nothing"))).toBe('cannot open "FILE": stat failed with ENOENT');
  });

  test("5 GB of nothing, and a good header before 5 GB of nothing", () => {
    const sparse = join(folder, "sparse.rrd");
    writeFileSync(sparse, "");
    truncateSync(sparse, 5e9);
    const before = process.memoryUsage().rss;
    expect(refusal(sparse)).toBe('"FILE" is not an RRD file');
    writeFileSync(sparse, good);
    truncateSync(sparse, 5e9);
    const rrd = unwrap(openRrd(sparse, { mode: "read" }));
    expect(unwrap(rrd.fetch({ cf: "AVERAGE", start: START, end: START + 50 })).columns[0]?.length).toBe(6);
    expect(rrd.fetch({ cf: "AVERAGE", start: 0, end: 2e9 })).toMatchObject({
      problems: [
        {
          message:
            "the period has 200000001 rows of 1 values; at most 4194304 values are fetched: ask for a shorter period or a coarser resolution",
        },
      ],
    });
    rrd.close();
    expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
  });

  test("a header that claims a million data sources in 5 GB of nothing", () => {
    const sparse = join(folder, "claims.rrd");
    const head = Buffer.from(good.subarray(0, 128));
    head.writeBigUInt64LE(1_000_000n, 24);
    writeFileSync(sparse, head);
    truncateSync(sparse, 5e9);
    expect(refusal(sparse)).toBe('"FILE" has a header of 392000400 bytes; at most 16777216 are read');
  });
});

test("a time beyond all seconds that can be told apart is no update: the file stays readable", () => {
  const file = join(folder, "future.rrd");
  writeFileSync(file, good);
  const rrd = unwrap(openRrd(file, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
  for (const refused of [rrd.update(2 ** 53, [1]), rrd.updateArguments(["99999999999999999999:1"])])
    expect(refused).toMatchObject({ problems: [{ code: "rrd-time" }] });
  rrd.close();
  expect(readFileSync(file).equals(good)).toBe(true);
  expect(refusal(file)).toBeUndefined();
});

test("a name with a NUL in it is refused in the system's words", () => {
  expect(openRrd("a\0b", { mode: "read" })).toMatchObject({
    problems: [{ message: 'cannot open "a\0b": EINVAL', notes: ["a file name cannot have a NUL in it"] }],
  });
});

describe("damage of any kind", () => {
  test("every truncation is refused", () => {
    const file = join(folder, "cut.rrd");
    for (let length = 0; length < good.length; length++) {
      writeFileSync(file, good.subarray(0, length));
      expect(refusal(file)).toMatch(/^"FILE" is too small/);
    }
    writeFileSync(file, Buffer.concat([good, Buffer.from("trailing garbage is accepted")]));
    expect(refusal(file)).toBeUndefined();
  });

  test("a flipped byte gives a clear refusal or a file that works", () => {
    const file = join(folder, "flipped.rrd");
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        writeFileSync(file, bytes);
        const opened = openRrd(file, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY });
        if (!opened.ok) {
          expect(opened.problems[0]?.code).toBe("rrd-damaged");
          return;
        }
        const rrd = opened.value;
        rrd.fetch({ cf: "AVERAGE", start: START, end: START + 200 });
        rrd.fetch({ cf: "MAX", start: START, end: START + 200 });
        rrd.info();
        rrd.updateArguments(["1600000150:3", `${rrd.info().lastUpdate + 40}:4`]);
        rrd.close();
        const again = openRrd(file, { mode: "read" });
        expect(again.ok).toBe(true);
        if (again.ok) again.value.close();
      }),
      { seed: 7, numRuns: 3000 },
    );
  });
});
