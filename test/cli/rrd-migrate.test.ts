import { spawn } from "node:child_process";
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
import { identityText, ownIdentity } from "../../src/base/index.ts";
import { InProcess, procblock } from "./in-process.ts";

let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "procblock-migrate-"));
  await rrd("create a.rrd -b 1000000000 -s 10 DS:a:GAUGE:20:U:U RRA:AVERAGE:0.5:1:6 RRA:MAX:0.5:3:4");
  await rrd(`update a.rrd ${[1, 2, 3, 4, 5, 6].map((value) => `10000000${value}0:${value}`).join(" ")}`);
});
afterEach(() => rmSync(dir, { recursive: true }));

const rrd = (line: string) => procblock(["rrd", ...line.split(" ")], { cwd: dir });

describe("procblock rrd migrate", () => {
  test("tells what is kept, per archive, and where the old file is", async () => {
    expect(await rrd("migrate --step 20 a.rrd")).toEqual({
      code: 0,
      stderr: "",
      stdout: `a.rrd: migrated, a step of 20s
     archive  row  keeps  known rows  from                  to                    made of
  0  AVERAGE  20s  1m     3 of 3      2001-09-09T01:46:40Z  2001-09-09T01:47:40Z  archive 0
  1  MAX      40s  2m     1 of 3      2001-09-09T01:46:40Z  2001-09-09T01:47:20Z  archives 0, 1
  as it was: a.rrd.old
`,
    });
    expect((await rrd("fetch a.rrd AVERAGE -s 1000000000 -e 1000000040")).stdout).toContain(
      "1000000020: 1.5000000000e+00\n1000000040: 3.5000000000e+00\n1000000060: 5.5000000000e+00\n",
    );
    expect(readdirSync(dir).sort()).toEqual(["a.rrd", "a.rrd.old"]);
  });

  test("a dry run tells it and changes nothing, several files at once", async () => {
    const before = readFileSync(join(dir, "a.rrd"));
    writeFileSync(join(dir, "b.rrd"), before);
    const told = await rrd("migrate -n a.rrd b.rrd RRA:AVERAGE:0.5:1:6 RRA:AVERAGE:0.5:2:1h");
    expect(told).toMatchObject({ code: 0, stderr: "" });
    expect(told.stdout).toMatch(
      /^a\.rrd: would be migrated, a step of 10s\n[\s\S]*^b\.rrd: would be migrated,/m,
    );
    expect(told.stdout).toContain("itself, bit for bit");
    expect(told.stdout).toContain(
      "  not kept: MAX from 2001-09-09T01:46:30Z to 2001-09-09T01:47:40Z, no archive reaches back\n",
    );
    expect(readdirSync(dir).sort()).toEqual(["a.rrd", "b.rrd"]);
    expect(readFileSync(join(dir, "a.rrd")).equals(before)).toBe(true);
  });

  test("--json is a line per file, and a file that fails is told and does not hold up the others", async () => {
    writeFileSync(join(dir, "b.rrd"), "no file of ours");
    const { code, stdout, stderr } = await rrd(
      "migrate --json --no-backup --add RRA:MIN:0.5:2:3 b.rrd none.rrd a.rrd",
    );
    expect(code).toBe(1);
    expect(stderr).toContain("error: 'b.rrd' is too small for an RRD file\n");
    expect(stderr).toContain("error: opening 'none.rrd': No such file or directory\n");
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { file: "b.rrd", ok: false, problem: "'b.rrd' is too small for an RRD file" },
      { file: "none.rrd", ok: false },
      {
        file: "a.rrd",
        ok: true,
        step: 10,
        archives: [
          { same: true },
          { same: true },
          { cf: "MIN", secondsPerRow: 20, rows: 3, same: false, known: 3, madeOf: [0] },
        ],
        savedAs: null,
      },
    ]);
    expect(readdirSync(dir).sort()).toEqual(["a.rrd", "b.rrd"]);
  });

  test("--to leaves the file, takes a folder for several, and replaces nothing unless asked", async () => {
    mkdirSync(join(dir, "new"));
    const before = readFileSync(join(dir, "a.rrd"));
    writeFileSync(join(dir, "b.rrd"), before);
    expect((await rrd("migrate --remove 1 --to new a.rrd b.rrd")).code).toBe(0);
    expect(readdirSync(join(dir, "new"))).toEqual(["a.rrd", "b.rrd"]);
    expect(readFileSync(join(dir, "a.rrd")).equals(before)).toBe(true);
    expect(await rrd("migrate --remove 1 --to b.rrd a.rrd")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("b.rrd': File exists"),
    });
    expect((await rrd("migrate --remove 1 --to b.rrd -f a.rrd")).code).toBe(0);
    expect(await rrd("migrate --remove 1 --to b.rrd a.rrd b.rrd")).toMatchObject({ code: 2 });
    expect(await rrd("migrate --remove 1 --to . -f a.rrd")).toMatchObject({
      code: 1,
      stderr: "error: --to names 'a.rrd' itself: without --to it is migrated in place\n",
    });
    expect(readFileSync(join(dir, "a.rrd")).equals(before)).toBe(true);
  });

  test("a heartbeat shorter than the step is warned of", async () => {
    const told = await rrd("migrate --heartbeat 5 a.rrd");
    expect(told.code).toBe(0);
    expect(told.stderr).toMatch(/^warning: a heartbeat of 5 s is shorter than the step of 'a\.rrd', 10 s: /);
    expect(told.stderr).toContain("--heartbeat 20 ");
    expect((await rrd("migrate --heartbeat 10 a.rrd")).stderr).toBe("");
  });

  test("a symbolic link goes on to name the file", async () => {
    symlinkSync("a.rrd", join(dir, "link.rrd"));
    expect((await rrd("migrate --step 20 link.rrd")).code).toBe(0);
    expect(lstatSync(join(dir, "link.rrd")).isSymbolicLink()).toBe(true);
    expect((await rrd("info a.rrd")).stdout).toContain("step = 20\n");
  });

  test("a file that a running process collects into is refused, with its pid", async () => {
    const other = spawn("sleep", ["60"]);
    try {
      const lock = join(dir, ".a.rrd.lock");
      // What another process leaves while it writes to the file.
      const identity = identityText({ ...ownIdentity(), pid: other.pid ?? 0, started: "-" });
      writeFileSync(lock, identity);
      const told = await rrd("migrate --step 20 a.rrd");
      expect(told).toMatchObject({ code: 1, stdout: "" });
      expect(told.stderr).toContain(
        `'a.rrd' is written by process ${other.pid}: an RRD file can have only one writer`,
      );
      await rrd("create b.rrd -b 1000000000 DS:a:GAUGE:20:U:U RRA:AVERAGE:0.5:1:6");
      const over = await rrd("migrate --step 20 --to a.rrd -f b.rrd");
      expect(over).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`is written by process ${other.pid}`),
      });
      expect(readFileSync(lock, "utf8")).toBe(identity);
    } finally {
      other.kill("SIGKILL");
    }
  });

  test("on a terminal it counts where the tables are not seen, and stops when it is asked to", async () => {
    writeFileSync(join(dir, "b.rrd"), readFileSync(join(dir, "a.rrd")));
    const words = ["rrd", "migrate", "--json", "--step", "20", "a.rrd", "b.rrd"];
    const counting = new InProcess(words, { cwd: dir, terminal: true });
    expect(await counting.run()).toMatchObject({ code: 0, stderr: "\r1 of 2 files\r2 of 2 files\n" });
    const stopped = new InProcess([...words.slice(0, 4), "30", "a.rrd", "b.rrd"], { cwd: dir });
    const ended = stopped.run();
    await stopped.until(() => stopped.stdout.includes("a.rrd"));
    stopped.signal("SIGINT");
    expect(await ended).toMatchObject({ code: 1, stderr: "stopped: 1 file is as before, from b.rrd on\n" });
    expect((await rrd("info b.rrd")).stdout).toContain("step = 20\n");
  });

  test.each([
    ["a.rrd", "nothing is to change: give --step, --heartbeat, RRA:…, --add or --remove"],
    ["--step 20", "no file is given"],
    ["--step 1.5 a.rrd", "--step takes whole seconds such as 10 or 5m, not 1.5"],
    ["--heartbeat x a.rrd", "--heartbeat takes whole seconds such as 10 or 5m, not x"],
    ["--remove x a.rrd", "--remove takes the number of an archive, from 0, not x"],
    ["--step 20 a.rrd RRA:AVERAGE:0.5:1", "Expected at least 4 arguments for RRA but got 3"],
    ["--add RRA:MAX:0.5:1:9 a.rrd RRA:AVERAGE:0.5:1:9", "RRA:… names all archives of the new file"],
    ["--step 20 a.rrd DS:x:GAUGE:20:U:U", "DS:x:GAUGE:20:U:U: data sources stay as they are"],
    ["--nonsense a.rrd", "invalid option -- 'nonsense'"],
    ["--step 20 --no-backup --to b.rrd a.rrd", "--no-backup: with --to the file stays anyway"],
    ["--step 20 -f a.rrd", "--overwrite is for --to"],
  ])("%s is wrong", async (line, message) => {
    const told = await rrd(`migrate ${line}`);
    expect(told).toMatchObject({ code: 2, stdout: "" });
    expect(told.stderr).toContain(`error: ${message}`);
    expect(told.stderr).toContain("Try: procblock rrd migrate --help\n");
    expect(existsSync(join(dir, "a.rrd.old"))).toBe(false);
  });

  test("what only the file shows to be wrong is a failure", async () => {
    expect(await rrd("migrate --remove 7 a.rrd")).toMatchObject({
      code: 1,
      stderr: "error: there is no archive 7: 'a.rrd' has 0 to 1\n",
    });
    expect(await rrd("migrate a.rrd RRA:AVERAGE:0.5:15s:1d")).toMatchObject({ code: 1 });
  });

  test("has its own help", async () => {
    const help = await rrd("migrate --help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(await rrd("help migrate")).toEqual(help);
    expect((await rrd("migrate")).code).toBe(2);
    expect((await rrd("help")).stdout).toContain("procblock rrd migrate …");
  });
});
