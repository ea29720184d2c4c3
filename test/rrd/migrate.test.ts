import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import {
  type ArchiveDefinition,
  createRrd,
  type FetchedRows,
  type MigrationRequest,
  migrateRrd,
  nodeStorage,
  openRrd,
  type PlainConsolidation,
  type RrdDefinition,
} from "../../src/rrd/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { definitions, gaps, readings } from "./definitions.ts";
import { FaultyStorage } from "./faulty-storage.ts";

/** On the rows of all steps here. */
const START = 1_600_000_000 - (1_600_000_000 % 3600);

let dir: string;
let path: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rrd-migrate-"));
  path = join(dir, "a.rrd");
});
afterAll(() => rmSync(dir, { recursive: true }));
beforeEach(() => {
  for (const name of readdirSync(dir)) rmSync(join(dir, name));
});

function make(definition: Partial<RrdDefinition>): void {
  const whole = {
    step: 10,
    start: START,
    dataSources: [{ name: "a", type: "GAUGE", heartbeat: 20 }],
    archives: [],
    ...definition,
  } as const;
  unwrap(createRrd(path, whole, { durable: false, overwrite: true }));
}

function feed(updates: readonly string[], file = path): void {
  const rrd = unwrap(openRrd(file, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
  for (const update of updates) rrd.updateArguments([update]);
  rrd.close();
}

/** One value per step of 10 s. */
function feedValues(values: readonly (number | "U")[], from = START): void {
  feed(values.map((value, index) => `${from + (index + 1) * 10}:${value}`));
}

function migrate(request: MigrationRequest, options: Parameters<typeof migrateRrd>[2] = {}) {
  return unwrap(migrateRrd(path, request, { durable: false, backup: false, ...options }));
}

function rowsOf(
  file: string,
  cf: PlainConsolidation,
  resolution: number,
  start = START,
  end?: number,
): FetchedRows {
  const rrd = unwrap(openRrd(file, { mode: "read" }));
  const rows = unwrap(
    rrd.fetch({ cf, start, end: end ?? Math.floor(rrd.lastUpdate) - resolution, resolution }),
  );
  rrd.close();
  return rows;
}

const rra = (cf: PlainConsolidation, pdpPerRow: number, rows: number, xff = 0.5): ArchiveDefinition => ({
  cf,
  xff,
  pdpPerRow,
  rows,
});

const values = (rows: FetchedRows, column = 0) => [...(rows.columns[column] ?? [])];

test("The same shape is the same file, bit for bit, whatever is in it.", () => {
  const cases = fc.record({
    definition: definitions,
    updates: fc.array(
      fc.record({ gap: gaps, readings: fc.array(readings, { minLength: 4, maxLength: 4 }) }),
      {
        maxLength: 25,
      },
    ),
  });
  fc.assert(
    fc.property(cases, ({ definition, updates }) => {
      make(definition);
      let time = definition.start;
      const lines = updates.map(({ gap, readings: given }) => {
        time += Number(gap);
        return `${time.toFixed(6)}:${given.slice(0, definition.dataSources.length).join(":")}`;
      });
      feed(lines);
      const before = readFileSync(path);
      const to = join(dir, "b.rrd");
      const request = { step: definition.step, archives: definition.archives };
      const report = migrate(request, { to, overwrite: true });
      expect(report.archives.every(({ same }) => same)).toBe(true);
      expect(report).toMatchObject({ lost: [], unchanged: true });
      expect(readFileSync(to).equals(before)).toBe(true);
      const inode = statSync(path).ino;
      expect(unwrap(migrateRrd(path, request)).savedAs).toBeUndefined();
      expect(statSync(path).ino).toBe(inode);
    }),
    { seed: 20_100_801, numRuns: 150 },
  );
});

test("Archives that stay among others are kept bit for bit, and go on the same.", () => {
  const kept = [rra("AVERAGE", 1, 7), rra("MAX", 3, 5)];
  make({ archives: kept });
  feedValues([1, 2, 3, 4, 5, "U", 7, 8, 9, 10, 11]);
  const alone = readFileSync(path);
  migrate({ added: [rra("MIN", 2, 4)] });
  expect(statSync(path).size).toBeGreaterThan(alone.length);
  // One update with three archives and one with two: what is common stays equal.
  const more = START + 123;
  feed([`${more}:50`]);
  migrate({ removed: [2] });
  const both = readFileSync(path);
  writeFileSync(path, alone);
  feed([`${more}:50`]);
  expect(both.equals(readFileSync(path))).toBe(true);
});

describe("Known data in rows that are some rows together", () => {
  const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 60, maxLength: 60 });

  test.each(["AVERAGE", "MIN", "MAX", "LAST"] as const)("have the same %s", (cf) => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(2, 3, 5, 6), (given, factor) => {
        make({ archives: [rra(cf, 1, 80)] });
        feedValues(given);
        migrate({ archives: [rra(cf, factor, 60 / factor)] });
        const rows = values(rowsOf(path, cf, factor * 10, START, START + 600 - factor * 10));
        const wanted = Array.from({ length: 60 / factor }, (_, row) => {
          const group = given.slice(row * factor, (row + 1) * factor);
          if (cf === "AVERAGE") return group.reduce((sum, value) => sum + value, 0) / factor;
          if (cf === "LAST") return group.at(-1);
          return cf === "MIN" ? Math.min(...group) : Math.max(...group);
        });
        expect(rows).toEqual(wanted.map((value) => expect.closeTo(value ?? 0, 9)));
        if (cf !== "AVERAGE") return;
        const total = (some: readonly number[], width: number) =>
          some.reduce((sum, value) => sum + value * width, 0);
        expect(total(rows, factor * 10)).toBeCloseTo(total(given, 10), 6);
      }),
      { seed: 20_100_801, numRuns: 30 },
    );
  });

  test("are what rrdtool would have stored had the file been made so, the open row included", () => {
    const archives = [rra("AVERAGE", 6, 20), rra("MIN", 4, 20), rra("MAX", 3, 20), rra("LAST", 5, 20)];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(500), fc.constant("U" as const)), { minLength: 20, maxLength: 50 }),
        (given) => {
          const wanted = join(dir, "wanted.rrd");
          make({ archives });
          feedValues(given);
          feed([`${START + 10_000}:1`, `${START + 10_010}:1`]);
          rmSync(wanted, { force: true });
          writeFileSync(wanted, readFileSync(path));
          make({ archives: [rra("AVERAGE", 1, 2000)] });
          feedValues(given);
          migrate({ archives });
          feed([`${START + 10_000}:1`, `${START + 10_010}:1`]);
          for (const { cf, pdpPerRow } of archives) {
            const [ours, theirs] = [path, wanted].map((file) =>
              values(rowsOf(file, cf, pdpPerRow * 10, START, START + 500)),
            );
            expect(ours?.map((value) => value.toFixed(9))).toEqual(theirs?.map((value) => value.toFixed(9)));
          }
        },
      ),
      { seed: 20_100_801, numRuns: 60 },
    );
  });
});

describe("Another step", () => {
  test("keeps the time each archive covers, and scales heartbeats", () => {
    make({ archives: [rra("AVERAGE", 1, 60), rra("MAX", 6, 100)] });
    feedValues(Array.from({ length: 60 }, (_, index) => index));
    const report = migrate({ step: 20 });
    const info = unwrap(openRrd(path, { mode: "read" })).info();
    expect(info.step).toBe(20);
    expect(info.dataSources[0]?.heartbeat).toBe(40);
    expect(info.archives.map(({ cf, pdpPerRow, rows }) => [cf, pdpPerRow, rows])).toEqual([
      ["AVERAGE", 1, 30],
      ["MAX", 3, 100],
    ]);
    expect(report.archives[1]).toMatchObject({ known: 10, from: START, to: START + 600, archives: [1] });
    expect(values(rowsOf(path, "AVERAGE", 20, START, START + 80))).toEqual([0.5, 2.5, 4.5, 6.5, 8.5]);
  });

  test("with a finer one repeats rows, and leaves no gap to the next update", () => {
    make({
      dataSources: [{ name: "a", type: "COUNTER", heartbeat: 20 }],
      archives: [rra("AVERAGE", 1, 60)],
    });
    // 5 a second; the last update stands in the middle of a step.
    feed(Array.from({ length: 20 }, (_, index) => `${START + 7 + index * 10}:${index * 50}`));
    migrate({ step: 5, heartbeat: 20 });
    feed([`${START + 207}:1000`]);
    const rows = values(rowsOf(path, "AVERAGE", 5, START + 10, START + 200));
    expect(rows).toEqual(rows.map(() => 5));
    expect(rows.length).toBe(39);
  });

  test("with a coarser one leaves no gap either, wherever the last update stands", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 59 }), fc.constantFrom(20, 30, 60), (offset, step) => {
        make({
          dataSources: [{ name: "a", type: "COUNTER", heartbeat: 20 }],
          archives: [rra("AVERAGE", 1, 90), rra("AVERAGE", 6, 90)],
        });
        feed(Array.from({ length: 30 }, (_, index) => `${START + offset + index * 10}:${index * 70}`));
        migrate({ step, heartbeat: 120 });
        feed([31, 35, 41].map((index) => `${START + offset + index * 10}:${index * 70}`));
        const rows = values(rowsOf(path, "AVERAGE", step, START + 60, START + offset + 410 - 2 * step));
        expect(rows).toEqual(rows.map(() => expect.closeTo(7, 9)));
      }),
      { seed: 20_100_801, numRuns: 60 },
    );
  });
});

test("Older time comes from coarser archives, outages stay outages, and what is lost is told.", () => {
  make({ archives: [rra("AVERAGE", 1, 12), rra("AVERAGE", 6, 20), rra("MIN", 6, 20)] });
  const given = Array.from({ length: 60 }, (_, index): number | "U" => (index === 55 ? "U" : index));
  feedValues(given);
  const report = migrate({ archives: [rra("AVERAGE", 2, 300), rra("AVERAGE", 30, 1)] });
  const rows = values(rowsOf(path, "AVERAGE", 20, START, START + 580));
  // 48 steps in rows of six, each for three of ours; then pairs; the pair with the outage is what its other half was.
  expect(rows.slice(0, 4)).toEqual([2.5, 2.5, 2.5, 8.5]);
  expect(rows.slice(24)).toEqual([48.5, 50.5, 52.5, 54, 56.5, 58.5]);
  expect(report.archives.map(({ archives, known }) => [archives, known])).toEqual([
    [[0, 1], 30],
    [[0, 1], 1],
  ]);
  expect(report.lost).toEqual([{ cf: "MIN", from: START, to: START + 600 }]);
});

test("Where data began in the midst of a coarse row, the finer rows that were empty until then know better.", () => {
  make({ archives: [rra("AVERAGE", 1, 30), rra("AVERAGE", 6, 20)] });
  feedValues(["U", "U", 2, 3, 4, 5, 6, 7]);
  migrate({ archives: [rra("AVERAGE", 1, 60), rra("AVERAGE", 2, 30)] });
  expect(values(rowsOf(path, "AVERAGE", 10, START, START + 50))).toEqual([
    Number.NaN,
    Number.NaN,
    2,
    3,
    4,
    5,
  ]);
  expect(
    values(rowsOf(path, "AVERAGE", 20, START - 600, START + 60)).filter((value) => !Number.isNaN(value)),
  ).toEqual([2.5, 4.5, 6.5]);
});

test("Shorter archives lose the oldest rows, and tell so; what is only unknown is not called lost.", () => {
  make({ archives: [rra("AVERAGE", 1, 12), rra("MAX", 2, 6)] });
  feedValues([1, 2, 3, 4, 5, 6]);
  const { lost } = migrate({ archives: [rra("AVERAGE", 1, 4), rra("MAX", 2, 6)] });
  expect(lost).toEqual([{ cf: "AVERAGE", from: START, to: START + 20 }]);
  expect(migrate({ archives: [rra("AVERAGE", 30, 4, 0.1), rra("MAX", 2, 6)] }).lost).toEqual([]);
});

test("A MAX that no archive has comes from rows of one step only.", () => {
  make({ archives: [rra("AVERAGE", 1, 6), rra("AVERAGE", 6, 20)] });
  feedValues(Array.from({ length: 12 }, (_, index) => index));
  const report = migrate({ added: [rra("MAX", 3, 10)] });
  expect(report.archives[2]).toMatchObject({ known: 2, from: START + 60, archives: [0] });
  expect(values(rowsOf(path, "MAX", 30, START + 60, START + 90))).toEqual([8, 11]);
});

test("An archive that was made longer is filled from the others where it knows nothing.", () => {
  make({ archives: [rra("AVERAGE", 2, 3), rra("AVERAGE", 6, 20)] });
  feedValues(Array.from({ length: 24 }, (_, index) => index));
  migrate({ archives: [rra("AVERAGE", 2, 12), rra("AVERAGE", 6, 20)] });
  const rows = values(rowsOf(path, "AVERAGE", 20, START, START + 220));
  expect(rows).toEqual([2.5, 2.5, 2.5, 8.5, 8.5, 8.5, 14.5, 14.5, 14.5, 18.5, 20.5, 22.5]);
});

test("Forecasts stay together at the same step, and are left out with a warning at another.", () => {
  const words = ["create", path, "-s", "10", "-b", String(START), "DS:a:GAUGE:20:U:U"];
  rrdtool([...words, "RRA:AVERAGE:0.5:1:20", "RRA:HWPREDICT:20:0.1:0.01:5", "RRA:MAX:0.5:3:9"]);
  feedValues([1, 2, 3, 4, 5, 6, 7, 8]);
  const before = readFileSync(path);
  migrate({ removed: [0] });
  const info = unwrap(openRrd(path, { mode: "read" })).info();
  expect(info.archives.map(({ forecast }) => forecast?.leansOn)).toEqual([1, 0, 0, 2, 2, undefined]);
  expect(rrdtool(["fetch", path, "DEVSEASONAL", "-s", String(START), "-e", String(START + 80)]).status).toBe(
    0,
  );
  writeFileSync(path, before);
  expect(migrateRrd(path, { removed: [2] }, { backup: false })).toMatchObject({
    problems: [{ message: "archive 2 cannot be removed alone: archive 1 needs it" }],
  });
  const other = migrateRrd(path, { step: 20 }, { backup: false });
  expect(other).toMatchObject({ ok: true, warnings: [{ code: "rrd-forecasts-dropped" }] });
});

describe("Where the new file goes", () => {
  beforeEach(() => {
    make({ archives: [rra("AVERAGE", 1, 10)] });
    feedValues([1, 2, 3]);
  });

  test("in place, the old one stays beside it, with mode and owner", () => {
    const before = readFileSync(path);
    const { savedAs } = unwrap(migrateRrd(path, { step: 20 }));
    expect(savedAs).toBe(`${path}.old`);
    expect(readFileSync(`${path}.old`).equals(before)).toBe(true);
    expect(unwrap(migrateRrd(path, { step: 60 })).savedAs).toBe(`${path}.old.2`);
    expect(readdirSync(dir).sort()).toEqual(["a.rrd", "a.rrd.old", "a.rrd.old.2"]);
  });

  test.runIf(process.getuid?.() === 0)("the owner stays the owner though root migrates", () => {
    const storage = { ...nodeStorage };
    const handle = storage.open(path, "write");
    handle.setOwner?.({ user: 12_345, group: 54_321 });
    handle.setMode(0o664);
    handle.close();
    migrate({ step: 20 });
    expect(statSync(path)).toMatchObject({ uid: 12_345, gid: 54_321, mode: 0o100664 });
  });

  test("elsewhere, nothing happens to the old one, and nothing is replaced unless asked", () => {
    const before = readFileSync(path);
    const to = join(dir, "b.rrd");
    migrate({ step: 20 }, { to });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(migrateRrd(path, { step: 60 }, { to })).toMatchObject({ problems: [{ code: "rrd-exists" }] });
    migrate({ step: 60 }, { to, overwrite: true });
    expect(unwrap(openRrd(to, { mode: "read" })).step).toBe(60);
  });

  test("a dry run tells the same and touches nothing", () => {
    const before = readFileSync(path);
    const told = migrate({ step: 20 }, { dryRun: true });
    expect(readdirSync(dir)).toEqual(["a.rrd"]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(told).toEqual(migrate({ step: 20 }));
  });

  test("a file that is written to meanwhile is left alone", () => {
    const storage = {
      ...nodeStorage,
      createBeside(beside: string) {
        feedValues([4], START + 30);
        return nodeStorage.createBeside(beside);
      },
    };
    const result = migrateRrd(path, { step: 20 }, { storage });
    expect(result).toMatchObject({ problems: [{ code: "rrd-changed" }] });
    expect(readdirSync(dir)).toEqual(["a.rrd"]);
    expect(unwrap(openRrd(path, { mode: "read" }))).toMatchObject({ step: 10, lastUpdate: START + 40 });
  });

  test.each(["once", "forever"] as const)(
    "when a call fails %s the old file or the new one is there",
    (lasting) => {
      const before = readFileSync(path);
      const calls = ["open", "createBeside", "rename", "link", "unlink", "stat", "syncDirectory"] as const;
      const all = [...calls, "read", "write", "sync", "status", "setMode", "close"] as const;
      for (let nth = 1; ; nth++) {
        const storage = new FaultyStorage(nodeStorage, { calls: all, nth, lasting, kind: { error: "EIO" } });
        const result = migrateRrd(path, { step: 20 }, { storage });
        if (result.ok) expect(unwrap(openRrd(path, { mode: "read" })).step).toBe(20);
        else expect(readFileSync(path).equals(before)).toBe(true);
        if (existsSync(`${path}.old`)) expect(readFileSync(`${path}.old`).equals(before)).toBe(true);
        for (const name of readdirSync(dir)) rmSync(join(dir, name));
        writeFileSync(path, before);
        if (storage.count < nth) break;
        expect(nth).toBeLessThan(200);
      }
    },
  );
});

describe("What cannot be is refused", () => {
  beforeEach(() => make({ archives: [rra("AVERAGE", 1, 10)] }));

  test.each([
    [{ step: 0 }, "step must be a whole number of seconds, at least 1, not 0"],
    [{ step: 1.5 }, "step must be a whole number of seconds, at least 1, not 1.5"],
    [{ removed: [0] }, "you must define at least one Round Robin Archive"],
    [{ removed: [3] }, /^there is no archive 3: ".*" has 0 to 0$/],
    [{ archives: [] }, "you must define at least one Round Robin Archive"],
    [{ archives: [rra("MAX", 1, 1e9)] }, /would take .*; at most 1 GiB are allowed$/],
  ] satisfies [MigrationRequest, string | RegExp][])("%j", (request, message) => {
    const before = readFileSync(path);
    const result = migrateRrd(path, request);
    if (result.ok) throw new Error("not refused");
    expect(result.problems[0]?.message).toMatch(message);
    expect(readdirSync(dir)).toEqual(["a.rrd"]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describeWithRrdtool("rrdtool reads every migrated file", () => {
  test("whatever the shapes, and updates it further", () => {
    const cases = fc.record({
      definition: definitions,
      target: definitions,
      updates: fc.array(
        fc.record({ gap: gaps, readings: fc.array(readings, { minLength: 4, maxLength: 4 }) }),
        {
          maxLength: 40,
        },
      ),
    });
    fc.assert(
      fc.property(cases, ({ definition, target, updates }) => {
        make(definition);
        let time = definition.start;
        feed(
          updates.map(({ gap, readings: given }) => {
            time += Number(gap);
            return `${time.toFixed(6)}:${given.slice(0, definition.dataSources.length).join(":")}`;
          }),
        );
        const report = migrate({ step: target.step, archives: target.archives });
        expect(report.archives.length).toBe(target.archives.length);
        const before = unwrap(openRrd(path, { mode: "read" })).info();
        const info = rrdtool(["info", path]);
        expect(info).toMatchObject({ status: 0, error: "" });
        expect(info.stdout).toContain(`step = ${target.step}\n`);
        for (const cf of new Set(target.archives.map((archive) => archive.cf)))
          expect(
            rrdtool(["fetch", path, cf, "-s", String(definition.start), "-e", String(definition.start + 900)])
              .status,
          ).toBe(0);
        const next = `${before.lastUpdate + 7}:${definition.dataSources.map(() => 1).join(":")}`;
        expect(rrdtool(["update", path, next])).toMatchObject({ status: 0, error: "" });
      }),
      { seed: 20_100_801, numRuns: 40 },
    );
  });
});
