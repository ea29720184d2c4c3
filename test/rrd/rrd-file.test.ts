import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock, type Result, unwrap } from "../../src/base/index.ts";
import {
  addDataSources,
  createRrd,
  type OpenOptions,
  openRrd,
  type RrdDefinition,
  type RrdFile,
} from "../../src/rrd/index.ts";
import { definitions, goodReadings, START } from "./definitions.ts";

const definition: RrdDefinition = {
  step: 10,
  start: START,
  dataSources: [
    { name: "c", type: "COUNTER", heartbeat: 60 },
    { name: "g", type: "GAUGE", heartbeat: 60, min: 0, max: 100 },
  ],
  archives: [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 6 }],
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rrd-file-"));
  path = join(folder, "a.rrd");
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(options: Partial<OpenOptions> = {}): RrdFile {
  return unwrap(openRrd(path, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY, ...options }));
}

function made(options: Partial<OpenOptions> = {}): RrdFile {
  unwrap(createRrd(path, definition, { durable: false }));
  return open(options);
}

const trouble = (result: Result<unknown>) =>
  result.ok ? undefined : `${result.problems[0]?.code}: ${result.problems[0]?.message.replace(path, "FILE")}`;

describe("an update", () => {
  test("of numbers is fetched back as rates", () => {
    const rrd = made();
    unwrap(rrd.update(START + 10, [100, 1]));
    unwrap(rrd.update(START + 20, [150n, 2.5]));
    unwrap(rrd.update(START + 30, [null, undefined]));
    unwrap(rrd.update(START + 40, [7, Number.NaN]));
    unwrap(rrd.update(START + 50, [17, 101]));
    const rows = unwrap(rrd.fetch({ cf: "AVERAGE", start: START, end: START + 49 }));
    expect(rows).toMatchObject({ start: START, end: START + 50, step: 10, names: ["c", "g"] });
    expect(rows.columns).toEqual([
      Float64Array.of(Number.NaN, 5, Number.NaN, Number.NaN, 1),
      Float64Array.of(1, 2.5, Number.NaN, Number.NaN, Number.NaN),
    ]);
    rrd.close();
  });

  test("with one bad reading changes nothing at all", () => {
    const rrd = made();
    unwrap(rrd.update(START + 5, [1, 1]));
    const before = readFileSync(path);
    const info = rrd.info();
    expect(trouble(rrd.update(START + 13, [5.5, 1]))).toBe(
      "rrd-reading: FILE: not a simple unsigned integer: '5.5'",
    );
    expect(trouble(rrd.update(START + 13, [-1, 1]))).toBe(
      "rrd-reading: FILE: not a simple unsigned integer: '-1'",
    );
    expect(rrd.info()).toEqual(info);
    expect(readFileSync(path).equals(before)).toBe(true);
    rrd.close();
  });

  test("as rrdtool arguments keeps the readings before a bad one, as rrdtool does", () => {
    const rrd = made();
    unwrap(rrd.updateArguments(["1600000005:1:1"]));
    expect(trouble(rrd.updateArguments(["1600000009:900:bad"]))).toBe(
      "rrd-reading: FILE: Function update_pdp_prep, case DST_GAUGE - Cannot convert 'bad' to float",
    );
    rrd.close();
    const info = open({ mode: "read" }).info();
    expect(info.lastUpdate).toBe(START + 5);
    expect(info.dataSources.map(({ lastReading }) => lastReading)).toEqual(["900", "1"]);
  });

  test("must be later than the last one, by a microsecond at least", () => {
    const rrd = made();
    unwrap(rrd.update(START + 5.25, [1, 1]));
    const late = (time: number) =>
      `rrd-late: FILE: illegal attempt to update using time ${time} when last update time is 1600000005 (minimum one second step)`;
    expect(trouble(rrd.update(START + 5.25, [1, 1]))).toBe(late(START + 5));
    expect(trouble(rrd.update(START + 5.2, [1, 1]))).toBe(late(START + 5));
    expect(trouble(rrd.update(START - 3600, [1, 1]))).toBe(late(START - 3600));
    expect(trouble(rrd.update(START + 5.5, [1, 1]))).toBeUndefined();
    expect(rrd.lastUpdate).toBe(START + 5.5);
    rrd.close();
  });

  test("far in the future is refused, for it would block the file until then", () => {
    const clock = new ManualClock(START * 1000);
    const rrd = made({ clock, farthestAhead: undefined });
    const year = START + 366 * 86_400;
    expect(trouble(rrd.update(year, [1, 1]))).toBe(
      `rrd-too-far-ahead: FILE: time ${year} is more than 86400 seconds ahead of the clock (latest allowed: ${START + 86_400})`,
    );
    expect(trouble(rrd.updateArguments([`${year}:1:1`]))).toMatch(/^rrd-too-far-ahead/);
    unwrap(rrd.update(START + 86_400, [1, 1]));
    expect(trouble(rrd.update(START + 86_401, [1, 1]))).toMatch(/^rrd-too-far-ahead/);
    clock.jumpWall(10_000);
    unwrap(rrd.update(START + 86_401, [1, 1]));
    rrd.close();
  });

  test.each([
    [[1], "rrd-reading: FILE: expected 2 readings (c, g), got 1"],
    [[1, 2, 3], "rrd-reading: FILE: expected 2 readings (c, g), got 3"],
  ])("of %j is refused", (readings, message) => {
    const rrd = made();
    expect(trouble(rrd.update(START + 5, readings))).toBe(message);
    rrd.close();
  });

  test("at no time is refused", () => {
    const rrd = made();
    expect(trouble(rrd.update(Number.NaN, [1, 1]))).toBe("rrd-time: FILE: NaN is no time");
    rrd.close();
  });
});

describe("an open file", () => {
  test("is not written when it is open for reading, failed or closed", () => {
    const rrd = made();
    const reader = open({ mode: "read" });
    expect(trouble(reader.update(START + 5, [1, 1]))).toBe('rrd-read-only: "FILE" is open for reading');
    rrd.close();
    rrd.close();
    reader.close();
    expect(trouble(rrd.update(START + 5, [1, 1]))).toBe('rrd-closed: "FILE" is closed');
    expect(trouble(rrd.fetch({ cf: "LAST", start: START, end: START }))).toBe('rrd-closed: "FILE" is closed');
    expect(trouble(rrd.reload())).toBe('rrd-closed: "FILE" is closed');
  });

  test("shows a reader what was written since", () => {
    const rrd = made();
    const reader = open({ mode: "read" });
    const newest = () => unwrap(reader.fetch({ cf: "AVERAGE", start: START, end: START })).columns[1]?.[0];
    expect(newest()).toBeNaN();
    unwrap(rrd.update(START + 10, [1, 42]));
    expect(newest()).toBe(42);
    rrd.close();
    reader.close();
  });

  test("notices that its path was deleted or names another file", () => {
    const rrd = made();
    expect(rrd.stillThere()).toBe(true);
    rmSync(path);
    expect(rrd.stillThere()).toBe(false);
    unwrap(createRrd(path, definition));
    expect(rrd.stillThere()).toBe(false);
    unwrap(rrd.reload());
    expect(rrd.stillThere()).toBe(true);
    rrd.close();
  });

  test.each([
    ["emptied", () => Buffer.alloc(0)],
    ["cut off", (was: Buffer) => was.subarray(0, was.length - 1)],
    ["overwritten by other bytes of the same length", (was: Buffer) => Buffer.alloc(was.length, 0x5a)],
  ])("notices that the file was %s in place", (_, change) => {
    const rrd = made();
    unwrap(rrd.update(START + 10, [1, 42]));
    expect(rrd.stillThere()).toBe(true);
    writeFileSync(path, change(readFileSync(path)));
    expect(rrd.stillThere()).toBe(false);
    rrd.close();
  });

  test("has no archive for some questions", () => {
    const rrd = made();
    expect(trouble(rrd.fetch({ cf: "FAILURES", start: START, end: START }))).toBe(
      "rrd-no-archive: the RRD does not contain an RRA matching the chosen CF",
    );
    expect(trouble(rrd.fetch({ cf: "AVERAGE", start: START, end: START - 1 }))).toBe(
      "rrd-period: start (1600000000) should be less than end (1599999999)",
    );
    rrd.close();
  });

  test("is made without holes", () => {
    made().close();
    const { blocks, blksize } = statSync(path);
    expect(blocks * 512).toBeGreaterThanOrEqual(Math.min(blksize, statSync(path).size));
  });
});

describe("creating", () => {
  test("refuses to replace a file unless told to", () => {
    unwrap(createRrd(path, definition));
    expect(trouble(createRrd(path, definition))).toBe("rrd-exists: creating 'FILE': File exists");
    unwrap(createRrd(path, definition, { overwrite: true }));
    expect(readdirSync(folder)).toEqual(["a.rrd"]);
  });

  test("keeps the mode of a replaced file; new ones get 0644 whatever the umask", () => {
    const umask = process.umask(0o077);
    try {
      unwrap(createRrd(path, definition));
      expect(statSync(path).mode & 0o777).toBe(0o644);
      chmodSync(path, 0o600);
      unwrap(createRrd(path, definition, { overwrite: true }));
      expect(statSync(path).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(umask);
    }
  });

  test("replaces a symbolic link and leaves what it points to alone", () => {
    const target = join(folder, "target");
    writeFileSync(target, "precious");
    symlinkSync(target, path);
    unwrap(createRrd(path, definition, { overwrite: true }));
    expect(readFileSync(target, "utf8")).toBe("precious");
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
  });

  test("refuses 10^12 rows before anything is allocated", () => {
    const huge = { ...definition, archives: [{ cf: "LAST", xff: 0, pdpPerRow: 1, rows: 1e12 }] } as const;
    expect(trouble(createRrd(path, huge))).toBe(
      'rrd-too-large: "FILE" would take 14.6 TiB; at most 1 GiB are allowed',
    );
    expect(existsSync(path)).toBe(false);
  });

  test("tells everything that is wrong with a definition", () => {
    const result = createRrd(path, {
      step: 0,
      start: 1.5,
      dataSources: [
        { name: "../x", type: "GAUGE", heartbeat: 0, min: 5, max: 5 },
        { name: "ok", type: "GAUGE", heartbeat: 60 },
        { name: "ok", type: "GAUGE", heartbeat: 60 },
      ],
      archives: [{ cf: "AVERAGE", xff: 1, pdpPerRow: 0, rows: 1.5 }],
    });
    expect(result.ok ? [] : result.problems.map(({ message }) => message)).toEqual([
      "step must be a whole number of seconds, at least 1, not 0",
      "start must be whole epoch seconds, not 1.5",
      'data source name "../x" must be 1 to 19 of A-Z a-z 0-9 _ -',
      'heartbeat of data source "../x" must be a whole number of seconds, at least 1, not 0',
      'min of data source "../x" (5) must be less than its max (5)',
      "Duplicate DS name: ok",
      "archive AVERAGE:1:0:1.5: xff must be at least 0 and less than 1",
      "archive AVERAGE:1:0:1.5: steps per row must be a whole number, at least 1",
      "archive AVERAGE:1:0:1.5: rows must be a whole number, at least 1",
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("in a folder that is not there names the path and the call", () => {
    path = join(folder, "none", "a.rrd");
    expect(trouble(createRrd(path, definition))).toBe(
      'rrd-storage: cannot create "FILE": open failed with ENOENT',
    );
  });
});

describe("adding data sources", () => {
  test("refuses a name that is there already and leaves the file alone", () => {
    made().close();
    const before = readFileSync(path);
    expect(trouble(addDataSources(path, [{ name: "g", type: "GAUGE", heartbeat: 60 }]))).toBe(
      "rrd-definition: Duplicate DS name: g",
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["a.rrd"]);
  });

  test("keeps every old file beside the new one", () => {
    made().close();
    for (const name of ["x", "y"])
      unwrap(addDataSources(path, [{ name, type: "GAUGE", heartbeat: 60 }], { durable: false }));
    expect(readdirSync(folder).sort()).toEqual(["a.rrd", "a.rrd.old", "a.rrd.old.2"]);
    const names = (file: string) => unwrap(openRrd(join(folder, file), { mode: "read" })).names;
    expect(names("a.rrd")).toEqual(["c", "g", "x", "y"]);
    expect(names("a.rrd.old")).toEqual(["c", "g"]);
    expect(names("a.rrd.old.2")).toEqual(["c", "g", "x"]);
  });
});

test("whatever is stored, reopening the file gives the same rows and header", () => {
  const updates = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 90 }), fc.array(goodReadings, { minLength: 4, maxLength: 4 })),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(definitions, updates, (random, list) => {
      unwrap(createRrd(path, random, { overwrite: true, durable: false }));
      const rrd = open();
      let time = random.start;
      for (const [gap, texts] of list) {
        time += gap;
        unwrap(rrd.updateArguments([[time, ...texts.slice(0, random.dataSources.length)].join(":")]));
      }
      const reader = open({ mode: "read" });
      expect(reader.info()).toEqual(rrd.info());
      for (const { cf } of random.archives) {
        const request = { cf, start: random.start - 100, end: time + 100 };
        expect(unwrap(reader.fetch(request))).toEqual(unwrap(rrd.fetch(request)));
      }
      reader.close();
      rrd.close();
    }),
    { seed: 11, numRuns: 100 },
  );
});

test("a reader notices that its file has become shorter than its rows", () => {
  unwrap(createRrd(path, definition, { overwrite: true, durable: false }));
  const reader = open({ mode: "read" });
  const request = { cf: "AVERAGE", start: definition.start, end: definition.start + 100 } as const;
  unwrap(reader.fetch(request));
  truncateSync(path, reader.info().headerSize);
  expect(reader.fetch(request)).toMatchObject({ ok: false, problems: [{ code: "rrd-damaged" }] });
  reader.close();
});
