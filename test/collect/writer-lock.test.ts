import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identityText, ownIdentity, parseIdentity } from "../../src/base/index.ts";
import { lockForWriting } from "../../src/run/collect/writer-lock.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lock = (name = "x.rrd") => lockForWriting(join(dir, name), { makeFolder: false });
const lockFile = () => join(dir, ".x.rrd.lock");

function problemOf(result: ReturnType<typeof lock>): string | undefined {
  return result.ok ? undefined : result.problems[0]?.message.replaceAll(`${dir}/`, "");
}

function release(result: ReturnType<typeof lock>): void {
  if (result.ok) result.value.release();
}

/** A process that has ended for sure. */
function endedPid(): number {
  return spawnSync("true").pid;
}

test("A lock names this process, and is gone after its release.", () => {
  const got = lock();
  expect(parseIdentity(readFileSync(lockFile(), "utf8"))?.pid).toBe(process.pid);
  release(got);
  expect(existsSync(lockFile())).toBe(false);
});

test("A lock of a living process is refused with its id.", () => {
  const started = readFileSync(`/proc/${process.ppid}/stat`, "latin1").split(") ")[1]?.split(" ")[19] ?? "";
  writeFileSync(lockFile(), identityText({ ...ownIdentity(), pid: process.ppid, started }));
  expect(problemOf(lock())).toBe(
    `"x.rrd" is written by process ${process.ppid}: an RRD file can have only one writer`,
  );
  expect(existsSync(lockFile())).toBe(true);
});

test.each([
  ["ended", () => ({ pid: endedPid() })],
  ["gave its number to another one", () => ({ pid: process.ppid, started: "1" })],
  ["ran before this boot", () => ({ pid: process.ppid, boot: "another-boot" })],
  ["was this one's number in an earlier life", () => ({ started: "1" })],
])("A lock whose process %s is taken over.", (_, other) => {
  writeFileSync(lockFile(), identityText({ ...ownIdentity(), ...other() }));
  const got = lock();
  expect(got.ok).toBe(true);
  expect(readFileSync(lockFile(), "utf8")).toBe(identityText(ownIdentity()));
  release(got);
});

test("A lock from another host counts until the file has been quiet for ten minutes.", () => {
  writeFileSync(join(dir, "x.rrd"), "");
  writeFileSync(lockFile(), identityText({ ...ownIdentity(), host: "elsewhere" }));
  expect(problemOf(lock())).toBe(
    `"x.rrd" is written by process ${process.pid} on host elsewhere: an RRD file can have only one writer`,
  );
  const longAgo = Date.now() / 1000 - 3600;
  utimesSync(join(dir, "x.rrd"), longAgo, longAgo);
  utimesSync(lockFile(), longAgo, longAgo);
  const got = lock();
  expect(got.ok).toBe(true);
  release(got);
});

test("A lock that is being written counts; a damaged old one does not.", () => {
  writeFileSync(lockFile(), "");
  expect(problemOf(lock())).toContain("another process that has just started");
  const longAgo = Date.now() / 1000 - 60;
  utimesSync(lockFile(), longAgo, longAgo);
  const got = lock();
  expect(got.ok).toBe(true);
  release(got);
});

test("Two names of one file share a lock.", () => {
  writeFileSync(join(dir, "x.rrd"), "");
  symlinkSync("x.rrd", join(dir, "y.rrd"));
  const got = lock();
  expect(problemOf(lock("y.rrd"))).toBe('"y.rrd" is already written by another part of this process');
  release(got);
});

test("The lock of somebody who took over is not removed.", () => {
  const got = lock();
  const theirs = identityText({ ...ownIdentity(), pid: 1 });
  writeFileSync(lockFile(), theirs);
  release(got);
  expect(readFileSync(lockFile(), "utf8")).toBe(theirs);
});

test("Locks in one folder share a file, and each is released for itself.", () => {
  const [first, second] = [lock(), lock("y.rrd")];
  expect(statSync(lockFile()).nlink).toBe(2);
  release(first);
  expect(existsSync(lockFile())).toBe(false);
  expect(readFileSync(join(dir, ".y.rrd.lock"), "utf8")).toBe(identityText(ownIdentity()));
  const third = lock();
  expect(statSync(lockFile()).nlink).toBe(2);
  release(second);
  release(third);
  expect(readdirSync(dir)).toEqual([]);
});

test("A lock is as new as it is, however old the one it shares its file with.", () => {
  const first = lock();
  utimesSync(lockFile(), 1, 1);
  const second = lock("y.rrd");
  expect(statSync(join(dir, ".y.rrd.lock")).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  release(first);
  release(second);
});

test.each([
  ["was tidied away", () => rmSync(lockFile())],
  ["is another process's by now", () => writeFileSync(lockFile(), "another's")],
])("A lock names this process although its example %s.", (_, happens) => {
  const first = lock();
  happens();
  const second = lock("y.rrd");
  expect(readFileSync(join(dir, ".y.rrd.lock"), "utf8")).toBe(identityText(ownIdentity()));
  release(first);
  release(second);
});

test("With an example, too, a lock of a living process is refused.", () => {
  const first = lock("y.rrd");
  const started = readFileSync(`/proc/${process.ppid}/stat`, "latin1").split(") ")[1]?.split(" ")[19] ?? "";
  writeFileSync(lockFile(), identityText({ ...ownIdentity(), pid: process.ppid, started }));
  expect(problemOf(lock())).toContain(`is written by process ${process.ppid}`);
  release(first);
});

test("A lock that cannot be written is not left behind empty: it would look like somebody else's.", () => {
  const child = spawnSync(
    "prlimit",
    ["--fsize=0", process.execPath, "--input-type=module", "-e", attempt(join(dir, "x.rrd"))],
    { encoding: "utf8" },
  );
  expect(child.stdout.trim()).toBe(`cannot lock "${join(dir, "x.rrd")}": EFBIG`);
  expect(existsSync(lockFile())).toBe(false);
});

function attempt(path: string): string {
  const lock = new URL("../../src/run/collect/writer-lock.ts", import.meta.url).href;
  return `import { lockForWriting } from ${JSON.stringify(lock)};
    const got = lockForWriting(${JSON.stringify(path)}, { makeFolder: false });
    console.log(got.ok ? "locked" : got.problems[0].message);`;
}
