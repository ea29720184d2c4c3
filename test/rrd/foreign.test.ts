import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { convertRrd, dumpRrd, migrateRrd, openRrd } from "../../src/rrd/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { encode, here, type Logical, type Slot, targets } from "./foreign-files.ts";

let folder: string;
const zone = process.env.TZ;
beforeAll(() => {
  // Dumps tell local times.
  process.env.TZ = "UTC";
  folder = mkdtempSync(join(tmpdir(), "rrd-foreign-"));
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  rmSync(folder, { recursive: true });
});

const unknown = Number.NaN;
const count = (value: number) => ({ count: value });
const table = (rows: number, columns: number) =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => (row === 3 ? unknown : row * 1.1 + column / 3)),
  );
const plainState = (value: number, unknownPoints: number): Slot[] => [
  value,
  count(unknownPoints),
  { raw: [] },
  { raw: [] },
  { raw: [] },
  { raw: [] },
  { raw: [] },
  { raw: [] },
  0.75,
  0.5,
];

function example(version: number): Logical {
  return {
    version,
    step: 10,
    lastUpdate: 1_600_000_047,
    microseconds: version < 3 ? 0 : 250_000,
    sources: [
      {
        name: "in",
        type: "GAUGE",
        parameters: [count(60), -5, unknown],
        lastReading: "12.5",
        scratch: [count(3), 87.5],
      },
      {
        name: "double",
        type: "COMPUTE",
        // in,2,*: variable 0, number 2, times, end.
        parameters: [
          [{ node: [1, 0] }, { node: [0, 2] }],
          [{ node: [11, 0] }, { node: [32, 0] }],
        ],
        lastReading: "U",
        scratch: [count(7), unknown],
      },
    ],
    archives: [
      {
        cf: "AVERAGE",
        pdpPerRow: 2,
        parameters: [0.5],
        states: [plainState(25, 1), plainState(unknown, 0)],
        currentRow: 4,
        rows: table(7, 2),
      },
      {
        cf: "HWPREDICT",
        pdpPerRow: 1,
        parameters: [0, 0.1, 0.0035, count(2), 5],
        states: [0, 1].map(() => [0, 0, 1.5, 1.25, 0.5, 0.25, count(3), count(2), 9, 8]),
        currentRow: 0,
        rows: table(6, 2),
      },
      {
        cf: "SEASONAL",
        pdpPerRow: 1,
        parameters: [0, 0.1, 0.25, count(1), count(4)],
        states: [0, 1].map(() => [0, 0, -1.5, 2.5, 0, 0, count(4), 0, 9, 8]),
        currentRow: 1,
        rows: table(5, 2),
      },
      {
        cf: "DEVSEASONAL",
        pdpPerRow: 1,
        parameters: [0, 0.1, 0.05, count(1), count(3)],
        states: [0, 1].map(() => [0, 0, 0.5, 0.125, 0, 0, count(2), 0, 9, 8]),
        currentRow: 2,
        rows: table(5, 2),
      },
      {
        cf: "FAILURES",
        pdpPerRow: 1,
        parameters: [0, 2, 2.5, count(3), count(9), count(7)],
        states: [0, 1].map(() => [{ raw: [1, 0, 0, 1, 1, 0, 1, 0] }, { raw: [1] }, 0, 0, 0, 0, 0, 0, 1, 0]),
        currentRow: 3,
        rows: table(4, 2),
      },
    ],
  };
}

describe("the files the tests make", () => {
  // One data source and two archives without anything special, counted by hand from C's structures.
  const small: Logical = {
    ...example(3),
    sources: example(3).sources.slice(0, 1),
    archives: [8, 4].map((rows, index) => ({
      cf: "MAX",
      pdpPerRow: index + 1,
      parameters: [0.5],
      states: [plainState(1, 0)],
      currentRow: 2,
      rows: table(rows, 1),
    })),
  };

  test("of i386 have every field where its C structures have it", () => {
    const bytes = encode(small, targets["32-bit, little-endian (i386)"] ?? here);
    expect(bytes.readDoubleLE(12)).toBe(8.642135e130);
    expect([20, 24, 28].map((at) => bytes.readUInt32LE(at))).toEqual([1, 2, 10]);
    // The head takes 112 bytes, a data source 120, an archive 108.
    expect(bytes.toString("latin1", 112, 114)).toBe("in");
    expect(bytes.readUInt32LE(152)).toBe(60);
    expect(bytes.readDoubleLE(160)).toBe(-5);
    expect(bytes.toString("latin1", 232, 235)).toBe("MAX");
    expect([252, 256].map((at) => bytes.readUInt32LE(at))).toEqual([8, 1]);
    expect(bytes.readDoubleLE(260)).toBe(0.5);
    expect(bytes.toString("latin1", 340, 343)).toBe("MAX");
    expect([448, 452].map((at) => bytes.readUInt32LE(at))).toEqual([1_600_000_047, 250_000]);
    expect(bytes.toString("latin1", 456, 460)).toBe("12.5");
    expect(bytes.readUInt32LE(488)).toBe(3);
    expect(bytes.readDoubleLE(496)).toBe(87.5);
    expect(bytes.readDoubleLE(568)).toBe(1);
    expect([728, 732].map((at) => bytes.readUInt32LE(at))).toEqual([2, 2]);
    expect(bytes.readDoubleLE(736 + 8)).toBe(1.1);
    expect(bytes.length).toBe(736 + 12 * 8);
  });

  test("of big-endian 64-bit machines have every field where its C structures have it", () => {
    const bytes = encode(small, targets["64-bit, big-endian"] ?? here);
    expect(bytes.readDoubleBE(16)).toBe(8.642135e130);
    expect([24, 32, 40].map((at) => Number(bytes.readBigUInt64BE(at)))).toEqual([1, 2, 10]);
    expect(bytes.toString("latin1", 128, 130)).toBe("in");
    expect(Number(bytes.readBigUInt64BE(168))).toBe(60);
    expect(bytes.toString("latin1", 248, 251)).toBe("MAX");
    expect([272, 280].map((at) => Number(bytes.readBigUInt64BE(at)))).toEqual([8, 1]);
    expect(bytes.readDoubleBE(288)).toBe(0.5);
    expect([488, 496].map((at) => Number(bytes.readBigUInt64BE(at)))).toEqual([1_600_000_047, 250_000]);
    expect(bytes.toString("latin1", 504, 508)).toBe("12.5");
    expect(Number(bytes.readBigUInt64BE(536))).toBe(3);
    expect(bytes.readDoubleBE(616)).toBe(1);
    expect([776, 784].map((at) => Number(bytes.readBigUInt64BE(at)))).toEqual([2, 2]);
    expect(bytes.readDoubleBE(792 + 8)).toBe(1.1);
    expect(bytes.length).toBe(792 + 12 * 8);
  });
});

describe.each(Object.entries(targets))("a file of a %s machine", (name, target) => {
  const paths = (version: number) => {
    const foreign = join(folder, `foreign-${version}.rrd`);
    const native = join(folder, "native.rrd");
    writeFileSync(foreign, encode(example(version), target));
    writeFileSync(native, encode(example(version), here));
    return { foreign, native, converted: join(folder, "converted.rrd") };
  };

  test.each([1, 2, 3, 4, 5])("of version %d is converted, byte for byte", (version) => {
    const { foreign, native, converted } = paths(version);
    expect(unwrap(convertRrd(foreign, converted, { overwrite: true, durable: false }))).toEqual({
      machine: name,
    });
    expect(readFileSync(converted).toString("hex")).toBe(readFileSync(native).toString("hex"));
  });

  test.each([1, 3, 5])("of version %d is read as ours is", (version) => {
    const { foreign, native } = paths(version);
    const [theirs, ours] = [foreign, native].map((path) => unwrap(openRrd(path, { mode: "read" })));
    expect({ ...theirs?.info(), file: "" }).toEqual({ ...ours?.info(), file: "" });
    const request = { start: 1_599_999_900, end: 1_600_000_047 };
    for (const cf of ["AVERAGE", "HWPREDICT", "FAILURES"] as const)
      expect(theirs?.fetch({ cf, ...request })).toEqual(ours?.fetch({ cf, ...request }));
    unwrap(theirs?.reload() ?? { ok: false, problems: [] });
    theirs?.close();
    ours?.close();
    expect(dump(foreign)).toBe(dump(native));
  });

  test("takes no updates", () => {
    const opened = openRrd(paths(3).foreign, { mode: "write" });
    expect(opened.ok ? undefined : opened.problems[0]?.message).toBe(
      `"${paths(3).foreign}" was created on another architecture (${name}); it can be read, not updated`,
    );
  });

  test("may be damaged in any way: it is refused or gives data", () => {
    const bytes = encode(example(4), target);
    const path = join(folder, "damaged.rrd");
    for (let at = 0; at < bytes.length; at += 37) {
      const damaged = Buffer.from(bytes.subarray(0, at % 2 === 0 ? bytes.length : bytes.length - at));
      damaged[at] = (bytes[at] ?? 0) ^ 0xa5;
      writeFileSync(path, damaged);
      const opened = openRrd(path, { mode: "read" });
      if (!opened.ok) expect(opened.problems[0]?.code).toBe("rrd-damaged");
      else {
        opened.value.fetch({ cf: "AVERAGE", start: 1_599_999_900, end: 1_600_000_047 });
        opened.value.close();
      }
    }
  });
});

describe("a file of this machine", () => {
  test("is converted into itself", () => {
    const path = join(folder, "own.rrd");
    writeFileSync(path, encode(example(4), here));
    expect(unwrap(convertRrd(path, path, { overwrite: true, durable: false }))).toEqual({
      machine: undefined,
    });
    expect(readFileSync(path).equals(encode(example(4), here))).toBe(true);
    const refused = convertRrd(path, path);
    expect(refused.ok ? undefined : refused.problems[0]?.message).toBe(`creating '${path}': File exists`);
  });
});

describeWithRrdtool("rrdtool", () => {
  test("reads what was converted, and refuses what was not", () => {
    const foreign = join(folder, "sparc.rrd");
    const converted = join(folder, "sparc-here.rrd");
    writeFileSync(foreign, encode(example(4), targets["64-bit, big-endian"] ?? here));
    unwrap(convertRrd(foreign, converted, { overwrite: true }));
    expect(rrdtool(["info", foreign]).status).not.toBe(0);
    expect(rrdtool(["dump", converted]).stdout).toBe(dump(foreign));
  });
});

function dump(path: string): string {
  let text = "";
  unwrap(
    dumpRrd(path, {}, (piece) => {
      text += piece;
    }),
  );
  return text;
}

test.each(Object.entries(targets))("a migrated file of a %s machine is what it is of ours", (_, target) => {
  const path = join(folder, "there.rrd");
  const archives = [
    { cf: "AVERAGE", xff: 0.5, pdpPerRow: 2, rows: 7 },
    { cf: "MAX", xff: 0.5, pdpPerRow: 3, rows: 9 },
  ] as const;
  for (const version of [1, 3]) {
    const [theirs, ours] = [target, here].map((machine, index) => {
      const to = join(folder, `migrated${index}.rrd`);
      writeFileSync(path, encode(example(version), machine));
      unwrap(migrateRrd(path, { archives, step: 20 }, { to, overwrite: true, durable: false }));
      return readFileSync(to);
    });
    if (theirs === undefined || ours === undefined) throw new Error("not migrated");
    expect(theirs.equals(ours)).toBe(true);
    expect(ours.length).toBeGreaterThan(1000);
  }
});
