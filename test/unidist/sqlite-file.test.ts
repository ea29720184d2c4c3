import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";

const folder = mkdtempSync(join(tmpdir(), "unidist-"));
afterAll(() => rmSync(folder, { recursive: true }));

let store = 0;
const newPath = () => join(folder, `${++store}.sqlite`);
const open = (path: string) => openSpace(`sqlite:${path}`, "a");
const isRoot = process.getuid?.() === 0;

/** What the first operation throws. */
async function refusal(path: string): Promise<unknown> {
  const space = open(path);
  try {
    return await space.counter("n").increment();
  } catch (error) {
    const { name, code, message } = error as { name: string; code: string; message: string };
    return `${name} ${code}: ${message}`;
  } finally {
    await space.close();
  }
}

test("opening a space touches no file; the first operation makes it for this user alone, with its folder", async () => {
  const path = join(folder, "new", "folder", "shared.sqlite");
  const space = open(path);
  expect(statSync(join(folder, "new"), { throwIfNoEntry: false })).toBeUndefined();
  await space.lock("door").acquire();
  for (const end of ["", "-wal", "-shm", ".wake"]) expect(statSync(path + end).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "new", "folder")).mode & 0o777).toBe(0o700);
  await space.close();
});

test("what is in it is there again after closing", async () => {
  const path = newPath();
  const before = open(path);
  await before.counter("n").increment(5);
  await before.queue("q").push("kept");
  const token = (await before.lock("l").acquire())?.token ?? 0n;
  await before.close();
  const after = open(path);
  expect(await after.counter("n").get()).toBe(5n);
  expect((await after.queue("q").pop())?.message).toBe("kept");
  expect((await after.lock("l").acquire())?.token).toBeGreaterThan(token);
  await after.close();
});

test("what is not ours is refused and left as it is", async () => {
  const garbage = newPath();
  writeFileSync(garbage, "no database at all, but long enough to be looked at".repeat(100));
  const before = readFileSync(garbage);
  expect(await refusal(garbage)).toBe(
    `SharedError unavailable: the store ${garbage} is not available: the file is no SQLite database: choose another path`,
  );
  expect(readFileSync(garbage).equals(before)).toBe(true);

  const foreign = newPath();
  const db = new DatabaseSync(foreign);
  db.exec("CREATE TABLE mine (x)");
  db.close();
  const bytes = readFileSync(foreign);
  expect(await refusal(foreign)).toContain("it is a database of another program: choose another path");
  expect(readFileSync(foreign).equals(bytes)).toBe(true);

  const link = newPath();
  symlinkSync(join(folder, "target"), link);
  expect(await refusal(link)).toContain("it is a symbolic link: name the file itself");
  expect(statSync(join(folder, "target"), { throwIfNoEntry: false })).toBeUndefined();

  const directory = newPath();
  mkdirSync(directory);
  expect(await refusal(directory)).toContain("it is not a regular file");
  const fifo = newPath();
  spawnSync("mkfifo", [fifo]);
  expect(await refusal(fifo)).toContain("it is not a regular file");
  expect(await refusal(join(garbage, "below"))).toContain("a part of its path is no folder");
});

test("a file that a newer version has written is refused, also while it is open here", async () => {
  const path = newPath();
  const space = open(path);
  await space.counter("n").increment();
  const newer = new DatabaseSync(path);
  newer.exec("ALTER TABLE counter RENAME TO counter_2; PRAGMA user_version = 99");
  newer.close();
  await expect(space.counter("n").increment()).rejects.toMatchObject({ code: "newer-schema" });
  await space.close();
  expect(await refusal(path)).toBe(
    `SharedError newer-schema: the store ${path} was written by a newer version of procblock (schema 99, this one knows 1): update this one, or choose another path`,
  );
});

test("a file that was replaced is noticed, without a restart", async () => {
  const path = newPath();
  const space = open(path);
  await space.counter("n").increment(7);
  for (const end of ["", "-wal", "-shm"]) renameSync(path + end, `${path}.away${end}`);
  const other = open(newPath());
  await other.close();
  // Looked at once a second.
  let value = 7n;
  while (value !== 1n) {
    value = await space.counter("n").get();
    if (value === 0n) value = await space.counter("n").increment();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(statSync(path).size).toBeGreaterThan(0);
  await space.close();
});

test.runIf(isRoot)("a file of another user is refused", async () => {
  const path = newPath();
  writeFileSync(path, "", { mode: 0o666 });
  chownSync(path, 65534, 65534);
  expect(await refusal(path)).toContain("it belongs to another user: choose another path");
});

test("a folder that cannot be written is an error that says so", async () => {
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o500 });
  if (isRoot) {
    // Root may write everywhere.
    chmodSync(folder, 0o711);
    chownSync(closed, 65534, 65534);
    process.seteuid?.(65534);
  }
  try {
    expect(await refusal(join(closed, "x.sqlite"))).toContain("access is refused");
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(closed, 0o700);
  }
});

test.runIf(isRoot)("a disk that is full or read-only is an error; once it is not, all goes on", async () => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", disk]).status).toBe(0);
  try {
    const path = join(disk, "shared.sqlite");
    const space = open(path);
    await space.counter("n").increment();
    const log = space.log("events");
    let kept = 0n;
    const fill = async () => {
      for (;;) kept = await log.append("x".repeat(20_000));
    };
    await expect(fill()).rejects.toThrow(
      `the store ${path} is not available: the disk is full: make room there`,
    );
    await expect(space.counter("n").increment()).rejects.toMatchObject({ code: "unavailable" });
    expect(BigInt(await log.length())).toBe(kept);
    expect(spawnSync("mount", ["-o", "remount,size=4m", disk]).status).toBe(0);
    // What was refused has not been counted.
    expect(await space.counter("n").increment()).toBe(2n);
    expect(await log.append("more")).toBe(kept + 1n);
    await space.close();

    expect(spawnSync("mount", ["-o", "remount,ro", disk]).status).toBe(0);
    expect(await refusal(join(disk, "other.sqlite"))).toContain("the disk is read-only");
    const again = open(path);
    await expect(again.counter("n").increment()).rejects.toMatchObject({ code: "unavailable" });
    expect(spawnSync("mount", ["-o", "remount,rw", disk]).status).toBe(0);
    expect(await again.counter("n").increment()).toBe(3n);
    await again.close();
  } finally {
    spawnSync("umount", [disk]);
  }
});

test("names are any text, and each its own", async () => {
  const names = [
    "a",
    "A",
    " ",
    "a\u0000b",
    "a\u0000",
    "\ud800",
    "\udfff",
    '"',
    '"a"',
    '"\\ud800"',
    "'; DROP TABLE lock; --",
  ];
  names.push(
    "%",
    "_",
    "*",
    "..",
    "/",
    "\n",
    "\u{1f600}",
    "é",
    "e\u0301",
    "__proto__",
    "x".repeat(255),
    "NULL",
    "1",
    "01",
  );
  const path = newPath();
  const space = open(path);
  for (const [index, name] of names.entries()) {
    await openNamed(path, name)
      .counter(name)
      .increment(index + 1);
    await space.state(name).set(name, index);
    await space.queue(name).push(index, { key: name });
    expect((await space.lock(name).acquire({ timeout: 0 as Seconds }))?.token).toBe(1n);
  }
  for (const [index, name] of names.entries()) {
    const other = openNamed(path, name);
    expect(await other.counters()).toEqual([{ name, value: BigInt(index + 1) }]);
    expect(Object.entries(await space.state(name).entries())).toEqual([[name, index]]);
    expect(await space.queue(name).pop()).toMatchObject({ message: index, key: name });
    await other.close();
  }
  expect((await space.locks()).map(({ lock }) => lock).sort()).toEqual([...names].sort());
  await space.close();
});

const spaces = new Map<string, ReturnType<typeof openSpace>>();
function openNamed(path: string, name: string) {
  const space = spaces.get(name) ?? openSpace(`sqlite:${path}`, name);
  spaces.set(name, space);
  return space;
}

test("values of nearly 1 MiB come back whole, larger ones are refused", async () => {
  const space = open(newPath());
  const large = "é".repeat(500_000);
  await space.state("s").set("k", large);
  await space.queue("q").push({ large });
  await space.log("l").append([large]);
  expect(await space.state("s").get("k")).toBe(large);
  expect((await space.queue("q").pop())?.message).toEqual({ large });
  for await (const { entry } of space.log("l").tail()) expect(entry).toEqual([large]);
  await expect(space.queue("q").push("x".repeat(2 ** 20))).rejects.toMatchObject({ code: "too-large" });
  await space.close();
});

test("a subscriber that falls too far behind is told so", async () => {
  const space = open(newPath());
  const queue = space.queue("q");
  const messages = queue.subscribe()[Symbol.asyncIterator]();
  for (let i = 0; i < 101; i++) {
    await queue.pushMany(new Array(1000).fill(0));
    await queue.popMany(1000);
  }
  await expect(messages.next()).rejects.toMatchObject({ code: "lost" });
  await space.close();
});
