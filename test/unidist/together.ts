import { expect, test } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { startProcess, startThread } from "./children.ts";
import { findNoOrder } from "./linearizable.ts";
import type { Call } from "./record-history.ts";

/** What every store that processes can share must do, with real threads, processes and time. `makeUrl` names a new store. */
export function togetherContract(makeUrl: () => string): void {
  const open = (url: string) => openSpace(url, "test");

  test("increments of two threads and two processes at once add up", async () => {
    const url = makeUrl();
    const others = [startThread, startThread, startProcess, startProcess].map((start) =>
      start("increment", url, 500),
    );
    for (const other of others) expect(await other.ended).toBe(0);
    const space = open(url);
    expect(await space.counter("hits").get()).toBe(2000n);
    await space.close();
  });

  test("what threads and processes do at once could have been done one after the other", async () => {
    const url = makeUrl();
    const others = [startProcess, startProcess, startThread].map((start, number) =>
      start("history", url, number),
    );
    for (const other of others) await other.hears("ready");
    const space = open(url);
    await space.state("signals").set("go", true);
    await space.close();
    const histories: Call[][] = [];
    for (const other of others) {
      expect(await other.ended).toBe(0);
      histories.push(JSON.parse(other.lines[1] ?? "") as Call[]);
    }
    const calls = histories.flat();
    expect(calls.length).toBeGreaterThanOrEqual(1200);
    // They were at it at the same time.
    const [one = [], two = []] = histories;
    expect(one.some((a) => two.some((b) => a.from < b.to && b.from < a.to))).toBe(true);
    for (const thing of ["counter", "register", "lock", "queue"] as const)
      expect(findNoOrder(thing, calls), thing).toBeUndefined();
  });

  test("a lock whose holder is killed goes to who waits in another process", async () => {
    const url = makeUrl();
    const holder = startProcess("hold", url);
    await holder.hears("held");
    const waiter = startProcess("wait", url);
    await waiter.hears("waits");
    holder.process?.kill("SIGKILL");
    expect(await waiter.ended).toBe(0);
    expect(waiter.lines).toEqual(["waits", "held"]);
  });

  test("a lock that is broken in one process is lost in the other", async () => {
    const url = makeUrl();
    const holder = startProcess("hold", url);
    await holder.hears("held");
    const space = open(url);
    expect(await space.locks()).toMatchObject([{ lock: "door", pid: holder.process?.pid }]);
    expect(await space.lock("door").breakLock()).toBe(true);
    await holder.hears("lost");
    holder.process?.kill("SIGKILL");
    await holder.ended;
    await space.close();
  });

  test("what a killed consumer had not acknowledged is delivered again, and that is counted", async () => {
    const url = makeUrl();
    const space = open(url);
    const queue = space.queue("jobs");
    await queue.push("precious");
    const consumer = startProcess("take", url);
    await consumer.hears("took precious");
    expect(await queue.take()).toBeUndefined();
    const waiting = queue.take({ wait: 20 as Seconds });
    consumer.process?.kill("SIGKILL");
    expect(await waiting).toMatchObject({ message: "precious", deliveries: 2 });
    await space.close();
  });

  test("two consumers get every message once, each of them in order", async () => {
    const url = makeUrl();
    const consumers = [startProcess("consume", url), startThread("consume", url)];
    const producer = startProcess("produce", url, 500);
    expect(await producer.ended).toBe(0);
    const space = open(url);
    await space.queue("jobs").pushMany(["end", "end"]);
    for (const consumer of consumers) expect(await consumer.ended).toBe(0);
    const got = consumers.map(({ lines }) => lines.map(Number));
    for (const numbers of got) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(got.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, number) => number));
    expect(await space.queue("jobs").length()).toBe(0);
    await space.close();
  });

  test("a subscriber in another process gets what was popped here before it could look", async () => {
    const url = makeUrl();
    const subscriber = startProcess("subscribe", url);
    await subscriber.hears("subscribed");
    const space = open(url);
    for (let i = 0; i < 300; i++) {
      await space.queue("jobs").push(i);
      expect((await space.queue("jobs").pop())?.message).toBe(i);
    }
    await space.queue("jobs").push("end");
    expect(await subscriber.ended).toBe(0);
    expect(subscriber.lines.slice(1).map(Number)).toEqual(Array.from({ length: 300 }, (_, number) => number));
    await space.close();
  });

  test("a watcher here sees what another process sets", async () => {
    const url = makeUrl();
    const space = open(url);
    const changes = space.state("signals").watch("*")[Symbol.asyncIterator]();
    const change = changes.next();
    const subscriber = startProcess("subscribe", url);
    const said = subscriber.hears("subscribed");
    expect((await change).value).toEqual({ key: "subscribed", value: true });
    await said;
    await space.queue("jobs").push("end");
    expect(await subscriber.ended).toBe(0);
    await changes.return?.();
    await space.close();
  });
}
