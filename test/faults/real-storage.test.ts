/** Storage faults as the system really gives them; with made-up ones every call is swept in test/rrd/faults.test.ts. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Life } from "../../crash/life.ts";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd, type RrdDefinition } from "../../src/rrd/index.ts";
import { rrdtool } from "../oracle.ts";
import { describeOnSmallDisk, describeWithTool } from "./tools.ts";

const command = new URL("../../src/cli/bin.ts", import.meta.url).pathname;
const START = 1_600_000_000;

let folder: string;
let life: Life | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "real-faults-"));
});
afterEach(async () => {
  await life?.kill();
  life = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const definition = (rows: number, start = START): RrdDefinition => ({
  step: 1,
  start,
  dataSources: [{ name: "a", type: "GAUGE", heartbeat: 10 }],
  archives: [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows }],
});

function procblock(words: readonly string[], by: readonly string[] = [], cwd = folder) {
  const [program = "", ...rest] = [...by, process.execPath, command, ...words];
  const env = { ...process.env, TZ: "UTC", NO_COLOR: "1", UV_USE_IO_URING: "0" };
  return spawnSync(program, rest, { cwd, encoding: "utf8", env });
}

/** A block that stores `a`, five times a second, in x.rrd or in one file per entry. */
function collecting(options: string, value = "a: 5"): void {
  const text = `
__usage: {name: faults, longrunning: true}
run:
  - set: {${value}}
    cache: 0.2
    thread_id: values
    timeseries collect: {${options}, interval: 1}
`;
  writeFileSync(join(folder, "block.yaml"), text);
}

const happenings = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as { event?: string; msg: string });

describeOnSmallDisk(join(tmpdir(), "procblock-small-disk"), "a disk that is really full", () => {
  const disk = join(tmpdir(), "procblock-small-disk");
  beforeEach(() => {
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status).toBe(0);
  });
  afterEach(() => {
    spawnSync("umount", [disk]);
  });
  const fill = () => {
    const { stderr } = spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "filler")}`, "bs=1k"], {
      encoding: "utf8",
    });
    expect(stderr).toContain("No space left on device");
  };

  test("gets no file that is not whole, and one as soon as there is space", () => {
    const path = join(disk, "a.rrd");
    fill();
    expect(createRrd(path, definition(1000))).toMatchObject({
      problems: [
        {
          message: `cannot create "${path}": write failed with ENOSPC`,
          notes: ["no space is left on the file system"],
        },
      ],
    });
    expect(readdirSync(disk)).toEqual(["filler"]);
    rmSync(join(disk, "filler"));
    unwrap(createRrd(path, definition(1000)));
    expect(readdirSync(disk)).toEqual(["a.rrd"]);
  });

  test("never stops updates: their space was reserved when the file was made", () => {
    const path = join(disk, "a.rrd");
    unwrap(createRrd(path, definition(4000)));
    fill();
    const rrd = unwrap(openRrd(path, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
    for (let second = 1; second <= 9000; second++) unwrap(rrd.update(START + second, [second]));
    unwrap(rrd.sync());
    rrd.close();
    expect(rrdtool(["last", path]).stdout.trim()).toBe(String(START + 9000));
  });

  test("makes a block wait, which goes on by itself when there is space", async () => {
    collecting(`path: ${join(disk, "x.rrd")}, fields: [a], archives: [{every: 1, keep: 2000}]`);
    fill();
    life = new Life([command, "block.yaml", "--json", "--log-level", "debug"], folder);
    await life.until(() => life?.stderr.includes("store:failed") === true);
    expect(readdirSync(disk).filter((name) => name.endsWith(".rrd"))).toEqual([]);
    rmSync(join(disk, "filler"));
    await life.until(() => life?.stderr.includes("works again") === true);
    expect(await life.stop()).toBe(0);
    const told = happenings(life.stderr).filter(({ event }) => event === "store:failed");
    expect(told).toHaveLength(1);
    // It is locked all the same: its lock needs no room.
    expect(told[0]?.msg).toMatch(/cannot create ".*x\.rrd": write failed with ENOSPC$/);
    expect(life.stderr).toContain("no space is left on the file system");
    expect(rrdtool(["info", join(disk, "x.rrd")]).status).toBe(0);
  });
});

describeWithTool(["prlimit", "--fsize=4096", "true"], "limits of the process", () => {
  test("on the size of files is told, and ends nothing", async () => {
    collecting("path: x.rrd, fields: [a]");
    life = new Life([command, "block.yaml", "--json"], folder, ["prlimit", "--fsize=4096"]);
    await life.until(() => life?.stderr.includes("EFBIG") === true);
    // What waited could not be stored until the end.
    expect(await life.stop()).toBe(1);
    expect(life.stderr).toContain("the file would be larger than allowed");
    expect(readdirSync(folder)).toEqual(["block.yaml"]);
    expect(
      procblock(
        ["rrd", "create", "y.rrd", "DS:a:GAUGE:9:U:U", "RRA:LAST:0:1:9999"],
        ["prlimit", "--fsize=4096"],
      ),
    ).toMatchObject({ status: 1, stderr: "ERROR: Cannot create temporary file\n" });
    expect(readdirSync(folder)).toEqual(["block.yaml"]);
  });

  test("on open files: more of them than that are filled all the same", async () => {
    const entries = Array.from({ length: 50 }, (_, entry) => `e${entry}: ${entry}`).join(", ");
    collecting(
      'path: "f{{key}}.rrd", each: all, fields: [value], archives: [{every: 1, keep: 60}]',
      `all: {${entries}}`,
    );
    life = new Life([command, "block.yaml", "--json", "--log-level", "debug"], folder, [
      "prlimit",
      "--nofile=45",
    ]);
    const stored = () => new Set(life?.stderr.match(/[^/]*(?=\.rrd","stamp")/g)).size;
    await life.until(() => stored() >= 50);
    expect(await life.stop()).toBe(0);
    expect(life.stderr).not.toMatch(/EMFILE|"event":"(?:store:failed|sample:dropped)"/);
    const files = readdirSync(folder).filter((name) => name.endsWith(".rrd"));
    expect(files).toHaveLength(50);
    for (const name of files) unwrap(openRrd(join(folder, name), { mode: "read" })).close();
  });
});

describeWithTool(["strace", "-o", "/dev/null", "true"], "calls that the system lets fail", () => {
  const inject = (what: string, ...more: string[]) => [
    ...["strace", "-f", "--seccomp-bpf", "-qq", "-o", join(folder, "calls")],
    ...["-e", `trace=${what.split(":")[0]}`, "-e", `inject=${what}`, ...more],
  ];
  const calls = (name: string) =>
    readFileSync(join(folder, "calls"), "utf8")
      .split("\n")
      .filter((line) => line.includes(`${name}(`) && !line.includes("resumed")).length;

  test.each([
    ["pwrite64:error=ENOSPC:when=1", "No space left on device"],
    ["pwrite64:error=EIO:when=1", "Input/output error"],
    ["pread64:error=EIO:when=1", "Input/output error"],
  ])("an update during %s leaves the file as it was, and says why", (what, words) => {
    const path = join(folder, "a.rrd");
    unwrap(createRrd(path, definition(10)));
    const before = readFileSync(path);
    const told = procblock(["rrd", "update", "a.rrd", `${START + 1}:1`], inject(what, "-P", path));
    expect(told.stderr).toContain("ERROR: ");
    expect(told.stderr).toContain(words);
    expect(told.status).toBe(1);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(procblock(["rrd", "update", "a.rrd", `${START + 1}:1`]).status).toBe(0);
  });

  test.each(["always", "interval"])(
    "a disk that cannot be synced (sync: %s) is told once; the file rests and is not synced again and again",
    async (sync) => {
      // Made before: a new file would not come into being without its sync.
      unwrap(createRrd(join(folder, "x.rrd"), definition(60, Math.floor(Date.now() / 1000) - 10)));
      collecting(`path: x.rrd, fields: [a], sync: ${sync}`);
      const by = inject("fsync:error=EIO");
      life = new Life([command, "block.yaml", "--json", "--log-level", "debug"], folder, by);
      await life.until(() => life?.stderr.includes("fsync failed with EIO") === true);
      // A second attempt, after the file was opened anew.
      await life.until(() => calls("fsync") >= 2);
      expect(await life.stop()).toBe(0);
      const told = happenings(life.stderr).filter(({ msg }) => msg.includes("EIO"));
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ event: "store:failed" });
      expect(calls("fsync")).toBeLessThanOrEqual(4);
      expect(rrdtool(["info", join(folder, "x.rrd")]).status).toBe(0);
    },
  );

  test("a file that cannot get its name leaves nothing", () => {
    const words = ["rrd", "create", "y.rrd", "-O", "DS:a:GAUGE:9:U:U", "RRA:LAST:0:1:9"];
    const told = procblock(words, inject("link,linkat:error=EIO"));
    expect(told.status).toBe(1);
    expect(readdirSync(folder)).toEqual(["calls"]);
  });
});

describe("two blocks on one file", () => {
  test("the second ends with the first one's number, and has written nothing", async () => {
    collecting("path: x.rrd, fields: [a]");
    life = new Life([command, "block.yaml", "--json", "--log-level", "debug"], folder);
    await life.until(() => life?.stderr.includes("sample:stored") === true);
    const pid = Number(/"pid":(\d+)/.exec(life.stderr)?.[1]);
    const again = procblock(["block.yaml"]);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('block "faults" is running already');
    // In a space of its own it gets as far as the file.
    const second = procblock(["block.yaml", "--space", "other", "--json", "--log-level", "debug"]);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`is written by process ${pid}: an RRD file can have only one writer`);
    expect(second.stderr).not.toContain("sample:stored");
    expect(await life.stop()).toBe(0);
    expect(life.stderr).not.toContain("store:failed");
    expect(readdirSync(folder).sort()).toEqual(["block.yaml", "x.rrd"]);
  });
});

test("a folder that goes away while its file is filled is told of; when it is back the file is made again", async () => {
  collecting("path: data/x.rrd, fields: [a]");
  life = new Life([command, "block.yaml", "--json", "--log-level", "debug"], folder);
  await life.until(() => life?.stderr.includes("sample:stored") === true);
  rmSync(join(folder, "data"), { recursive: true });
  await life.until(() => life?.stderr.includes("store:failed") === true);
  mkdirSync(join(folder, "data"));
  await life.until(() => life?.stderr.includes("works again") === true);
  expect(await life.stop()).toBe(0);
  expect(life.stderr).toContain("was deleted or replaced while it was being filled");
  expect(life.stderr).toContain("its folder does not exist");
  expect(readdirSync(join(folder, "data"))).toEqual(["x.rrd"]);
});
