import { expect, test } from "vitest";
import type { ManualClock, Plain, Seconds } from "../../src/base/index.ts";
import type { LogEntry, SharedValue, Space } from "../../src/unidist/index.ts";

export interface Backend {
  /** Opens the space `name`; a second call gives another handle on the same space. */
  open(name: string): Space;
  clock: ManualClock;
  queueLimit: number;
}

const s = (seconds: number) => seconds as Seconds;

/** Every backend must pass this. */
export function spaceContract(make: () => Backend): void {
  lockContract(make);
  counterContract(make);
  stateContract(make);
  queueContract(make);
  logContract(make);

  test("two handles see the same things, another space does not", async () => {
    const { open } = make();
    const [one, two, other] = [open("a"), open("a"), open("b")];
    await one.counter("hits").increment(3);
    expect(await two.counter("hits").get()).toBe(3n);
    expect(await other.counter("hits").get()).toBe(0n);
    await Promise.all([one.close(), two.close(), other.close()]);
  });

  test("a closed space refuses work", async () => {
    const space = make().open("a");
    await space.close();
    expect(() => space.lock("x")).toThrow('space "a" is closed');
  });

  test("names have 1 to 255 bytes", async () => {
    const space = make().open("a");
    expect(() => space.queue("")).toThrow("the name of a queue is empty");
    expect(() => space.lock("é".repeat(128))).toThrow("the name of a lock has 256 bytes, more than 255");
    space.lock("x".repeat(255));
    await space.close();
  });
}

function lockContract(make: () => Backend): void {
  test("a lock is held by one at a time and given in the order it was asked for", async () => {
    const space = make().open("a");
    const lock = space.lock("door");
    const order: number[] = [];
    const first = await lock.acquire();
    const others = [1, 2, 3].map(async (number) => {
      const lease = await lock.acquire();
      order.push(number);
      await lease?.release();
    });
    expect(await lock.isLocked()).toBe(true);
    expect(order).toEqual([]);
    await first?.release();
    await Promise.all(others);
    expect(order).toEqual([1, 2, 3]);
    expect(await lock.isLocked()).toBe(false);
    await space.close();
  });

  test("tokens only grow", async () => {
    const space = make().open("a");
    let last = 0n;
    for (let i = 0; i < 5; i++) {
      const lease = await space.lock("door").acquire();
      expect(lease?.token).toBeGreaterThan(last);
      last = lease?.token ?? 0n;
      await lease?.release();
    }
    await space.close();
  });

  test("waiting for a lock ends at the time-out with null", async () => {
    const { open, clock } = make();
    const space = open("a");
    const lease = await space.lock("door").acquire();
    expect(await space.lock("door").acquire({ timeout: s(0) })).toBeNull();
    const waiting = space.lock("door").acquire({ timeout: s(5) });
    await clock.advance(5000);
    expect(await waiting).toBeNull();
    await lease?.release();
    expect(await space.lock("door").isLocked()).toBe(false);
    await space.close();
  });

  test("an aborted wait leaves the queue of waiters", async () => {
    const space = make().open("a");
    const controller = new AbortController();
    const lease = await space.lock("door").acquire();
    const waiting = space.lock("door").acquire({ signal: controller.signal });
    controller.abort();
    expect(await waiting).toBeNull();
    await lease?.release();
    expect(await space.lock("door").isLocked()).toBe(false);
    await space.close();
  });

  test("releasing a lock twice is an error", async () => {
    const space = make().open("a");
    const lease = await space.lock("door").acquire();
    await lease?.release();
    await expect(lease?.release()).rejects.toThrow('lock "door" is not held any more');
    await space.close();
  });

  test("a lease that is not extended is lost, and the next one gets the lock", async () => {
    const { open, clock } = make();
    const space = open("a");
    const lease = await space.lock("door").acquire({ lease: s(10) });
    await clock.advance(9000);
    await lease?.extend();
    await clock.advance(9000);
    expect(lease?.lost.aborted).toBe(false);
    const next = space.lock("door").acquire();
    await clock.advance(1000);
    expect(lease?.lost.aborted).toBe(true);
    expect((await next)?.token).toBeGreaterThan(lease?.token ?? 0n);
    await expect(lease?.extend()).rejects.toThrow("is not held any more");
    await space.close();
  });

  test("a lock can be broken from outside; its holder is told", async () => {
    const space = make().open("a");
    const lease = await space.lock("__running").acquire({ holder: { block: "simplest" } });
    expect(await space.locks()).toMatchObject([{ lock: "__running", block: "simplest", pid: process.pid }]);
    expect(await space.lock("__running").breakLock()).toBe(true);
    expect(lease?.lost.aborted).toBe(true);
    expect(await space.lock("__running").breakLock()).toBe(false);
    expect(await space.locks()).toEqual([]);
    await space.close();
  });
}

function counterContract(make: () => Backend): void {
  test("counters return what they say", async () => {
    const space = make().open("a");
    const counter = space.counter("hits");
    expect(await counter.get()).toBe(0n);
    expect(await counter.increment()).toBe(1n);
    expect(await counter.getIncrement(5)).toBe(1n);
    expect(await counter.getSet(40n)).toBe(6n);
    expect(await counter.increment(-42)).toBe(-2n);
    expect(await space.counters()).toEqual([{ name: "hits", value: -2n }]);
    await space.close();
  });

  test("a counter that would overflow is an error and keeps its value", async () => {
    const space = make().open("a");
    const counter = space.counter("hits");
    await counter.set(2n ** 63n - 1n);
    await expect(counter.increment()).rejects.toThrow("9223372036854775808 does not fit in a 64-bit counter");
    expect(await counter.get()).toBe(2n ** 63n - 1n);
    await expect(counter.increment(0.5)).rejects.toThrow("a counter holds whole numbers, not 0.5");
    await space.close();
  });
}

function stateContract(make: () => Backend): void {
  test("state keeps copies: changing a value outside changes nothing inside", async () => {
    const space = make().open("a");
    const state = space.state("b");
    const value = { list: [1, { deep: true }] };
    await state.set("k", value);
    value.list.push(2);
    const read = (await state.get("k")) as { list: Plain[] };
    expect(read).toEqual({ list: [1, { deep: true }] });
    read.list.push(3);
    expect(await state.get("k")).toEqual({ list: [1, { deep: true }] });
    expect(await state.keys()).toEqual(["k"]);
    expect(await state.delete("k")).toBe(true);
    expect(await state.delete("k")).toBe(false);
    await space.close();
  });

  test("names of JavaScript's own are ordinary keys", async () => {
    const space = make().open("a");
    await space.state("b").set("__proto__", { constructor: 1 });
    expect(Object.keys(await space.state("b").entries())).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).constructor).toBe(Object);
    await space.close();
  });

  test("an update sees the value it replaces, also when its own code changed it", async () => {
    const state = make().open("a").state("b");
    await state.set("n", 1);
    let interfered = false;
    const result = await state.update("n", (value) => {
      if (!interfered) void state.set("n", 10);
      interfered = true;
      return Number(value) + 1;
    });
    expect(result).toBe(11);
    expect(await state.get("n")).toBe(11);
  });

  test("compareAndSet compares whole values", async () => {
    const state = make().open("a").state("b");
    expect(await state.compareAndSet("k", undefined, { a: [1] })).toBe(true);
    expect(await state.compareAndSet("k", { a: [2] }, 0)).toBe(false);
    expect(await state.compareAndSet("k", { a: [1] }, undefined)).toBe(true);
    expect(await state.get("k")).toBeUndefined();
  });

  test("a value with an expiry goes away by itself", async () => {
    const { open, clock } = make();
    const state = open("a").state("b");
    await state.setWithExpiry("k", 1, s(10));
    await clock.advance(9999);
    expect(await state.get("k")).toBe(1);
    await clock.advance(1);
    expect(await state.get("k")).toBeUndefined();
  });

  test("a watcher gets what is there, then changes, the newest of each key", async () => {
    const state = make().open("a").state("b");
    await state.set("cpu.load", 1);
    await state.set("disk", 1);
    const seen: string[] = [];
    const controller = new AbortController();
    const changes = state.watch("cpu.*", controller.signal)[Symbol.asyncIterator]();
    seen.push(JSON.stringify((await changes.next()).value));
    await state.set("cpu.load", 2);
    await state.set("cpu.load", 3);
    await state.set("disk", 2);
    seen.push(JSON.stringify((await changes.next()).value));
    const next = changes.next();
    await state.delete("cpu.load");
    seen.push(JSON.stringify((await next).value));
    controller.abort();
    expect((await changes.next()).done).toBe(true);
    expect(seen).toEqual([
      '{"key":"cpu.load","value":1}',
      '{"key":"cpu.load","value":3}',
      '{"key":"cpu.load"}',
    ]);
  });

  test("values are plain, at most 1 MiB, and not endless", async () => {
    const state = make().open("a").state("b");
    await expect(state.set("k", "x".repeat(1024 * 1024))).rejects.toThrow(
      "a shared value is larger than 1 MiB",
    );
    await expect(state.set("k", (() => 1) as unknown as Plain)).rejects.toThrow(
      "a shared value must be plain data, not a function",
    );
    const endless: Plain[] = [];
    endless.push(endless);
    await expect(state.set("k", endless)).rejects.toThrow("nested deeper than 200");
  });
}

function queueContract(make: () => Backend): void {
  test("messages come out in the order they went in", async () => {
    const queue = make().open("a").queue("wall");
    for (let i = 0; i < 3000; i++) await queue.push(i);
    for (let i = 0; i < 3000; i++) expect((await queue.pop())?.message).toBe(i);
    expect(await queue.pop()).toBeUndefined();
  });

  test("a message that is taken and not acknowledged in time is delivered again, and that is counted", async () => {
    const { open, clock } = make();
    const queue = open("a").queue("jobs");
    await queue.push("one");
    const first = await queue.take({ visibility: s(5) });
    expect(await queue.take()).toBeUndefined();
    await clock.advance(5000);
    const second = await queue.take({ visibility: s(5) });
    expect(second).toMatchObject({ message: "one", deliveries: 2 });
    await expect(first?.ack()).rejects.toThrow('message 1 of queue "jobs" is not held any more');
    await second?.nack();
    const third = await queue.take();
    await third?.ack();
    expect(third?.deliveries).toBe(3);
    expect(await queue.length()).toBe(0);
    await clock.advance(60_000);
    expect(await queue.take()).toBeUndefined();
  });

  test("messages of one key stay in order while others pass", async () => {
    const queue = make().open("a").queue("jobs");
    await queue.push("a1", { key: "a" });
    await queue.push("a2", { key: "a" });
    await queue.push("b1", { key: "b" });
    const first = await queue.take();
    expect((await queue.take())?.message).toBe("b1");
    expect(await queue.take()).toBeUndefined();
    await first?.ack();
    expect((await queue.take())?.message).toBe("a2");
  });

  test("a waiting taker is served by the next push, or gives up", async () => {
    const { open, clock } = make();
    const queue = open("a").queue("jobs");
    const one = queue.take({ wait: s(5) });
    const two = queue.take({ wait: s(5) });
    await queue.push("x");
    expect((await one)?.message).toBe("x");
    await clock.advance(5000);
    expect(await two).toBeUndefined();
  });

  test("peek removes nothing, trim removes the oldest", async () => {
    const { open, clock } = make();
    const queue = open("a").queue("wall");
    for (let i = 0; i < 30; i++) await queue.push(i);
    expect((await queue.peek()).map((item) => item.message).slice(-2)).toEqual([28, 29]);
    expect((await queue.peek({ last: 2 })).length).toBe(2);
    expect(await queue.trim({ keep: 25 })).toBe(5);
    await clock.advance(10_000);
    await queue.push("new");
    expect(await queue.trim({ olderThan: s(5) })).toBe(25);
    expect((await queue.peek()).map((item) => item.message)).toEqual(["new"]);
  });

  test("a full queue refuses the next message", async () => {
    const { open, queueLimit } = make();
    const queue = open("a").queue("wall");
    for (let i = 0; i < queueLimit; i++) await queue.push(i);
    await expect(queue.push("one more")).rejects.toThrow(
      `queue "wall" is full: it holds ${queueLimit} messages`,
    );
    await queue.pop();
    await queue.push("now");
  });

  test("many messages are pushed and popped at once, in order, all of them or none", async () => {
    const { open, queueLimit } = make();
    const queue = open("a").queue("wall");
    await queue.push("first");
    expect(await queue.pushMany([1, { two: 2 }, 3], { key: "k" })).toEqual([2n, 3n, 4n]);
    expect(await queue.pushMany([])).toEqual([]);
    await expect(queue.pushMany(Array.from({ length: queueLimit - 3 }, () => 0))).rejects.toThrow("is full");
    expect(await queue.length()).toBe(4);
    expect((await queue.popMany(3)).map((item) => item.message)).toEqual(["first", 1, { two: 2 }]);
    expect(await queue.popMany(3)).toMatchObject([{ message: 3, position: 4n, key: "k" }]);
    expect(await queue.popMany(3)).toEqual([]);
    expect(await queue.popMany(0)).toEqual([]);
  });

  test("every subscriber gets every message from its position on", async () => {
    const queue = make().open("a").queue("wall");
    await queue.push("old");
    const fromNow = queue.subscribe()[Symbol.asyncIterator]();
    const fromStart = queue.subscribe({ from: 1n })[Symbol.asyncIterator]();
    await queue.push("new");
    await queue.pop();
    expect((await fromNow.next()).value?.message).toBe("new");
    expect((await fromStart.next()).value?.message).toBe("old");
    expect((await fromStart.next()).value?.message).toBe("new");
    await fromNow.return?.();
    expect((await fromNow.next()).done).toBe(true);
  });
}

function logContract(make: () => Backend): void {
  const all = async (entries: AsyncIterable<LogEntry>) => {
    const seen: SharedValue[] = [];
    for await (const { entry } of entries) seen.push(entry);
    return seen;
  };

  test("the tail of a log is its newest entries, oldest first", async () => {
    const { open, clock } = make();
    const log = open("a").log("events");
    for (let i = 1; i <= 20; i++) expect(await log.append({ i })).toBe(BigInt(i));
    const later = clock.wall() / 1000 + 5;
    await clock.advance(10_000);
    await log.append("late");
    expect(await all(log.tail({ lines: 2 }))).toEqual([{ i: 20 }, "late"]);
    expect(await all(log.tail())).toHaveLength(10);
    expect(await all(log.tail({ since: later, lines: 100 }))).toEqual(["late"]);
    expect(await log.length()).toBe(21);
  });

  test("who follows a log gets what is there, then what comes, until it is stopped", async () => {
    const space = make().open("a");
    const log = space.log("events");
    await log.append(1);
    await log.append(2);
    const controller = new AbortController();
    const entries = log.tail({ lines: 1, follow: true, signal: controller.signal })[Symbol.asyncIterator]();
    expect((await entries.next()).value?.entry).toBe(2);
    const next = entries.next();
    await log.append(3);
    expect((await next).value).toMatchObject({ entry: 3, position: 3n });
    controller.abort();
    expect((await entries.next()).done).toBe(true);
    await space.close();
  });

  test("a log is trimmed from its old end", async () => {
    const { open, clock } = make();
    const space = open("a");
    const log = space.log("events");
    for (let i = 0; i < 5; i++) await log.append(i);
    expect(await log.trim({ keep: 3 })).toBe(2);
    await clock.advance(10_000);
    await log.append("new");
    expect(await log.trim({ olderThan: s(5) })).toBe(3);
    expect(await all(log.tail())).toEqual(["new"]);
    expect(await log.append("next")).toBe(7n);
    expect(await space.logs()).toEqual([{ name: "events", length: 2 }]);
    await space.close();
  });

  test("what is in a space can be listed", async () => {
    const space = make().open("a");
    await space.state("settings").set("a", 1);
    await space.state("settings").set("b", 1);
    await space.state("gone").set("a", 1);
    await space.state("gone").delete("a");
    await space.queue("jobs").push(1);
    await space.queue("jobs").push(2);
    const taken = await space.queue("jobs").take();
    expect(await space.states()).toEqual([{ name: "settings", keys: 2 }]);
    expect(await space.queues()).toEqual([{ name: "jobs", length: 2, taken: 1 }]);
    await taken?.ack();
    const lease = await space.lock("door").acquire({ holder: { thread: "t" } });
    expect(await space.lock("door").list()).toMatchObject([
      { lock: "door", thread: "t", token: lease?.token },
    ]);
    expect(await space.lock("window").list()).toEqual([]);
    await lease?.release();
    await space.close();
  });

  test("bigints, bytes, odd numbers and mappings that look like them come back as they were", async () => {
    const state = make().open("a").state("b");
    const values: SharedValue[] = [
      2n ** 70n,
      new Uint8Array([0, 255, 1]),
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      -0,
      { $bigint: "1" },
      { $bytes: [{ $mapping: { $number: 1 } }] },
      { a: [1n, new Uint8Array(0)], $b: null },
      "\u0000\ud800 \u{1f600}",
    ];
    for (const value of values) {
      await state.set("k", value);
      expect(await state.get("k")).toEqual(value);
      expect(await state.compareAndSet("k", value, 0)).toBe(true);
    }
    const given = new Uint8Array([1]);
    await state.set("k", given);
    given[0] = 2;
    expect(await state.get("k")).toEqual(new Uint8Array([1]));
  });
}
