import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import {
  addDataSources,
  createRrd,
  nodeStorage,
  openRrd,
  type RrdDefinition,
  type RrdFile,
} from "../../src/rrd/index.ts";
import { type Fault, FaultyStorage } from "./faulty-storage.ts";

const START = 1_600_000_000;
const definition: RrdDefinition = {
  step: 10,
  start: START,
  dataSources: [
    { name: "a", type: "GAUGE", heartbeat: 600 },
    { name: "b", type: "COUNTER", heartbeat: 600 },
  ],
  archives: [
    { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 8 },
    { cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 4 },
  ],
};
const startRows = [3, 1];
const everything = [
  "open",
  "createBeside",
  "rename",
  "link",
  "unlink",
  "stat",
  "syncDirectory",
  "read",
  "write",
  "sync",
  "status",
  "setMode",
  "close",
] as const;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rrd-faults-"));
  path = join(folder, "a.rrd");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Plays `run` with a fault at its first call, its second … until it runs through without one. */
function sweep(fault: Omit<Fault, "nth">, run: (storage: FaultyStorage, nth: number) => void): number {
  for (let nth = 1; ; nth++) {
    const storage = new FaultyStorage(nodeStorage, { ...fault, nth });
    run(storage, nth);
    if (storage.count < nth) return nth - 1;
    if (nth > 500) throw new Error("the sweep does not end");
  }
}

function open(storage = nodeStorage as ConstructorParameters<typeof FaultyStorage>[0]): RrdFile {
  return unwrap(openRrd(path, { mode: "write", storage, farthestAhead: Number.POSITIVE_INFINITY }));
}

function replay(updates: readonly string[]): Buffer {
  const rrd = open();
  unwrap(rrd.updateArguments(updates));
  rrd.close();
  return readFileSync(path);
}

describe.each(["once", "forever"] as const)("a call that fails %s", (lasting) => {
  test("while a file is created leaves a whole file or none", () => {
    const swept = sweep({ calls: everything, lasting, kind: { error: "EIO" } }, (storage) => {
      const result = createRrd(path, definition, { storage, startRows });
      const left = readdirSync(folder);
      if (result.ok) {
        expect(unwrap(openRrd(path, { mode: "read" })).names).toEqual(["a", "b"]);
        expect(left.length).toBe(
          1 + result.warnings.filter(({ message }) => message.includes("second")).length,
        );
      } else {
        expect(result.problems[0]?.message).toMatch(
          new RegExp(`^cannot create "${path}": \\w+ failed with EIO$`),
        );
        // Where nothing can be removed any more, the problem names what is left.
        if (left.length > 0) expect(result.problems[0]?.notes?.join()).toContain(left[0]);
        expect(left).not.toContain("a.rrd");
      }
      for (const name of left) rmSync(join(folder, name));
    });
    expect(swept).toBeGreaterThan(8);
  });

  test("while a file is replaced leaves the old or the new one", () => {
    unwrap(createRrd(path, definition, { startRows }));
    const old = readFileSync(path);
    sweep({ calls: everything, lasting, kind: { error: "ENOSPC" } }, (storage) => {
      const result = createRrd(
        path,
        { ...definition, start: START + 5 },
        { storage, startRows, overwrite: true },
      );
      const now = readFileSync(path);
      expect(now.equals(old)).toBe(!result.ok);
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      unwrap(createRrd(path, definition, { startRows }));
    });
  });

  test("while data sources are added leaves the old or the new file under its name", () => {
    unwrap(createRrd(path, definition, { startRows }));
    const old = readFileSync(path);
    sweep({ calls: everything, lasting, kind: { error: "ENOSPC" } }, (storage) => {
      const result = addDataSources(path, [{ name: "c", type: "GAUGE", heartbeat: 60 }], { storage });
      const now = readFileSync(path);
      if (result.ok) expect(readFileSync(result.value.savedAs ?? "").equals(old)).toBe(true);
      expect(now.equals(old)).toBe(!result.ok);
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      unwrap(createRrd(path, definition, { startRows }));
    });
  });
});

describe("an update of which a write fails", () => {
  const before = ["1600000004:1:5", "1600000013:2:9"];
  // Crosses several steps: rows in both archives, going round, then the header.
  const update = "1600000098:7:200";
  let old: Buffer;
  let next: Buffer;
  beforeEach(() => {
    unwrap(createRrd(path, definition, { startRows }));
    old = replay(before);
    next = replay([update]);
  });

  test("once is taken back, and goes through after a reload", () => {
    const backup = join(folder, "backup");
    unwrap(createRrd(backup, definition, { startRows }));
    const swept = sweep(
      { calls: ["read", "write"], lasting: "once", kind: { error: "ENOSPC" } },
      (storage) => {
        rmSync(path);
        copyFileSync(backup, path);
        expect(replay(before).equals(old)).toBe(true);
        storage.count = 0;
        const opened = openRrd(path, { mode: "write", storage, farthestAhead: Number.POSITIVE_INFINITY });
        if (!opened.ok) {
          expect(opened.problems[0]?.message).toBe(`cannot read "${path}": read failed with ENOSPC`);
          return;
        }
        const rrd = opened.value;
        const result = rrd.updateArguments([update]);
        if (result.ok) expect(readFileSync(path).equals(next)).toBe(true);
        else {
          expect(readFileSync(path).equals(old)).toBe(true);
          expect(result.problems[0]).toMatchObject({
            code: "rrd-storage",
            message: expect.stringMatching(/^cannot write "\S+\/a.rrd": (read|write) failed with ENOSPC$/),
            notes: [
              "no space is left on the file system",
              "the update was taken back; the file is as it was before",
              "nothing more is written to the file until it is reloaded",
            ],
          });
          expect(rrd.updateArguments([update])).toMatchObject({ problems: [{ code: "rrd-failed" }] });
          expect(readFileSync(path).equals(old)).toBe(true);
          unwrap(rrd.reload());
          expect(unwrap(rrd.updateArguments([update]))).toBe(1);
          expect(readFileSync(path).equals(next)).toBe(true);
        }
        rrd.close();
      },
    );
    expect(swept).toBeGreaterThan(6);
  });

  test("forever leaves the old header, and at most rows in place of the oldest ones", () => {
    const backup = join(folder, "backup");
    unwrap(createRrd(backup, definition, { startRows }));
    sweep({ calls: ["write"], lasting: "forever", kind: { error: "EIO" } }, (storage) => {
      rmSync(path);
      copyFileSync(backup, path);
      replay(before);
      storage.count = 0;
      const rrd = open(storage);
      const result = rrd.updateArguments([update]);
      rrd.close();
      const now = readFileSync(path);
      const headerSize = rrd.info().headerSize;
      if (result.ok) expect(now.equals(next)).toBe(true);
      else {
        expect(now.subarray(0, headerSize).equals(old.subarray(0, headerSize))).toBe(true);
        const reader = unwrap(openRrd(path, { mode: "read" }));
        expect(reader.lastUpdate).toBe(1_600_000_013);
        reader.close();
      }
    });
  });

  test.each(["once", "forever"] as const)("short (one byte at a time, %s) completes", (lasting) => {
    const backup = join(folder, "backup");
    unwrap(createRrd(backup, definition, { startRows }));
    for (const nth of [1, 2, 3, 4]) {
      rmSync(path);
      copyFileSync(backup, path);
      const storage = new FaultyStorage(nodeStorage, {
        nth,
        calls: ["write", "read"],
        lasting,
        kind: "short",
      });
      const rrd = open(storage);
      expect(unwrap(rrd.updateArguments([...before, update]))).toBe(3);
      rrd.close();
      expect(readFileSync(path).equals(next)).toBe(true);
    }
  });
});

test("a failed sync marks the file failed and is not repeated", () => {
  unwrap(createRrd(path, definition));
  const storage = new FaultyStorage(nodeStorage, {
    nth: 1,
    calls: ["sync"],
    lasting: "once",
    kind: { error: "EIO" },
  });
  const rrd = open(storage);
  unwrap(rrd.update(START + 4, [1, 1]));
  expect(rrd.sync()).toMatchObject({
    problems: [{ code: "rrd-storage", message: `cannot sync "${path}": sync failed with EIO` }],
  });
  expect(rrd.sync()).toMatchObject({ problems: [{ code: "rrd-failed" }] });
  expect(rrd.update(START + 5, [1, 1])).toMatchObject({ problems: [{ code: "rrd-failed" }] });
  expect(storage.count).toBe(1);
  unwrap(rrd.reload());
  unwrap(rrd.update(START + 5, [1, 1]));
  unwrap(rrd.sync());
  rrd.close();
});
