import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { removeProgram, startProcess, startThread } from "./children.ts";
import { togetherContract } from "./together.ts";

const folder = mkdtempSync(join(tmpdir(), "unidist-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
  removeProgram();
});

let store = 0;
const newPath = () => join(folder, `${++store}.sqlite`);

describe("sqlite", () => togetherContract(() => `sqlite:${newPath()}`));

test("many that open a new file at the same moment make it together", async () => {
  for (let round = 0; round < 5; round++) {
    const path = newPath();
    const others = Array.from({ length: 8 }, () => startThread("increment", `sqlite:${path}`, 1));
    for (const other of others) expect(await other.ended).toBe(0);
    const space = openSpace(`sqlite:${path}`, "test");
    expect(await space.counter("hits").get()).toBe(8n);
    await space.close();
  }
});

test("where processes cannot wake each other they find out by looking", async () => {
  const path = newPath();
  mkdirSync(`${path}.wake`);
  const holder = startProcess("hold", `sqlite:${path}`);
  await holder.hears("held");
  const space = openSpace(`sqlite:${path}`, "test");
  const next = space.lock("door").acquire();
  const message = space.queue("jobs").take({ wait: 20 as Seconds });
  expect(await startProcess("produce", `sqlite:${path}`, 1).ended).toBe(0);
  expect((await message)?.message).toBe(0);
  expect(await space.lock("door").breakLock()).toBe(true);
  await holder.hears("lost");
  expect((await next)?.token).toBe(2n);
  holder.process?.kill("SIGKILL");
  await holder.ended;
  await space.close();
});

/** To be called when nobody else in this process has the file open: closing it would take their locks away. */
function integrity(path: string): unknown {
  const db = new DatabaseSync(path);
  const found = db.prepare("PRAGMA integrity_check").all();
  db.close();
  return found;
}

const fine = [{ integrity_check: "ok" }];

test("killed a hundred times in the middle of something, it keeps all that was acknowledged", async () => {
  const path = newPath();
  const kills = 100;
  let [counted, pushed, left] = [0, 0, kills];
  const killed = async () => {
    while (left-- > 0) {
      const worker = startProcess("everything", `sqlite:${path}`);
      await worker.hears("ready");
      // Any moment may be the one, also one in the middle of the first commit.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
      worker.process?.kill("SIGKILL");
      expect(await worker.ended).toBeNull();
      counted += worker.lines.filter((line) => line === "counted").length;
      pushed += worker.lines.filter((line) => line === "pushed").length;
      if (left % 20 === 0) expect(integrity(path)).toEqual(fine);
    }
  };
  await Promise.all([killed(), killed(), killed()]);
  expect(integrity(path)).toEqual(fine);
  const space = openSpace(`sqlite:${path}`, "test");
  const [hits, jobs] = [Number(await space.counter("hits").get()), await space.queue("jobs").length()];
  expect(counted).toBeGreaterThan(0);
  expect(hits).toBeGreaterThanOrEqual(counted);
  expect(hits).toBeLessThanOrEqual(counted + kills);
  expect(jobs).toBeGreaterThanOrEqual(pushed);
  expect(jobs).toBeLessThanOrEqual(pushed + kills);
  // Nothing is held by the dead.
  expect(await space.locks()).toEqual([]);
  expect((await space.queues()).map(({ taken }) => taken)).toEqual([0, 0]);
  await space.close();
});

test("workers that are terminated 300 times while they use it leave nothing locked and the process alive", async () => {
  const path = newPath();
  const main = startProcess("terminate", `sqlite:${path}`, 300);
  expect(await main.ended).toBe(0);
  const space = openSpace(`sqlite:${path}`, "test");
  expect(await space.locks()).toEqual([]);
  expect(await space.counter("hits").increment()).toBeGreaterThan(1n);
  expect(await space.lock("door").acquire()).not.toBeNull();
  await space.close();
  expect(integrity(path)).toEqual(fine);
});
