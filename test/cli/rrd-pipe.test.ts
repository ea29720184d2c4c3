import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { splitLine } from "../../src/cli/commands/rrd/split-line.ts";
import { describeWithRrdtool } from "../oracle.ts";
import { procblock } from "./in-process.ts";

describe("a line in pipe mode", () => {
  test("is split at blanks, but not inside quotes", () => {
    expect(splitLine(`  last  a.rrd\t 'b c' "d 'e'"f'g' `)).toEqual(["last", "a.rrd\t", "b c", "d 'e'fg"]);
  });

  test("may hold empty words, and backslashes that mean nothing", () => {
    expect(splitLine(`info "" '' a\\ b`)).toEqual(["info", "", "", "a\\", "b"]);
    expect(splitLine("   ")).toEqual([]);
  });

  test("must close its quotes", () => {
    expect(splitLine(`last "a.rrd`)).toBeUndefined();
    expect(splitLine(`last 'a"`)).toBeUndefined();
  });
});

describe("procblock rrd -", () => {
  let dir: string;
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = "UTC";
    dir = mkdtempSync(join(tmpdir(), "procblock-pipe-"));
  });
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    rmSync(dir, { recursive: true });
  });

  test("ends at quit, and at the end of its input, without a last line's end", async () => {
    const told = await procblock(["rrd", "-"], { cwd: dir, input: "pwd\nquit\npwd\n" });
    expect(told).toMatchObject({ code: 0, stderr: "" });
    expect(told.stdout).toMatch(
      new RegExp(`^${dir}\\nOK u:\\d+\\.\\d\\d s:\\d+\\.\\d\\d r:\\d+\\.\\d\\d\\n$`),
    );
    expect((await procblock(["rrd", "-"], { cwd: dir, input: "pwd" })).stdout).toMatch(/\nOK u:/);
    expect(await procblock(["rrd", "-"], { cwd: dir })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("explains itself when a line has one word or none", async () => {
    const told = await procblock(["rrd", "-"], { cwd: dir, input: "\nfetch\n" });
    expect(told.stdout.match(/^procblock rrd COMMAND/gm)).toHaveLength(2);
    expect(told.stdout.match(/^OK /gm)).toHaveLength(2);
  });

  test("starts in another directory if one is named", async () => {
    mkdirSync(join(dir, "there"));
    const told = await procblock(["rrd", "-", "there"], { cwd: dir, input: "pwd\n" });
    expect(told.stdout.split("\n")[0]).toBe(join(dir, "there"));
    expect(await procblock(["rrd", "-", "nowhere"], { cwd: dir })).toEqual({
      code: 2,
      stdout: "",
      stderr: "ERROR: chdir nowhere No such file or directory\n",
    });
  });

  test("warns of times that are not what they seem, on standard error", async () => {
    const told = await procblock(["rrd", "-"], { cwd: dir, input: "fetch a.rrd AVERAGE -s now-5m\n" });
    expect(told.stderr).toBe('warning: "5m" in "now-5m" is 5 months: write 5min or 5mon\n');
    expect(told.stdout).toBe("ERROR: opening 'a.rrd': No such file or directory\n");
  });
});

/** All that a session can say, but for the help texts, which are our own. */
const session = `
create a.rrd -b 1000000000 -s 10 DS:a:GAUGE:60:U:U RRA:LAST:0:1:3
last a.rrd
last none.rrd
"last" a.rrd
'last' 'a.rrd'
last "a.rrd
last 'a.rrd
last a".rrd"
last a\\.rrd
last "a\\".rrd"
info "a b.rrd"
info a\\ b.rrd
info ""
mkdir sub
mkdir sub
cd sub
ls
cd ..
cd
cd nowhere
cd a b
mkdir
mkdir x y
ls x
pwd x
cd a.rrd
create "a b.rrd" -b 1000000000 DS:x:GAUGE:60:U:U RRA:LAST:0:1:2
last "a b.rrd"
update a.rrd 1000000010:1
update a.rrd 1000000010:1
updatev a.rrd 1000000035:1
updatev a.rrd 1000000035:1
lastupdate a.rrd
fetch a.rrd LAST -s 1000000000 -e 1000000030
first a.rrd
last a.rrd\r
last a.rrd # comment
# comment
info none.rrd
LAST a.rrd
dump -n a.rrd
tune a.rrd -h a:700
resize a.rrd 0 GROW 2
quit now
quit
`.trim();

describeWithRrdtool("a session in pipe mode next to the real rrdtool", () => {
  let ours: string;
  let theirs: string;
  beforeEach(() => {
    ours = mkdtempSync(join(tmpdir(), "procblock-pipe-"));
    theirs = mkdtempSync(join(tmpdir(), "procblock-pipe-"));
  });

  test("answers every line alike", async () => {
    const answer = spawnSync("rrdtool", ["-"], {
      cwd: theirs,
      input: session,
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC", LC_ALL: "C" },
    });
    const told = await procblock(["rrd", "-"], { cwd: ours, input: session });
    const comparable = (text: string) => text.replace(/^OK u:\d+\.\d\d s:\d+\.\d\d r:\d+\.\d\d$/gm, "OK");
    expect(comparable(told.stdout).split("\n")).toEqual(comparable(answer.stdout).split("\n"));
    expect(told.code).toBe(answer.status);
    expect(told.stderr).toBe("");
    for (const folder of [ours, theirs]) rmSync(folder, { recursive: true });
  });
});
