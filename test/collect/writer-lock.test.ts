import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identityText, ownIdentity, parseIdentity, shortIdentityText } from "../../src/base/index.ts";
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
  expect(parseIdentity(readlinkSync(lockFile()))?.pid).toBe(process.pid);
  release(got);
  expect(readdirSync(dir)).toEqual([]);
});

test("A lock fits into its directory entry: it needs no room on a full disk.", () => {
  const text = shortIdentityText({
    ...ownIdentity(),
    pid: 4_194_304,
    started: "1234567890",
    host: "h".repeat(20),
  });
  expect(text.length).toBeLessThan(60);
});

test.each([
  ["a link", (text: string) => symlinkSync(text.trimEnd(), lockFile())],
  ["an earlier version's file", (text: string) => writeFileSync(lockFile(), text)],
])("A lock of a living process is refused, whether it is %s.", (_, put) => {
  const started = readFileSync(`/proc/${process.ppid}/stat`, "latin1").split(") ")[1]?.split(" ")[19] ?? "";
  const theirs = { ...ownIdentity(), pid: process.ppid, started };
  for (const text of [identityText(theirs), shortIdentityText(theirs)]) {
    put(text);
    expect(problemOf(lock())).toContain(`is written by process ${process.ppid}`);
    unlinkSync(lockFile());
  }
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
  expect(readlinkSync(lockFile())).toBe(shortIdentityText(ownIdentity()));
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
  unlinkSync(lockFile());
  writeFileSync(lockFile(), theirs);
  release(got);
  expect(readFileSync(lockFile(), "utf8")).toBe(theirs);
});

test("Where no byte can be written a lock is taken all the same.", () => {
  const child = spawnSync(
    "prlimit",
    ["--fsize=0", process.execPath, "--input-type=module", "-e", attempt(join(dir, "x.rrd"))],
    { encoding: "utf8" },
  );
  expect(child.stdout.trim()).toBe(`locked, a link of process ${child.pid}`);
});

test("Where nothing can be made there is no lock, which is said once.", () => {
  // Whoever asks.
  const attempts = [1, 2].map(() => lockForWriting("/sys/x.rrd", { makeFolder: false }));
  expect(attempts.map((got) => got.ok && got.warnings.map(({ message }) => message))).toEqual([
    ['"/sys/x.rrd" is written without a lock: nothing may be made in its folder'],
    [],
  ]);
});

function attempt(path: string): string {
  const lock = new URL("../../src/run/collect/writer-lock.ts", import.meta.url).href;
  return `import { lockForWriting } from ${JSON.stringify(lock)};
    const got = lockForWriting(${JSON.stringify(path)}, { makeFolder: false });
    const { readdirSync, readlinkSync } = await import("node:fs");
    const target = readlinkSync(${JSON.stringify(join(dir, ".x.rrd.lock"))});
    console.log(got.ok ? "locked, a link of process " + target.split(" ")[0] : got.problems[0].message);`;
}
