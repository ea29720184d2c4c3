import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identityText, ownIdentity } from "../../src/base/index.ts";
import { procblock } from "./in-process.ts";

let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "procblock-locked-"));
  await run("create a.rrd -b 1000000000 -s 10 DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5");
  await run("create resize.rrd -b 1000000000 -s 10 DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5");
  await run("dump a.rrd a.xml");
});
afterEach(() => rmSync(dir, { recursive: true }));

function run(line: string, input = "") {
  return procblock(["rrd", ...line.split(" ")], { cwd: dir, input });
}

/** As a block or a daemon that runs would leave it; our parent is one that runs for sure. */
function lockedByParent(name: string): void {
  const started = readFileSync(`/proc/${process.ppid}/stat`, "latin1").split(") ")[1]?.split(" ")[19] ?? "";
  const text = identityText({ ...ownIdentity(), pid: process.ppid, started });
  writeFileSync(join(dir, `.${name}.lock`), text);
}

describe("procblock rrd, for a file that another process writes to", () => {
  test.each([
    ["update a.rrd 1000000010:1", "a.rrd"],
    ["updatev a.rrd 1000000010:1", "a.rrd"],
    ["tune a.rrd -h a:99", "a.rrd"],
    ["tune a.rrd DS:b:GAUGE:60:U:U", "a.rrd"],
    ["create a.rrd DS:b:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5", "a.rrd"],
    ["restore -f a.xml a.rrd", "a.rrd"],
    ["resize a.rrd 0 GROW 5", "resize.rrd"],
  ])("refuses `%s`, names the process, and leaves the file as it is", async (line, name) => {
    const before = readFileSync(join(dir, name));
    lockedByParent(name);
    const told = await run(line);
    expect(told.code).toBe(1);
    expect(told.stderr).toBe(
      `ERROR: '${name}' is written by process ${process.ppid}: an RRD file can have only one writer: stop that process, or let this one write to another file\n`,
    );
    expect(readFileSync(join(dir, name)).equals(before)).toBe(true);
  });

  test.each(["info a.rrd", "fetch a.rrd AVERAGE", "last a.rrd", "dump a.rrd", "resize resize.rrd 0 GROW 5"])(
    "obeys `%s`, which does not write there",
    async (line) => {
      lockedByParent("a.rrd");
      expect((await run(line)).stderr).not.toContain("is written by");
    },
  );

  test("refuses the update in a session, too, and the others go on", async () => {
    lockedByParent("a.rrd");
    const told = await run("-", "update a.rrd 1000000010:1\nupdate resize.rrd 1000000010:1\n");
    expect(told.stdout).toMatch(/^ERROR: 'a\.rrd' is written by process \d+: .*\nOK /);
  });
});

test("The locks of a session are gone at its end, and two names of a file are not in each other's way.", async () => {
  symlinkSync("a.rrd", join(dir, "b.rrd"));
  const told = await run("-", "update a.rrd 1000000010:1\nupdate b.rrd 1000000020:1\ntune a.rrd -h a:9\n");
  expect(told.stdout).toMatch(/^OK .*\nOK .*\nOK .*\n$/);
  expect(readdirSync(dir).filter((name) => name.endsWith(".lock"))).toEqual([]);
});

test("A lock that an ended process left keeps nobody from writing.", async () => {
  const { pid } = spawnSync("true");
  writeFileSync(join(dir, ".a.rrd.lock"), identityText({ ...ownIdentity(), pid }));
  expect((await run("update a.rrd 1000000010:1")).code).toBe(0);
});

test("A session ends when nobody reads what it says.", () => {
  const bin = new URL("../../src/cli/bin.ts", import.meta.url).pathname;
  const command = `yes 'last a.rrd' | "$0" "$1" rrd - | head -1`;
  const ended = spawnSync("sh", ["-c", command, process.execPath, bin], {
    cwd: dir,
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(ended).toMatchObject({ stdout: "1000000000\n", signal: null });
});
