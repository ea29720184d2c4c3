import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Result, unwrap } from "../../src/base/index.ts";
import {
  createFromArguments,
  createRrd,
  migrateRrd,
  nodeStorage,
  openRrd,
  type RrdDefinition,
  resizeRrd,
  type Storage,
} from "../../src/rrd/index.ts";

const START = 1_600_000_000;
const SOURCES = 60;
const definition = (sources: number): RrdDefinition => ({
  step: 1,
  start: START,
  dataSources: Array.from(
    { length: sources },
    (_, k) => ({ name: `s${k}`, type: "GAUGE", heartbeat: 10 }) as const,
  ),
  archives: [
    { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 20 },
    { cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 10 },
  ],
});
const LIVE = 128 + 120 * SOURCES + 120 * 2;

let folder: string;
let path: string;
let guard: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "guard-"));
  path = join(folder, "a.rrd");
  guard = join(folder, ".a.rrd.header");
  unwrap(createRrd(path, definition(SOURCES)));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (storage: Storage = nodeStorage) =>
  unwrap(openRrd(path, { mode: "write", storage, farthestAhead: Number.POSITIVE_INFINITY }));

function update(second: number): void {
  const rrd = open();
  unwrap(
    rrd.update(
      START + second,
      Array.from({ length: SOURCES }, (_, k) => second * k),
    ),
  );
  rrd.close();
}

/** What a process leaves that was killed when `written` bytes of the header's changing part were there. */
function killedAt(written: number): { before: Buffer; after: Buffer } {
  update(1);
  const before = readFileSync(path);
  copyFileSync(path, join(folder, "spare"));
  const rrd = open();
  unwrap(
    rrd.update(
      START + 2,
      Array.from({ length: SOURCES }, (_, k) => 2 * k),
    ),
  );
  const announced = readFileSync(guard);
  rrd.close();
  const after = readFileSync(path);
  const size = rrd.info().headerSize;
  const torn = Buffer.concat([
    after.subarray(0, LIVE + written),
    before.subarray(LIVE + written, size),
    after.subarray(size),
  ]);
  writeFileSync(path, torn);
  writeFileSync(guard, announced);
  return { before, after };
}

describe("a header of several pages that a kill has cut off", () => {
  test.each([8, 16, 1000, 4096, 12_000])(
    "after %i bytes is completed by who opens the file for writing next",
    (written) => {
      const { after } = killedAt(written);
      expect(readFileSync(path).equals(after)).toBe(false);
      open().close();
      expect(readFileSync(path).equals(after)).toBe(true);
      expect(existsSync(guard)).toBe(false);
    },
  );

  test("is left alone by who only reads", () => {
    killedAt(4096);
    const torn = readFileSync(path);
    unwrap(openRrd(path, { mode: "read" })).close();
    expect(readFileSync(path).equals(torn)).toBe(true);
    expect(existsSync(guard)).toBe(true);
  });

  test("before its first byte is what it was: the update had not begun to count", () => {
    killedAt(0);
    open().close();
    const rrd = open();
    expect(rrd.lastUpdate).toBe(START + 1);
    rrd.close();
  });
});

describe("a copy that is not this header's is taken away without being used", () => {
  test("because it is cut off or damaged itself", () => {
    killedAt(4096);
    const torn = readFileSync(path);
    const announced = readFileSync(guard);
    for (const damage of [
      announced.subarray(0, 5000),
      Buffer.alloc(0),
      Buffer.from(announced).fill(7, 9000, 9001),
    ]) {
      writeFileSync(guard, damage);
      open().close();
      expect(readFileSync(path).equals(torn)).toBe(true);
      expect(existsSync(guard)).toBe(false);
    }
  });

  test("because the file is another one by now", () => {
    killedAt(4096);
    const announced = readFileSync(guard);
    rmSync(path);
    unwrap(createRrd(path, { ...definition(SOURCES), start: START + 2 }));
    const fresh = readFileSync(path);
    writeFileSync(guard, announced);
    // Even if it got the same number from the file system, it is older or newer by a field.
    writeFileSync(
      guard,
      Buffer.concat([announced.subarray(0, 24), Buffer.alloc(40, "9"), announced.subarray(64)]),
    );
    open().close();
    expect(readFileSync(path).equals(fresh)).toBe(true);
    expect(existsSync(guard)).toBe(false);
  });
});

test("nothing is kept beside a file whose header lies within a page, nor after closing, nor where it cannot be", () => {
  update(1);
  expect(readdirSync(folder)).toEqual(["a.rrd"]);
  rmSync(path);
  unwrap(createRrd(path, definition(2)));
  const small = open();
  unwrap(small.update(START + 1, [1, 2]));
  expect(readdirSync(folder)).toEqual(["a.rrd"]);
  small.close();
  rmSync(path);
  unwrap(createRrd(path, definition(SOURCES)));
  const full: Storage = {
    ...nodeStorage,
    openOrCreate: () => {
      throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    },
  };
  const rrd = open(full);
  for (const second of [1, 2])
    unwrap(
      rrd.update(
        START + second,
        Array.from({ length: SOURCES }, () => second),
      ),
    );
  rrd.close();
  expect(readdirSync(folder)).toEqual(["a.rrd"]);
});

/** Without the place of the newest row, which is random in new files. */
function contentOf(name: string) {
  const rrd = unwrap(openRrd(join(folder, name), { mode: "read" }));
  const { dataSources, archives, lastUpdate } = rrd.info();
  const rows = archives.map(({ cf }) => unwrap(rrd.fetch({ cf, start: START - 10, end: START + 10 })));
  rrd.close();
  return { dataSources, states: archives.map(({ consolidation }) => consolidation), lastUpdate, rows };
}

describe("What makes another file of one whose header is cut off", () => {
  const copies: [string, (to: string) => Result<unknown>][] = [
    [
      "migrate",
      (to) => migrateRrd(path, { archives: [{ cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 20 }] }, { to }),
    ],
    ["resize", (to) => resizeRrd(path, to, { archive: 0, rows: 5 })],
    [
      "create --source",
      (to) =>
        createFromArguments(
          to,
          ["-s", "1", "-r", "a.rrd", "DS:s0:GAUGE:10:U:U", "DS:s59:GAUGE:10:U:U", "RRA:AVERAGE:0.5:1:20"],
          { now: START + 9, name: "x", resolve: (name) => join(folder, name) },
        ),
    ],
  ];
  test.each(copies)("%s: makes the same of it as of the whole one", (_, copy) => {
    const { after } = killedAt(4000);
    const torn = readFileSync(path);
    expect(torn.equals(after)).toBe(false);
    unwrap(copy(join(folder, "of-torn.rrd")));
    // A copy leaves the file, and who writes to it, alone.
    expect(readFileSync(path).equals(torn)).toBe(true);
    expect(existsSync(guard)).toBe(true);
    open().close();
    expect(readFileSync(path).equals(after)).toBe(true);
    unwrap(copy(join(folder, "of-whole.rrd")));
    expect(contentOf("of-torn.rrd")).toEqual(contentOf("of-whole.rrd"));
  });
});
