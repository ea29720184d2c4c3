import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Mapping, unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd, type RrdDefinition } from "../../src/rrd/index.ts";
import { check, definitionOf } from "./checking.ts";
import { Collecting, startTime } from "./collecting.ts";

/** A file of another program: a counter and a gauge, and names of its own. */
function makeForeign(at: Collecting, more: Partial<RrdDefinition> = {}, name = "f.rrd"): Buffer {
  const definition: RrdDefinition = {
    step: 10,
    start: startTime - 20,
    dataSources: [
      { name: "traffic_in", type: "COUNTER", heartbeat: 20, min: 0, max: 1000 },
      { name: "42", type: "GAUGE", heartbeat: 20 },
    ],
    archives: [
      { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 20 },
      { cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 20 },
    ],
    ...more,
  };
  unwrap(createRrd(at.path(name), definition, { durable: false }));
  const rrd = unwrap(openRrd(at.path(name), { mode: "write", clock: at.clock }));
  const first = definition.start + 10;
  unwrap(rrd.updateArguments([definition.dataSources.length === 1 ? `${first}:7` : `${first}:100:7`]));
  rrd.close();
  return readFileSync(at.path(name));
}

const fields = { traffic_in: { from: "net.in" }, "42": { from: "load.-1" } };
const samples = [100, 200, 300].map((count, index) => ({ net: { in: count + 100 }, load: [0, index] }));

test("A file is gone on with as it is: its step, archives, types, limits and names.", async () => {
  using at = new Collecting();
  const before = makeForeign(at);
  const definition = at.definition({ path: "f.rrd", adopt: true, fields });
  await at.run(definition, samples, 10);
  await at.collector.close();
  expect(at.told).toEqual([]);
  expect(at.rows("f.rrd")).toEqual({ [-10]: [null, 7], 0: [10, 0], 10: [10, 1], 20: [10, 2] });
  expect(readdirSync(at.dir)).toEqual(["f.rrd"]);
  const now = readFileSync(at.path("f.rrd"));
  expect(now.length).toBe(before.length);
  // Definitions stand in front of what updates change.
  const fixed = 128 + 2 * 120 + 2 * 120;
  expect(now.subarray(0, fixed).equals(before.subarray(0, fixed))).toBe(true);
});

test("Readings are taken for the type that the file has: whole numbers of any length, and one warning for others.", async () => {
  using at = new Collecting();
  makeForeign(at, { dataSources: [{ name: "n", type: "DERIVE", heartbeat: 20 }] });
  const definition = at.definition({ path: "f.rrd", adopt: true, fields: ["n"] });
  await at.run(
    definition,
    [{ n: 2n ** 62n }, { n: String(2n ** 62n + 50n) }, { n: 1.5 }, { n: 2.5 }, { n: "x" }],
    10,
  );
  await at.collector.close();
  expect(at.rows("f.rrd")).toMatchObject({ 10: [5] });
  expect(at.told).toEqual([
    "field:unknown: f.rrd n: 1.5 is not a whole number, as DERIVE needs; use type DDERIVE",
    'field:unknown: f.rrd n: "x" is not a number',
  ]);
});

test("A data source that the block leaves out is unknown, said once for all of them.", async () => {
  using at = new Collecting();
  const sources = ["a", "b", "c"].map((name) => ({ name, type: "GAUGE", heartbeat: 20 }) as const);
  unwrap(createRrd(at.path("f.rrd"), { ...shape, dataSources: sources }));
  await at.run(at.definition({ path: "f.rrd", adopt: true, fields: ["b"] }), [{ b: 1 }, { b: 2 }], 10);
  await at.collector.close();
  expect(at.rows("f.rrd")).toEqual({ 0: [null, 1, null], 10: [null, 2, null] });
  expect(at.told).toEqual([
    'problem:found: warning: "f.rrd" has "a", "c", which the block does not collect: unknown from now on',
  ]);
});

const shape = {
  step: 10,
  start: startTime - 10,
  archives: [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 20 }],
} as const;

test("What the block says of limits and archives does not count for an adopted file, and that is told.", async () => {
  using at = new Collecting();
  const before = makeForeign(at);
  const own = { traffic_in: { from: "net.in", min: 5 }, "42": { from: "load.-1", max: 9 } };
  const archives = [{ every: 10, keep: 60 }];
  await at.run(at.definition({ path: "f.rrd", adopt: true, fields: own, archives }), [samples[0] ?? {}]);
  await at.collector.close();
  expect(at.told).toEqual([
    'problem:found: warning: max of field "42" is U in "f.rrd", the block says 9: the file\'s counts',
    'problem:found: warning: min of field "traffic_in" is 0 in "f.rrd", the block says 5: the file\'s counts',
    'problem:found: warning: "f.rrd" has other archives than the block says: with adopt the file\'s count',
  ]);
  expect(readFileSync(at.path("f.rrd")).length).toBe(before.length);
});

test("A field that the file lacks is refused with the file's names; adopt: extend adds it and keeps the old file.", async () => {
  using at = new Collecting();
  const before = makeForeign(at);
  at.store(at.definition({ path: "f.rrd", adopt: true, fields: { ...fields, other: {} } }), {
    ...samples[0],
    other: 1,
  });
  await at.collector.close();
  expect(at.told[0]).toBe('store:failed: "f.rrd" has no data source "other"; it has traffic_in, 42');
  expect(readFileSync(at.path("f.rrd")).equals(before)).toBe(true);
  at.collector = at.another();
  await at.run(
    at.definition({ path: "f.rrd", adopt: "extend", fields: { "42": {}, other: {} } }),
    [
      { "42": 5, other: 6 },
      { "42": 5, other: 6 },
    ],
    10,
  );
  await at.collector.close();
  expect(at.rows("f.rrd")).toEqual({ [-10]: [null, 7, null], 0: [null, 5, 6], 10: [null, 5, 6] });
  expect(readdirSync(at.dir).sort()).toEqual(["f.rrd", "f.rrd.old"]);
  expect(readFileSync(at.path("f.rrd.old")).equals(before)).toBe(true);
});

test("Another type than the file's is an error where it stands, before anything runs.", () => {
  using at = new Collecting();
  makeForeign(at);
  const { reported } = check(
    { path: "f.rrd", adopt: true, fields: { traffic_in: { type: "GAUGE" } } },
    { dir: at.dir },
  );
  expect(reported).toEqual([
    {
      code: "rrd-mismatch",
      severity: "error",
      message: 'field "traffic_in" is COUNTER in "f.rrd", the block says type: GAUGE',
      at: "fields.traffic_in.type value",
      notes: ["write type: COUNTER, or leave type out: the file's own is taken"],
    },
  ]);
  const unknown = check({ path: "f.rrd", adopt: true, fields: ["load"] }, { dir: at.dir });
  expect(unknown.reported).toMatchObject([
    { at: "fields.0 value", message: expect.stringContaining("traffic_in, 42") },
  ]);
});

test("Values that come more seldom than the file's heartbeat allows are warned of, with what to do.", async () => {
  using at = new Collecting();
  makeForeign(at);
  at.store(at.definition({ path: "f.rrd", adopt: true, fields }, 60), samples[0] ?? {});
  await at.collector.close();
  const message =
    'warning: "f.rrd" takes "42" for unknown after 20s without a value, and one comes every 1m: all are unknown';
  expect(at.told.map((line) => line.replace("problem:found: ", ""))).toContain(message);
  expect(at.happenings.find(({ type }) => type === "problem:found")).toMatchObject({
    problem: {
      notes: [`collect more often, or: procblock rrd tune ${at.path("f.rrd")} --heartbeat 42:120`],
    },
  });
});

test("A step without an interval needs none; without a file to adopt it is asked for.", async () => {
  using at = new Collecting();
  makeForeign(at);
  const without = (value: Mapping) => definitionOf(value, { dir: at.dir, stepInterval: undefined });
  await at.run(without({ path: "f.rrd", adopt: true, fields }), samples, 10);
  at.store(without({ path: "none.rrd", adopt: true, fields: ["a"] }), { a: 1 });
  await at.collector.close();
  expect(at.rows("f.rrd")).toMatchObject({ 10: [10, 1] });
  expect(at.told[0]).toBe('store:failed: "none.rrd" is not there to be adopted');
  expect(readdirSync(at.dir)).toEqual(["f.rrd"]);
});

test("A file that is not there is made as ever, and said to be new.", async () => {
  using at = new Collecting();
  await at.run(at.definition({ path: "new.rrd", adopt: true, fields: ["a"] }), [{ a: 1 }, { a: 2 }]);
  await at.collector.close();
  expect(at.rows("new.rrd")).toEqual({ 0: [1], 5: [2] });
  expect(at.told).toEqual([
    'problem:found: warning: "new.rrd" is not there to be adopted: a new file is made',
  ]);
});

test("Each entry goes on in a file of its own, in folders that another program named.", async () => {
  using at = new Collecting();
  for (const name of ["root", "home"]) {
    unwrap(
      createRrd(at.path(`${name}.rrd`), {
        ...shape,
        dataSources: [{ name: "value", type: "GAUGE", heartbeat: 20 }],
      }),
    );
  }
  const path = `${at.dir}/{{key}}.rrd`;
  const definition = at.definition({ path, adopt: true, each: "disks", fields: { value: { from: "free" } } });
  const disks = { root: { free: 1 }, home: { free: 2 } };
  await at.run(definition, [{ disks }, { disks }], 10);
  await at.collector.close();
  expect(at.told).toEqual([]);
  expect([at.rows("root.rrd"), at.rows("home.rrd")]).toEqual([
    { 0: [1], 10: [1] },
    { 0: [2], 10: [2] },
  ]);
});

test("What came too late, and what is no RRD file, is never written over.", async () => {
  using at = new Collecting();
  writeFileSync(at.path("x.rrd"), "precious");
  at.store(at.definition({ path: "x.rrd", adopt: true, fields: ["a"] }), { a: 1 });
  makeForeign(at, { start: startTime + 100, step: 10 }, "later.rrd");
  at.store(at.definition({ path: "later.rrd", adopt: true, fields }), samples[0] ?? {});
  await at.collector.close();
  expect(readFileSync(at.path("x.rrd"), "utf8")).toBe("precious");
  expect(at.told.join()).toContain("late by");
});

test("Without adopt another program's file is left as it is, and the message says how to go on with it.", async () => {
  using at = new Collecting();
  const before = makeForeign(at);
  at.store(at.definition({ path: "f.rrd", fields: ["load"] }), { load: 1 });
  await at.collector.close();
  expect(at.told[0]).toBe(
    'store:failed: "f.rrd" is another program\'s: it has a row every 10s and the fields traffic_in, 42, the block says interval: 5s and has none of them',
  );
  expect(at.happenings.find(({ type }) => type === "store:failed")).toMatchObject({
    problem: {
      notes: expect.arrayContaining([expect.stringContaining('fields: {"traffic_in": {from: load}}')]),
    },
  });
  expect(readdirSync(at.dir)).toEqual(["f.rrd"]);
  expect(readFileSync(at.path("f.rrd")).equals(before)).toBe(true);
});

test("adopt is true, false or extend.", () => {
  const { reported } = check({ path: "x.rrd", adopt: "yes", fields: ["a"] });
  expect(reported).toMatchObject([
    { at: "adopt value", message: '"adopt" must be true, false or extend, not "yes"' },
  ]);
  expect(check({ path: "x.rrd", adopt: false, fields: ["a"] }).reported).toEqual([]);
});
