import { expect, test } from "vitest";
import type { CheckedCollect } from "../../src/run/collect/definition.ts";
import { check } from "./checking.ts";

test("The short form needs a path and names: all GAUGE, the step's interval, twice that as heartbeat.", () => {
  const { definition, reported } = check({ path: "simplest.rrd", fields: ["random"] });
  expect(reported).toEqual([]);
  const checked = definition as CheckedCollect;
  expect(checked.interval).toBe(5);
  expect(checked.fields[0]?.source).toEqual({ name: "random", type: "GAUGE", heartbeat: 10 });
  expect(checked.snap).toBe(0.5);
  expect(checked.recreate).toBe(true);
});

test("When values are synced is one of three words; never unless it is said.", () => {
  const syncOf = (sync?: string | boolean) => {
    const { definition, reported } = check({
      path: "a.rrd",
      fields: ["a"],
      ...(sync === undefined ? {} : { sync }),
    });
    return (definition as CheckedCollect | undefined)?.sync ?? reported.map(({ message }) => message).join();
  };
  expect([undefined, "always", "interval", "never"].map(syncOf)).toEqual([
    "never",
    "always",
    "interval",
    "never",
  ]);
  expect(syncOf("sometimes")).toBe('"sync" must be always, interval, never, not "sometimes"');
  expect(syncOf(true)).toBe('"sync" must be always, interval, never, not true');
});

test("Every option of the documentation is understood.", () => {
  const { definition, reported } = check({
    path: "simplest.rrd",
    interval: "5s",
    fields: { random: { type: "DERIVE", min: 0, max: 100, heartbeat: "1m", from: "a.-1" }, other: null },
    archives: [
      { cf: "AVERAGE", every: "5s", keep: "5d" },
      { cf: ["MIN", "MAX"], every: "1m", keep: "1w", xff: 0 },
    ],
    graph: [
      {
        path: "simplest.png",
        title: "Demo",
        fields: ["random"],
        method: "STACK",
        interval: 10,
        period: "1h",
        "vertical label": "#",
      },
    ],
  });
  expect(reported).toEqual([]);
  const checked = definition as CheckedCollect;
  expect(checked.fields[0]?.source).toEqual({
    name: "random",
    type: "DERIVE",
    heartbeat: 60,
    min: 0,
    max: 100,
  });
  expect(checked.fields[0]?.from.terms).toEqual(["a", "-1"]);
  expect(checked.archives).toEqual([
    { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 86_400 },
    { cf: "MIN", xff: 0, pdpPerRow: 12, rows: 10_080 },
    { cf: "MAX", xff: 0, pdpPerRow: 12, rows: 10_080 },
  ]);
  expect(checked.graphs[0]?.definition.method).toBe("STACK");
});

test("All mistakes are reported at once, each where it stands.", () => {
  const { definition, reported } = check({
    pth: "x.rrd",
    interval: 2.5,
    fields: {
      "has blank": {},
      a_name_that_is_far_too_long: {},
      b: { type: "gauge", min: 5, max: 5, heartbeat: 0 },
      c: { form: "x", from: "a..b" },
      d: 3,
    },
    archives: [{ cf: "AVG", every: "7s" }, "x"],
    each: 4,
  });
  expect(definition).toBeUndefined();
  expect(reported.map(({ at, message }) => `${at}: ${message}`)).toEqual([
    'pth key: unknown key "pth" in "timeseries collect" — did you mean "path"?',
    ' key: "timeseries collect" needs "path": the RRD file, for example path: simplest.rrd',
    'interval value: "interval" must be whole seconds, at least 1, not 2.5',
    'fields.has blank key: field name "has blank" may only have letters, digits, _ and -',
    'fields.a_name_that_is_far_too_long key: field name "a_name_that_is_far_too_long" is longer than the 19 characters that RRD files allow',
    'fields.b.type value: "type" must be one of GAUGE, COUNTER, DERIVE, ABSOLUTE, DCOUNTER, DDERIVE, not "gauge" — did you mean "GAUGE"?',
    'fields.b.max value: "max" 5 must be greater than "min" 5',
    'fields.b.heartbeat value: "heartbeat" must be whole seconds such as 10 or 2m, not 0',
    'fields.c.form key: unknown key "form" in field "c" — did you mean "from"?',
    "fields.c.from value: expected a key, an index or ( … ) in path",
    'fields.d value: field "d" must be a mapping of options, not 3',
    'archives.0.cf value: "cf" must be one of AVERAGE, MIN, MAX, LAST, not "AVG"',
    'archives.0 key: an archive needs "keep": how long its rows are kept, for example 5d',
    'archives.1 value: an archive must be a mapping such as {cf: AVERAGE, every: 5s, keep: 5d}, not "x"',
    'each value: "each" must be a path in the result, not a number',
  ]);
});

test("A name that RRD files do not allow comes with what to write instead.", () => {
  const { reported } = check({ path: "x.rrd", fields: ["disk used in percent"] });
  expect(reported[0]?.notes).toEqual([
    `give it a shorter name and say where the value is: disk_used_in_percen: {from: '"disk used in percent"'}`,
  ]);
});

test.each([
  [{ path: "data/", fields: ["a"] }, '"path" must name a file, not a folder: "data/"'],
  [{ path: "..", fields: ["a"] }, '"path" must name a file, not a folder: ".."'],
  [{ path: "x.png", fields: ["a"] }, '"path" is the RRD file, and "x.png" is no name for one'],
  [{ path: 5, fields: ["a"] }, '"path" must be the name of the RRD file, not 5'],
  [
    { path: "x-{{key}}.rrd", fields: ["a"] },
    '{{key}} in "path" needs "each": where in the result the entries are',
  ],
  [
    { path: "x.rrd", fields: ["a"], each: "disks" },
    '"path" needs {{key}} in it, because "each" makes one file per entry',
  ],
  [{ path: "x.rrd" }, '"timeseries collect" needs "fields": the names of the values to store'],
  [{ path: "x.rrd", fields: [] }, '"fields" must name at least one field'],
  [{ path: "x.rrd", fields: ["a", "a"] }, 'field "a" is listed twice'],
  [{ path: "x.rrd", fields: ["a"], interval: 0 }, '"interval" must be whole seconds, at least 1, not 0'],
  [{ path: "x.rrd", fields: ["a"], interval: "1e9d" }, '"interval" must be at most 10 years, not "1e9d"'],
  [
    { path: "x.rrd", fields: ["a"], archives: [] },
    '"archives" must be a list of archives, not an empty list',
  ],
  [
    { path: "x.rrd", fields: ["a"], archives: [{ every: "7s", keep: "1d" }] },
    '"every" 7s is not a multiple of the interval, 5s',
  ],
  [
    { path: "x.rrd", fields: ["a"], archives: [{ every: "5s", keep: "100000000y" }] },
    "these archives would take 4.49 PiB; a file may have at most 1 GiB",
  ],
  [
    { path: "x.rrd", fields: ["random"], graph: { path: "x.png", fields: ["rendom"] } },
    'unknown field "rendom" — did you mean "random"?',
  ],
  [
    { path: "x-{{key}}.rrd", fields: ["a"], each: "disks", graph: { path: "x.png" } },
    '"path" needs {{key}} in it, because "each" draws one picture per entry',
  ],
])("%j: one clear error.", (value, message) => {
  const { definition, reported } = check(value);
  expect(definition).toBeUndefined();
  expect(reported.map((one) => one.message)).toEqual([message]);
});

test("Without an interval of the step or its own, there is an error that names both ways.", () => {
  const { reported } = check({ path: "x.rrd", fields: ["a"] }, { stepInterval: undefined });
  expect(reported[0]?.message).toBe(
    '"timeseries collect" needs "interval": seconds per row, because the step has no interval of its own (cache: SECONDS)',
  );
});

test("A step quicker than a second fills rows of one second; one slower than its rows lengthens the heartbeat.", () => {
  const quick = check({ path: "x.rrd", fields: ["a"] }, { stepInterval: 0.2 }).definition as CheckedCollect;
  expect([quick.interval, quick.snap]).toEqual([1, undefined]);
  const slow = check({ path: "x.rrd", fields: ["a"], interval: 5 }, { stepInterval: 60 });
  expect((slow.definition as CheckedCollect).fields[0]?.source.heartbeat).toBe(120);
  expect(slow.reported).toEqual([]);
});

test("A heartbeat shorter than the step's interval is warned about.", () => {
  const { definition, reported } = check(
    { path: "x.rrd", fields: { a: { heartbeat: 10 } } },
    { stepInterval: 60 },
  );
  expect(definition).toBeDefined();
  expect(reported).toMatchObject([{ code: "short-heartbeat", severity: "warning" }]);
});

test("Without an interval of the step a heartbeat shorter than a row is warned about.", () => {
  const value = { path: "x.rrd", interval: 5, fields: { a: { heartbeat: 1 }, b: { heartbeat: 5 } } };
  const { definition, reported } = check(value, { stepInterval: undefined });
  expect(definition).toBeDefined();
  const message =
    '"heartbeat" of field "a" (1s) is shorter than the interval (5s): every value would be unknown';
  expect(reported).toMatchObject([{ message, notes: ["write heartbeat: 10, or leave it out"] }]);
  expect(reported).toMatchObject([{ code: "short-heartbeat", severity: "warning" }]);
  // Values that come quicker than rows keep it alive.
  expect(check(value, { stepInterval: 1 }).reported).toEqual([]);
});

test("A forecast from archives that the block's own file will not have is warned of.", () => {
  const graph = { path: "a.png", forecast: { of: "a", from: "archives" } };
  const value = { path: "not-there.rrd", fields: ["a"], graph };
  const warning = { code: "no-forecast-archives", severity: "warning", at: "graph key" };
  expect(check(value).reported).toMatchObject([warning]);
  expect(check({ ...value, graph: { path: "a.png", forecast: "a" } }).reported).toEqual([]);
  expect(check({ ...value, adopt: true }).reported).toEqual([]);
  // A file that is there may have them, and loses them to archives of the block.
  const there = { ...value, path: "parse.test.ts" };
  expect(check(there, { dir: import.meta.dirname }).reported).toEqual([]);
  const archives = [{ every: 5, keep: 60 }];
  expect(check({ ...there, archives }, { dir: import.meta.dirname }).reported).toMatchObject([warning]);
});
