import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { identityText, ownIdentity, unwrap } from "../../src/base/index.ts";
import { nodeStorage, openRrd } from "../../src/rrd/index.ts";
import { procblock } from "../cli/in-process.ts";
import { Collecting, startTime } from "./collecting.ts";

test("Samples come into a new file, a constant value stays constant, and close leaves only the file.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "simplest.rrd", fields: ["random"] });
  await at.run(
    definition,
    Array.from({ length: 4 }, () => ({ random: 42 })),
  );
  expect(readdirSync(at.dir).sort()).toEqual([".simplest.rrd.lock", "simplest.rrd"]);
  await at.collector.close();
  expect(readdirSync(at.dir)).toEqual(["simplest.rrd"]);
  expect(at.rows("simplest.rrd")).toEqual({ 0: [42], 5: [42], 10: [42], 15: [42] });
  expect(at.collector.figures()).toEqual({
    stored: 4,
    dropped: 0,
    failed: 0,
    openFiles: 0,
    graphsDrawn: 0,
    sinks: [],
  });
  expect(at.told).toEqual([]);
});

test("A constant value stays constant over a missed run when stamps have a fraction.", async () => {
  using at = new Collecting();
  await at.clock.advance(310);
  const definition = at.definition({ path: "x.rrd", fields: { a: { heartbeat: 60 } } });
  await at.run(definition, [{ a: 100 }, { a: 100 }]);
  await at.clock.advance(10_000);
  at.store(definition, { a: 100 });
  await at.collector.close();
  expect(Object.values(at.rows("x.rrd")).flat()).toEqual([100, 100, 100, 100]);
});

test("Fields come from paths, and a missing or non-numeric one is unknown with one warning.", async () => {
  using at = new Collecting();
  const fields = { a: { from: "deep.list.-1" }, b: {}, c: {} };
  const definition = at.definition({ path: "x.rrd", fields });
  await at.run(
    definition,
    Array.from({ length: 3 }, (_, n) => ({ deep: { list: [0, n] }, b: "many" })),
  );
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [0, null, null], 5: [1, null, null], 10: [2, null, null] });
  expect(at.told).toEqual([
    'field:unknown: x.rrd b: "many" is not a number',
    "field:unknown: x.rrd c: it is not in the result",
  ]);
});

test("Counters become rates.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: { n: { type: "COUNTER" } } });
  await at.run(definition, [{ n: 100n }, { n: 150 }, { n: "200" }]);
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 5: [10], 10: [10] });
});

test("A clock that goes back drops samples, counted, with one report a minute, and goes on by itself.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: ["a"] });
  await at.run(definition, [{ a: 1 }, { a: 1 }]);
  at.clock.jumpWall(-300_000);
  const late = Array.from({ length: 30 }, () => ({ a: 2 }));
  await at.clock.advance(5000);
  await at.run(definition, late);
  await at.clock.advance(160_000);
  await at.run(definition, [{ a: 3 }, { a: 3 }]);
  await at.collector.close();
  expect(at.collector.figures()).toMatchObject({ stored: 4, dropped: 30 });
  expect(at.told).toEqual([
    "sample:dropped: x.rrd 1699999710: late by 4m55s: the file already has a sample of 2023-11-14T22:13:25.000Z",
    "sample:dropped: x.rrd 1699999770: late by 3m55s: the file already has a sample of 2023-11-14T22:13:25.000Z (12 samples dropped since the last report)",
    "sample:dropped: x.rrd 1699999830: late by 2m55s: the file already has a sample of 2023-11-14T22:13:25.000Z (12 samples dropped since the last report)",
    "sample:dropped: x.rrd 1699999855: late by 2m30s: the file already has a sample of 2023-11-14T22:13:25.000Z (5 samples dropped since the last report)",
  ]);
});

test("Samples quicker than a second are kept to the millisecond.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: ["a"] }, 0.25);
  await at.run(
    definition,
    Array.from({ length: 9 }, () => ({ a: 7 })),
    0.25,
  );
  await at.collector.close();
  expect(at.collector.figures()).toMatchObject({ stored: 9, dropped: 0 });
  expect(at.rows("x.rrd")).toEqual({ 0: [7], 1: [7], 2: [7] });
});

test("Each entry gets a file of its own, its name made safe.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "disk-{{key}}.rrd", each: "disks", fields: { used: {} } });
  await at.run(definition, [{ disks: { "/": { used: 1 }, "../x": { used: 2 }, sda: { used: 3 } } }]);
  await at.collector.close();
  expect(readdirSync(at.dir).sort()).toEqual(["disk-%2F.rrd", "disk-%2E.%2Fx.rrd", "disk-sda.rrd"].sort());
  expect(at.rows("disk-sda.rrd")).toEqual({ 0: [3] });
});

test("Entries of a list are named by their index or by something in them; numbers are their own value.", async () => {
  using at = new Collecting();
  const list = at.definition({ path: "{{mount}}.rrd", each: "df", fields: ["used"] });
  const numbers = at.definition({ path: "n{{key}}.rrd", each: "n", fields: ["value"] });
  at.store(list, { df: [{ mount: "root", used: 5 }, { used: 6 }] });
  at.store(numbers, { n: [10, 20] });
  await at.collector.close();
  expect(readdirSync(at.dir).sort()).toEqual(["n0.rrd", "n1.rrd", "root.rrd"]);
  expect(at.rows("n1.rrd")).toEqual({ 0: [20] });
  expect(at.told).toEqual(['store:failed: entry "1" has no text or number "mount" for the name of its file']);
});

test("There is a limit of files per each, reported once and counted.", async () => {
  using at = new Collecting({ filesPerEach: 3 });
  const definition = at.definition({ path: "{{key}}.rrd", each: "all", fields: ["value"] });
  await at.run(
    definition,
    Array.from({ length: 3 }, () => ({ all: [1, 2, 3, 4, 5] })),
  );
  await at.collector.close();
  expect(at.collector.figures()).toMatchObject({ stored: 9, dropped: 6 });
  expect(at.told).toEqual([
    'store:failed: "each" would make more than 3 files: entry "3" and others are not stored',
  ]);
});

test("More files than may be open are closed and opened again, and nothing is lost.", async () => {
  using at = new Collecting({ openFiles: 2 });
  const definition = at.definition({ path: "{{key}}.rrd", each: "all", fields: ["value"] });
  await at.run(
    definition,
    Array.from({ length: 3 }, (_, n) => ({ all: [n, n, n, n, n] })),
  );
  expect(at.collector.figures()).toMatchObject({ stored: 15, openFiles: 2 });
  await at.collector.close();
  expect(at.rows("4.rrd")).toEqual({ 0: [0], 5: [1], 10: [2] });
});

test("A file of the time before is gone on with.", async () => {
  using at = new Collecting();
  const value = { path: "x.rrd", fields: ["a"] };
  await at.run(at.definition(value), [{ a: 1 }]);
  await at.collector.close();
  at.collector = at.another();
  await at.clock.advance(5000);
  await at.run(at.definition(value), [{ a: 2 }]);
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [2] });
});

test("A file with another step is migrated: its data is kept, counters go on, the old file stays beside it.", async () => {
  using at = new Collecting();
  const fields = { a: {}, n: { type: "COUNTER" } };
  const samples = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ a: from + index, n: (from + index) * 50 }));
  await at.run(at.definition({ path: "x.rrd", fields, interval: 5 }), samples(0, 5));
  await at.collector.close();
  const before = readFileSync(at.path("x.rrd"));
  at.collector = at.another();
  await at.clock.advance(10_000);
  await at.run(
    at.definition({ path: "x.rrd", fields, interval: 10 }, 10),
    [
      { a: 9, n: 300 },
      { a: 10, n: 400 },
    ],
    10,
  );
  await at.collector.close();
  expect(at.told).toEqual([
    'problem:found: warning: "x.rrd" has one row every 10s now, not 5s, as the block says; its data is kept',
  ]);
  expect(at.happenings.find(({ type }) => type === "problem:found")).toMatchObject({
    problem: {
      notes: [`the file as it was: ${at.path("x.rrd.old")}`, expect.stringContaining("adopt: true")],
    },
  });
  expect(readFileSync(at.path("x.rrd.old")).equals(before)).toBe(true);
  expect(at.rows("x.rrd")).toEqual({ 0: [0, null], 10: [1.5, 10], 20: [3.5, 10], 30: [9, 10], 40: [10, 10] });
});

test("With another step and a new field at once the new one has the block's heartbeat, and one copy is kept.", async () => {
  using at = new Collecting();
  await at.run(at.definition({ path: "x.rrd", fields: ["a"], interval: 5 }), [{ a: 1 }, { a: 2 }]);
  await at.collector.close();
  at.collector = at.another();
  await at.clock.advance(10_000);
  const both = at.definition({ path: "x.rrd", fields: ["a", "b"], interval: 10 }, 10);
  await at.run(both, [{ a: 3, b: 4 }], 10);
  await at.collector.close();
  const rrd = unwrap(openRrd(at.path("x.rrd"), { mode: "read" }));
  const { step, dataSources } = rrd.info();
  rrd.close();
  expect({ step, beats: dataSources.map(({ heartbeat }) => heartbeat) }).toEqual({
    step: 10,
    beats: [20, 20],
  });
  expect(readdirSync(at.dir).sort()).toEqual(["x.rrd", "x.rrd.old"]);
  const notes = at.happenings.flatMap((one) => (one.type === "problem:found" ? one.problem.notes?.[0] : []));
  expect(notes).toEqual(Array.from({ length: 2 }, () => `the file as it was: ${at.path("x.rrd.old")}`));
});

test("Archives that the block names are made of what the file has; without them it keeps its own.", async () => {
  using at = new Collecting();
  const value = { path: "x.rrd", fields: ["a"] };
  const archives = [{ cf: "MAX", every: 10, keep: 60 }];
  await at.run(at.definition({ ...value, archives: [{ every: 5, keep: 60 }] }), [
    { a: 1 },
    { a: 2 },
    { a: 3 },
  ]);
  await at.collector.close();
  for (const [index, more] of [{}, { archives }, { archives }].entries()) {
    at.collector = at.another();
    await at.clock.advance(5000);
    await at.run(at.definition({ ...value, ...more }), [{ a: 4 + index }]);
    await at.collector.close();
  }
  expect(at.told).toEqual([
    'problem:found: warning: "x.rrd" has other archives now, as the block says; its data is kept',
  ]);
  expect(at.rows("x.rrd", "MAX")).toEqual({ 0: [1], 10: [3], 20: [5] });
  expect(readdirSync(at.dir).sort()).toEqual(["x.rrd", "x.rrd.old"]);
});

test("A file that cannot be given other archives takes samples as it is.", async () => {
  using at = new Collecting();
  const value = { path: "x.rrd", fields: ["a"] };
  await at.run(at.definition(value), [{ a: 1 }]);
  await at.collector.close();
  const storage = {
    ...nodeStorage,
    createBeside: () => {
      throw Object.assign(new Error("full"), { code: "ENOSPC", syscall: "open" });
    },
  };
  at.collector = at.another({ storage });
  await at.clock.advance(5000);
  await at.run(at.definition({ ...value, archives: [{ every: 5, keep: 60 }] }), [{ a: 2 }]);
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [2] });
  expect(at.told).toEqual([
    'problem:found: warning: "x.rrd" keeps the archives it has, which are not those of the block: it could not be migrated',
  ]);
  expect(readdirSync(at.dir)).toEqual(["x.rrd"]);
});

test("A file whose field has another type is refused; other limits are only warned about.", async () => {
  using at = new Collecting();
  await at.run(at.definition({ path: "x.rrd", fields: { a: {}, b: { min: 0 } } }), [{ a: 1, b: 1 }]);
  await at.collector.close();
  at.collector = at.another();
  at.store(at.definition({ path: "x.rrd", fields: { a: { type: "DERIVE" } } }), { a: 1 });
  await at.collector.close();
  at.collector = at.another();
  await at.clock.advance(5000);
  at.store(at.definition({ path: "x.rrd", fields: { a: { max: 5 } } }), { a: 1 });
  await at.collector.close();
  expect(at.told).toEqual([
    'store:failed: field "a" is GAUGE in "x.rrd", the block says type: DERIVE',
    'store:failed: field "a" is GAUGE in "x.rrd", the block says type: DERIVE; 1 sample lost',
    'problem:found: warning: max of field "a" is U in "x.rrd", the block says 5: the file\'s counts',
    'problem:found: warning: "x.rrd" has a field "b" that the block does not collect: unknown from now on',
  ]);
});

test("Another heartbeat, min and max are warned about with the command that changes the file.", async () => {
  using at = new Collecting();
  await at.run(at.definition({ path: "x.rrd", fields: { a: {} } }), [{ a: 1 }]);
  await at.collector.close();
  const wanted = at.definition({ path: "x.rrd", fields: { a: { min: 0, max: 5, heartbeat: 60 } } });
  const tellOne = async () => {
    at.happenings.length = 0;
    at.collector = at.another();
    await at.clock.advance(5000);
    at.store(wanted, { a: 2 });
    await at.collector.close();
    return at.happenings.flatMap((one) => (one.type === "problem:found" ? (one.problem.notes ?? []) : []));
  };
  const remedies = await tellOne();
  const tune = `stop the block, then: procblock rrd tune ${at.path("x.rrd")}`;
  expect(remedies).toEqual([`${tune} --heartbeat a:60`, `${tune} --minimum a:0`, `${tune} --maximum a:5`]);
  for (const remedy of remedies) {
    const args = remedy.slice(remedy.indexOf("rrd tune")).split(" ");
    expect(await procblock(args, { cwd: at.dir })).toMatchObject({ code: 0 });
  }
  expect(await tellOne()).toEqual([]);
});

test("A file that is deleted while it is filled is made again, said once.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: ["a"] });
  await at.run(definition, [{ a: 1 }, { a: 1 }]);
  rmSync(at.path("x.rrd"));
  await at.clock.advance(5000);
  await at.run(definition, [{ a: 2 }, { a: 2 }, { a: 2 }]);
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 10: [2], 15: [2], 20: [2] });
  expect(at.told).toEqual([
    'problem:found: warning: "x.rrd" was deleted or replaced while it was being filled',
    'problem:found: warning: "x.rrd" is made again, empty',
  ]);
});

test("The very first sample after a deletion is in the new file: none goes into the deleted one.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: ["a"] });
  await at.run(definition, [{ a: 1 }, { a: 1 }]);
  const before = at.collector.figures().stored;
  rmSync(at.path("x.rrd"));
  await at.run(definition, [{ a: 2 }, { a: 2 }, { a: 2 }]);
  await at.collector.close();
  expect(at.collector.figures().stored - before).toBe(3);
  expect(Object.values(at.rows("x.rrd"))).toEqual([[2], [2], [2]]);
});

test("Samples wait while the file is emptied under the collector, and are stored when it is back.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: ["a"] });
  await at.run(definition, [{ a: 1 }, { a: 1 }]);
  const whole = readFileSync(at.path("x.rrd"));
  writeFileSync(at.path("x.rrd"), "");
  await at.clock.advance(5000);
  await at.run(definition, [{ a: 2 }, { a: 2 }]);
  expect(at.told.at(-1)).toBe('store:failed: "x.rrd" is too small for an RRD file');
  writeFileSync(at.path("x.rrd"), whole);
  await at.clock.advance(60_000);
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [1], 10: [2], 15: [2] });
  expect(at.collector.figures()).toMatchObject({ stored: 4, dropped: 0 });
});

test("With recreate: false samples wait until there is a file again.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: ["a"], recreate: false });
  await at.run(definition, [{ a: 1 }, { a: 1 }]);
  renameSync(at.path("x.rrd"), at.path("away.rrd"));
  await at.clock.advance(5000);
  await at.run(definition, [{ a: 2 }, { a: 2 }]);
  expect(existsSync(at.path("x.rrd"))).toBe(false);
  renameSync(at.path("away.rrd"), at.path("x.rrd"));
  await at.clock.advance(60_000);
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [1], 10: [2], 15: [2] });
  expect(at.told).toEqual([
    'problem:found: warning: "x.rrd" was deleted or replaced while it was being filled',
    'store:failed: "x.rrd" was deleted and is not made again',
    'log:written: "x.rrd" works again: the 2 samples that waited are stored',
  ]);
});

test("What is no RRD file is never overwritten; waiting samples are bounded and the lost ones counted.", async () => {
  using at = new Collecting({ queueLength: 3 });
  writeFileSync(at.path("x.rrd"), "precious");
  const definition = at.definition({ path: "x.rrd", fields: ["a"] });
  await at.run(
    definition,
    Array.from({ length: 5 }, (_, n) => ({ a: n })),
  );
  expect(at.collector.figures()).toMatchObject({ stored: 0, dropped: 2 });
  rmSync(at.path("x.rrd"));
  await at.clock.advance(60_000);
  await at.collector.close();
  expect(at.collector.figures()).toMatchObject({ stored: 3, dropped: 2 });
  expect(at.rows("x.rrd")).toEqual({ 10: [2], 15: [3], 20: [4] });
});

test("A folder below the block's own is made; another one that is missing is reported.", async () => {
  using at = new Collecting();
  at.store(at.definition({ path: "data/deep/x.rrd", fields: ["a"] }), { a: 1 });
  at.store(at.definition({ path: `${at.dir}/no/x.rrd`, fields: ["a"] }), { a: 1 });
  await at.collector.close();
  expect(existsSync(at.path("data/deep/x.rrd"))).toBe(true);
  expect(at.told[0]).toBe('store:failed: cannot lock "no/x.rrd": its folder does not exist');
});

test("A second writer is refused and names the first; the first goes on undisturbed.", async () => {
  using at = new Collecting();
  const value = { path: "x.rrd", fields: ["a"] };
  at.store(at.definition(value), { a: 1 });
  const second = at.another();
  second.store(at.definition(value), { a: 9 }, at.clock.wall());
  expect(at.told).toEqual(['store:failed: "x.rrd" is already written by another part of this process']);
  await at.clock.advance(5000);
  at.store(at.definition(value), { a: 1 });
  await second.close();
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [1] });
});

test("A file that another process writes is not said to be tried again: the run ends.", async () => {
  using at = new Collecting();
  writeFileSync(at.path("x.rrd"), "");
  writeFileSync(at.path(".x.rrd.lock"), identityText({ ...ownIdentity(), host: "elsewhere" }));
  at.store(at.definition({ path: "x.rrd", fields: ["a"] }), { a: 1 });
  const notes = at.happenings.flatMap((one) => (one.type === "store:failed" ? one.problem.notes : []));
  expect(notes).toEqual(["stop that process, or let this one write to another file"]);
  await at.collector.close();
});

test("Two steps with the same fields may fill one file; with other fields the second is refused.", async () => {
  using at = new Collecting();
  at.store(at.definition({ path: "x.rrd", fields: ["a"] }), { a: 1 });
  await at.clock.advance(5000);
  at.store(at.definition({ path: "./x.rrd", fields: ["a"] }), { a: 2 });
  at.store(at.definition({ path: "x.rrd", fields: ["b"] }), { b: 2 });
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [2] });
  expect(at.told).toEqual([
    'store:failed: "x.rrd" is already filled by another step with other fields or another interval',
  ]);
});

test("After close nothing is stored any more, only counted.", async () => {
  using at = new Collecting();
  const definition = at.definition({ path: "x.rrd", fields: ["a"] });
  await at.collector.close();
  at.store(definition, { a: 1 });
  expect(existsSync(at.path("x.rrd"))).toBe(false);
  expect(at.collector.figures().dropped).toBe(1);
});

test("Graphs are asked for at most once per interval, and a last time at close.", async () => {
  using at = new Collecting();
  const graph = { path: "x.png", title: "T", interval: 10 };
  const definition = at.definition({ path: "x.rrd", fields: ["a"], graph });
  await at.run(
    definition,
    Array.from({ length: 6 }, () => ({ a: 1 })),
  );
  expect(at.painted.map(({ now }) => now - startTime)).toEqual([0, 10, 20]);
  await at.collector.close();
  expect(at.painted.map(({ now }) => now - startTime)).toEqual([0, 10, 20, 25]);
  expect(at.painted[0]).toMatchObject({ rrdFile: at.path("x.rrd"), out: at.path("x.png") });
  expect(at.painterClosed).toBe(true);
  expect(statSync(at.path("x.rrd")).size).toBeGreaterThan(0);
});

test("Each entry has graphs of its own, for every period.", async () => {
  using at = new Collecting();
  const graph = { path: "{{key}}-{{period}}.png", title: "Disk {{key}}", period: ["1h", "1d"] };
  const definition = at.definition({ path: "{{key}}.rrd", each: "d", fields: ["value"], graph });
  at.store(definition, { d: { sda: 1, "a/b": 2 } });
  await at.collector.close();
  expect(
    at.painted.map(({ out, definition: { title } }) => `${title}: ${out.slice(at.dir.length + 1)}`).sort(),
  ).toEqual([
    "Disk a/b: a%2Fb-1d.png",
    "Disk a/b: a%2Fb-1h.png",
    "Disk sda: sda-1d.png",
    "Disk sda: sda-1h.png",
  ]);
});
