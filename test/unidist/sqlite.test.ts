import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ManualClock, type Seconds } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { spaceContract } from "./contract.ts";

const folder = mkdtempSync(join(tmpdir(), "unidist-"));
afterAll(() => rmSync(folder, { recursive: true }));

let store = 0;
const newUrl = () => `sqlite:${join(folder, `${++store}.sqlite`)}`;
const s = (seconds: number) => seconds as Seconds;

describe("sqlite", () => {
  spaceContract(() => {
    const clock = new ManualClock();
    const url = newUrl();
    return { clock, queueLimit: 5000, open: (name) => openSpace(url, name, { clock, queueLimit: 5000 }) };
  });
});

test("a clock that is set back by a day holds nothing longer than it was asked for, from then on", async () => {
  const clock = new ManualClock();
  const space = openSpace(newUrl(), "a", { clock });
  await space.queue("jobs").push("one");
  await space.queue("jobs").take({ visibility: s(10) });
  await space.state("settings").setWithExpiry("k", 1, s(10));
  clock.jumpWall(-86_400_000);
  const changes = space.state("settings").watch("k")[Symbol.asyncIterator]();
  expect((await changes.next()).value).toEqual({ key: "k", value: 1 });
  const change = changes.next();
  const again = space.queue("jobs").take({ wait: s(60) });
  await clock.advance(11_000);
  expect(await again).toMatchObject({ message: "one", deliveries: 2 });
  expect((await change).value).toEqual({ key: "k", value: undefined });
  expect(await space.state("settings").get("k")).toBeUndefined();
  await space.close();
});

test("what a closed handle held is free, also for other handles of the same thread", async () => {
  const clock = new ManualClock();
  const url = newUrl();
  const [one, two] = [openSpace(url, "a", { clock }), openSpace(url, "a", { clock })];
  await one.queue("jobs").push("job");
  await one.queue("jobs").take();
  const lease = await one.lock("door").acquire();
  const next = two.lock("door").acquire();
  const waits = one.lock("door").acquire();
  await one.close();
  expect(lease?.lost.aborted).toBe(true);
  expect((await next)?.token).toBe(2n);
  expect(await waits).toBeNull();
  expect(await two.queue("jobs").take()).toMatchObject({ message: "job", deliveries: 2 });
  await two.close();
  expect(clock.pending).toBe(0);
});

test("a loop that awaits nothing but the store lets timers in", async () => {
  const space = openSpace(newUrl(), "a");
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, 20);
  let count = 0n;
  while (!isOver) count = await space.counter("n").increment();
  expect(await space.counter("n").get()).toBe(count);
  await space.close();
});

test("deleted keys are forgotten after an hour; a watcher that slept longer is told", async () => {
  const clock = new ManualClock();
  const url = newUrl();
  const space = openSpace(url, "a", { clock });
  const state = space.state("b");
  await state.set("k", 1);
  const sleeper = state.watch("*")[Symbol.asyncIterator]();
  const awake = state.watch("*")[Symbol.asyncIterator]();
  for (const watcher of [sleeper, awake])
    expect((await watcher.next()).value).toEqual({ key: "k", value: 1 });
  await state.delete("k");
  expect((await awake.next()).value).toEqual({ key: "k", value: undefined });
  await state.set("other", 1);
  expect((await awake.next()).value).toEqual({ key: "other", value: 1 });
  await clock.advance(3_700_000);
  // Who opens the file tidies with the first change; this is another connection.
  const later = openSpace(`${url}?durability=full`, "a", { clock });
  await later.state("b").set("third", 1);
  await expect(sleeper.next()).rejects.toMatchObject({ code: "lost" });
  expect((await awake.next()).value).toEqual({ key: "third", value: 1 });
  await Promise.all([later.close(), space.close()]);
});
