import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { lockForWriting } from "../../src/run/index.ts";
import { encode, here, type Logical, targets } from "../rrd/foreign-files.ts";
import { procblock } from "./in-process.ts";

const file: Logical = {
  version: 3,
  step: 10,
  lastUpdate: 1_600_000_003,
  microseconds: 0,
  sources: [
    {
      name: "a",
      type: "GAUGE",
      parameters: [{ count: 60 }, Number.NaN, Number.NaN],
      lastReading: "7",
      scratch: [{ count: 0 }, 21],
    },
  ],
  archives: [
    {
      cf: "AVERAGE",
      pdpPerRow: 1,
      parameters: [0.5],
      states: [[Number.NaN, { count: 0 }, 0, 0, 0, 0, 0, 0, 3, 0]],
      currentRow: 1,
      rows: [[2], [3], [1]],
    },
  ],
};

const native = encode(file, here);
const arm = encode(file, targets["32-bit, little-endian (ARM)"] ?? here);
const power = encode(file, targets["32-bit, big-endian"] ?? here);

describe("procblock rrd convert", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "procblock-convert-"));
    mkdirSync(join(dir, "more/deep"), { recursive: true });
    writeFileSync(join(dir, "arm.rrd"), arm);
    writeFileSync(join(dir, "native.rrd"), native);
    writeFileSync(join(dir, "more/deep/power.rrd"), power);
    writeFileSync(join(dir, "more/own.rrd"), native);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const run = (line: string) => procblock(["rrd", "convert", ...line.split(" ")], { cwd: dir });
  const bytes = (name: string) => readFileSync(join(dir, name));

  test("replaces a file in place and keeps the old one beside it", async () => {
    expect(await run("arm.rrd")).toEqual({
      code: 0,
      stdout: "arm.rrd: 32-bit, little-endian (ARM); converted, the file as it was is arm.rrd.old\n",
      stderr: "",
    });
    expect(bytes("arm.rrd").equals(native)).toBe(true);
    expect(bytes("arm.rrd.old").equals(arm)).toBe(true);
    expect(readdirSync(dir).filter((name) => name.includes("lock"))).toEqual([]);
    expect((await run("arm.rrd")).stdout).toBe(
      "arm.rrd: written by a machine like this one; nothing to do\n",
    );
  });

  test("without a backup leaves nothing but the new file", async () => {
    const told = await run("--no-backup arm.rrd arm.rrd");
    expect(told).toMatchObject({ code: 0, stdout: "arm.rrd: 32-bit, little-endian (ARM); converted\n" });
    expect(existsSync(join(dir, "arm.rrd.old"))).toBe(false);
    expect(bytes("arm.rrd").equals(native)).toBe(true);
  });

  test("writes to another name, and replaces what is there only if told to", async () => {
    expect((await run("arm.rrd new.rrd")).stdout).toContain("converted to new.rrd");
    expect(bytes("new.rrd").equals(native)).toBe(true);
    expect(bytes("arm.rrd").equals(arm)).toBe(true);
    const refused = await run("arm.rrd new.rrd");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("creating 'new.rrd': File exists");
    expect((await run("-f arm.rrd new.rrd")).code).toBe(0);
  });

  test("takes several files, and whole directories", async () => {
    const told = await run("--json -i arm.rrd native.rrd -R more");
    expect(told.code).toBe(0);
    expect(
      told.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        file: "arm.rrd",
        machine: "32-bit, little-endian (ARM)",
        converted: true,
        to: "arm.rrd",
        savedAs: "arm.rrd.old",
      },
      { file: "native.rrd", machine: "native", converted: false },
      {
        file: "more/deep/power.rrd",
        machine: "32-bit, big-endian",
        converted: true,
        to: "more/deep/power.rrd",
        savedAs: "more/deep/power.rrd.old",
      },
      { file: "more/own.rrd", machine: "native", converted: false },
    ]);
    expect(bytes("more/deep/power.rrd").equals(native)).toBe(true);
  });

  test("only tells with --dry-run", async () => {
    expect((await run("-n arm.rrd")).stdout).toBe(
      "arm.rrd: 32-bit, little-endian (ARM); would be converted\n",
    );
    expect(bytes("arm.rrd").equals(arm)).toBe(true);
  });

  test("refuses a file that is being written, and does the others", async () => {
    const lock = unwrap(lockForWriting(join(dir, "arm.rrd"), { makeFolder: false }));
    const told = await run("-i arm.rrd more/deep/power.rrd");
    lock.release();
    expect(told.code).toBe(1);
    expect(told.stderr).toContain("arm.rrd' is already written by another part of this process");
    expect(bytes("arm.rrd").equals(arm)).toBe(true);
    expect(bytes("more/deep/power.rrd").equals(native)).toBe(true);
  });

  test("leaves a symbolic link a link", async () => {
    symlinkSync("arm.rrd", join(dir, "link.rrd"));
    expect((await run("link.rrd")).code).toBe(0);
    expect(lstatSync(join(dir, "link.rrd")).isSymbolicLink()).toBe(true);
    expect(bytes("arm.rrd").equals(native)).toBe(true);
  });

  test("says what is wrong with files and words", async () => {
    writeFileSync(join(dir, "text.rrd"), "text".repeat(100));
    expect(await run("text.rrd")).toMatchObject({ code: 1, stdout: "" });
    expect((await run("text.rrd")).stderr).toContain("'text.rrd' is not an RRD file");
    expect((await run("none.rrd")).stderr).toContain("opening 'none.rrd': No such file or directory");
    expect((await run("-R nowhere")).code).toBe(1);
    expect(await run("a b c")).toMatchObject({ code: 2, stdout: "" });
    expect(await run("--bogus a")).toMatchObject({ code: 2 });
    expect((await run("-f arm.rrd")).stderr).toContain("--overwrite is for OUT");
    expect((await run("--help")).stdout).toContain("procblock rrd convert IN [OUT]");
    expect((await procblock(["rrd", "help", "convert"])).stdout).toBe((await run("-h")).stdout);
  });
});
