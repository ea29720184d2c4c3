import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Reference } from "../../crash/reference.ts";
import { definitionOf, START, updateOf } from "../../crash/subject.ts";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd } from "../../src/rrd/index.ts";

const command = new URL("../../crash/run.ts", import.meta.url).pathname;
const crash = (...words: string[]) =>
  spawnSync(process.execPath, [command, ...words], { encoding: "utf8", timeout: 110_000 });

test("After 20 kills every file is readable, nothing told to be stored is lost, and the bytes are those of a replay.", {
  timeout: 120_000,
}, () => {
  const { status, stdout, stderr } = crash("--kills", "20", "--files", "12", "--seed", "7", "--json");
  expect(stderr).toBe("");
  const told = JSON.parse(stdout) as { variants: { accepted: number; lost: number; faults: string[] }[] };
  expect(told.variants.flatMap(({ faults }) => faults)).toEqual([]);
  expect(told.variants.map(({ lost }) => lost)).toEqual([0, 0, 0]);
  for (const { accepted } of told.variants) expect(accepted).toBeGreaterThan(0);
  expect(status).toBe(0);
});

test("A wrong command line is refused.", () => {
  for (const words of [["--kills", "0"], ["--only", "nothing"], ["--bogus"]])
    expect(crash(...words)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringMatching(/./) });
});

describe("what a killed process leaves", () => {
  let folder: string;
  let path: string;
  let reference: Reference;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "crash-"));
    path = join(folder, "a.rrd");
    unwrap(createRrd(path, definitionOf(0), { durable: false }));
    reference = new Reference(path, folder, "reference.rrd");
    const updates = [1, 2, 3].map((second) => updateOf(0, second));
    store(path, updates);
    reference.replay(updates);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function store(file: string, updates: readonly string[]): void {
    const rrd = unwrap(openRrd(file, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
    unwrap(rrd.updateArguments(updates));
    rrd.close();
  }

  const difference = () => reference.difference(path, updateOf(0, 4));

  test("may be whole updates", () => expect(difference()).toBeUndefined());

  test("may be rows of the next update without its header", () => {
    const next = join(folder, "next.rrd");
    copyFileSync(path, next);
    store(next, [updateOf(0, 4)]);
    const bytes = readFileSync(next);
    readFileSync(path).copy(bytes, 0, 0, unwrap(openRrd(path, { mode: "read" })).info().headerSize);
    writeFileSync(path, bytes);
    expect(difference()).toBeUndefined();
  });

  test("may not be half a header, or a row of no update", () => {
    const bytes = readFileSync(path);
    const header = Buffer.from(bytes);
    header.writeBigUInt64LE(BigInt(START + 4), 128 + 2 * 120 + 3 * 120);
    writeFileSync(path, header);
    expect(difference()).toMatch(/of the header \(of \d+\) is not what a replay gives$/);
    bytes.writeDoubleLE(0.25, bytes.length - 8);
    writeFileSync(path, bytes);
    expect(difference()).toMatch(/in the rows, belongs to no update$/);
  });

  test("of unknown samples may be any rows that were due, and no others", () => {
    const until = (second: number) => reference.differenceUntil(path, START + second);
    expect(until(3)).toBeUndefined();
    const rrd = unwrap(openRrd(path, { mode: "read" }));
    const { headerSize, dataSources, archives } = rrd.info();
    rrd.close();
    const { currentRow = 0, rows = 1 } = archives[0] ?? {};
    const rowAhead = (count: number) => headerSize + ((currentRow + count) % rows) * dataSources.length * 8;
    const bytes = readFileSync(path);
    bytes.writeDoubleLE(0.25, rowAhead(2));
    writeFileSync(path, bytes);
    expect(until(5)).toBeUndefined();
    expect(until(4)).toMatch(/in the rows, belongs to no update$/);
    bytes.writeDoubleLE(0.25, rowAhead(0));
    writeFileSync(path, bytes);
    expect(until(5)).toMatch(/in the rows, belongs to no update$/);
  });
});
