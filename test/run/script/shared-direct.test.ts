import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { openSpace, type Space } from "../../../src/unidist/index.ts";
import { call, failureOf, file, folder, resultOf, runner, script, seconds } from "./calls.ts";

function open(url: string, name = "direct"): Space {
  const space = openSpace(url, name);
  onTestFinished(() => space.close());
  return space;
}

let spaces = 0;
const inMemory = () => open("memory:", `direct-${++spaces}`);
const inFile = () => open(`sqlite:${join(folder(), "shared.sqlite")}`);
const stores = [
  ["memory:", inMemory],
  ["sqlite:", inFile],
] as const;

const body = (text: string) =>
  script(file("a.mjs", `export default async ({ shared, signal, log }) => {\n${text}\n};`));

/** What the main thread is asked for while `space` is used. */
function watched(space: Space): { space: Space; asked: string[] } {
  const asked: string[] = [];
  const note = (name: string, on: object): object =>
    new Proxy(on, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const result: unknown = value.apply(target, args);
          if (name !== "") asked.push(`${name}.${String(key)}`);
          return name === "" && typeof result === "object" ? note(String(key), result as object) : result;
        };
      },
    });
  return { space: note("", space) as Space, asked };
}

test("counters in memory are changed by workers themselves, and once by the main thread", async () => {
  const { space, asked } = watched(inMemory());
  const { scripts } = runner({ space });
  const counts = body(`const counter = shared.counter("c");
  for (let i = 0; i < 500; i++) await counter.increment();
  return { n: await counter.get(), before: await counter.getSet(7), last: await counter.getIncrement(2) };`);
  expect(resultOf(await scripts.run(counts, call()))).toEqual({ n: 500n, before: 500n, last: 7n });
  expect(await space.counter("c").get()).toBe(9n);
  expect(asked.filter((what) => what.startsWith("counter."))).toEqual(["counter.get", "counter.get"]);
});

test("counters of many workers and the main thread in one memory add up", async () => {
  const space = inMemory();
  const { scripts } = runner({ space });
  const counts = body(`await shared.counter("ready").increment();
  while ((await shared.counter("ready").get()) < 3n) await new Promise((r) => setTimeout(r, 1));
  for (let i = 0; i < 3000; i++) await shared.counter("c").increment();`);
  const running = Promise.all(Array.from({ length: 3 }, () => scripts.run(counts, call())));
  for (let i = 0; i < 1000; i++) await space.counter("c").increment();
  expect((await running).every(({ ok }) => ok)).toBe(true);
  expect(await space.counter("c").get()).toBe(10_000n);
});

test("a counter in memory that overflows in a worker is an error and keeps its number", async () => {
  const space = inMemory();
  const { scripts } = runner({ space });
  const overflows = body(`const counter = shared.counter("c");
  await counter.set(2n ** 63n - 1n);
  try { await counter.increment(); } catch ({ name, code }) { return { name, code, n: await counter.get() }; }`);
  const found = resultOf(await scripts.run(overflows, call()));
  expect(found).toEqual({ name: "SharedError", code: "overflow", n: 2n ** 63n - 1n });
});

test("a worker with a thousand counters in memory keeps them apart", async () => {
  const space = inMemory();
  const { scripts } = runner({ space });
  const counts = body(`for (let i = 0; i < 1000; i++) await shared.counter("c" + i).increment(i);
  let sum = 0n;
  for (let i = 0; i < 1000; i++) sum += await shared.counter("c" + i).get();
  return { sum };`);
  expect(resultOf(await scripts.run(counts, call()))).toEqual({ sum: 499_500n });
  expect(await space.counter("c999").get()).toBe(999n);
});

test("what holds nothing goes from the worker straight to the file, the rest through the main thread", async () => {
  const { space, asked } = watched(inFile());
  const { scripts } = runner({ space });
  const uses = body(`const loaded = () => process.moduleLoadList.some((name) => name.includes("sqlite"));
  const before = loaded();
  await shared.counter("c").increment(3);
  await shared.state("s").set("a", { bytes: new Uint8Array([1, 2]), big: 2n ** 60n });
  await shared.state("s").update("a", (value) => ({ ...value, more: true }));
  const queue = shared.queue("q");
  await queue.push("one");
  await queue.pushMany(["two", "three"]);
  await shared.log("l").append("line");
  const taken = await queue.take();
  await taken.ack();
  const tail = [];
  for await (const { entry } of shared.log("l").tail()) tail.push(entry);
  return {
    before, after: loaded(), taken: taken.message, tail,
    popped: (await queue.popMany(5)).map(({ message }) => message),
    bytes: [...(await shared.state("s").get("a")).bytes],
  };`);
  expect(resultOf(await scripts.run(uses, call()))).toEqual({
    before: false,
    after: true,
    taken: "one",
    tail: ["line"],
    popped: ["two", "three"],
    bytes: [1, 2],
  });
  expect(asked).toEqual(["queue.take", "log.tail"]);
  expect(await space.state("s").get("a")).toEqual({
    bytes: new Uint8Array([1, 2]),
    big: 2n ** 60n,
    more: true,
  });
});

test.each(stores)("%s a script lists what there is, and who holds a lock", async (_, make) => {
  const { scripts } = runner({ space: make() });
  const lists = body(`await shared.counter("c").set(5);
  await shared.state("s").set("a", 1);
  await shared.queue("q").pushMany([1, 2]);
  const taken = await shared.queue("q").take();
  await shared.log("l").append("x");
  const lease = await shared.lock("k").acquire();
  const [holder] = await shared.lock("k").list();
  return {
    holder: { lock: holder.lock, thread: holder.thread, own: holder.token === lease.token, pid: holder.pid },
    locks: (await shared.locks()).length, counters: await shared.counters(), states: await shared.states(),
    queues: await shared.queues(), logs: await shared.logs(), none: (await shared.lock("other").list()).length,
  };`);
  expect(resultOf(await scripts.run(lists, call({ label: "cpu" })))).toEqual({
    holder: { lock: "k", thread: "cpu", own: true, pid: process.pid },
    locks: 1,
    counters: [{ name: "c", value: 5n }],
    states: [{ name: "s", keys: 1 }],
    queues: [{ name: "q", length: 2, taken: 1 }],
    logs: [{ name: "l", length: 1 }],
    none: 0,
  });
});

test.each(stores)("%s a script follows a log until it is to stop", async (_, make) => {
  const space = make();
  await space.log("l").append("before");
  const controller = new AbortController();
  const { scripts } = runner({
    space,
    log: (_level, text) => {
      if (text === "before") void space.log("l").append("then");
      else controller.abort();
    },
  });
  const follows = body(`const seen = [];
  for await (const { entry } of shared.log("l").tail({ follow: true, signal })) {
    seen.push(entry);
    log(entry);
  }
  return { seen, length: await shared.log("l").length(), trimmed: await shared.log("l").trim({ keep: 1 }) };`);
  const given = call({ signal: controller.signal, grace: seconds(20) });
  expect(resultOf(await scripts.run(follows, given))).toEqual({
    seen: ["before", "then"],
    length: 2,
    trimmed: 1,
  });
});

test.each(stores)("%s errors reach a worker with their code, whichever way they came", async (_, make) => {
  const { scripts } = runner({ space: make() });
  const wrong =
    body(`const codeOf = (call) => call().then(() => "none", ({ name, code }) => name + " " + code);
  const long = "x".repeat(256);
  const lease = await shared.lock("l").acquire();
  await lease.release();
  return {
    direct: await codeOf(() => shared.counter("c").increment(1.5)),
    name: await codeOf(async () => shared.state(long).get("a")),
    sent: await codeOf(() => shared.lock(long).acquire()),
    held: await codeOf(() => shared.queue(long).take()),
    large: await codeOf(() => shared.log("l").append("x".repeat(2 ** 20 + 1))),
  };`);
  expect(resultOf(await scripts.run(wrong, call()))).toEqual({
    direct: "SharedError bad-value",
    name: "SharedError bad-name",
    sent: "SharedError bad-name",
    held: "SharedError bad-name",
    large: "SharedError too-large",
  });
});

test.each(stores)("%s a script that counts without end hears that it is to stop", async (_, make) => {
  const space = make();
  const controller = new AbortController();
  const { scripts } = runner({ space, log: () => controller.abort() });
  const counts = body(`await shared.counter("c").increment();
  log("counting");
  while (!signal.aborted) await shared.counter("c").increment();
  return { asked: true };`);
  const given = call({ signal: controller.signal, timeout: undefined, grace: seconds(20) });
  expect(resultOf(await scripts.run(counts, given))).toEqual({ asked: true });
});

test("a worker's own change wakes who waits in the main thread", async () => {
  const space = inFile();
  const { scripts } = runner({ space });
  const taken = space.queue("q").take({ wait: 20 });
  const changes = space.state("s").watch("key")[Symbol.asyncIterator]();
  const change = changes.next();
  const entries = space.log("l").tail({ follow: true })[Symbol.asyncIterator]();
  const entry = entries.next();
  const writes = body(`await shared.queue("q").push("m");
  await shared.state("s").set("key", 5);
  await shared.log("l").append("e");`);
  resultOf(await scripts.run(writes, call()));
  expect((await taken)?.message).toBe("m");
  expect((await change).value).toEqual({ key: "key", value: 5 });
  expect((await entry).value).toMatchObject({ entry: "e" });
  await Promise.all([changes.return?.(), entries.return?.()]);
});

test("a file that cannot be opened fails the call, and is tried again by the next", async () => {
  const space = open("sqlite:/dev/null/no/such.sqlite");
  const { scripts } = runner({ space });
  const counts = body(`await shared.counter("c").increment();`);
  for (let run = 0; run < 2; run++) {
    expect(failureOf(await scripts.run(counts, call())).message).toMatch(/SharedError: .*such\.sqlite/);
  }
});

test("scripts in a process of their own share through the main thread", async () => {
  const { space, asked } = watched(inFile());
  const { scripts } = runner({ space });
  const counts = {
    ...body(`return { n: await shared.counter("c").increment() };`),
    isolate: "process" as const,
  };
  expect(resultOf(await scripts.run(counts, call()))).toEqual({ n: 1n });
  expect(asked).toEqual(["counter.increment"]);
});

test("300 workers terminated while they write take neither the process down nor the store, and lose no count", {
  timeout: 60_000,
}, async () => {
  const dir = folder();
  const worker = join(dir, "worker.mjs");
  const here = (name: string) => fileURLToPath(new URL(`programs/${name}`, import.meta.url));
  await build({
    entryPoints: [here("share-until-killed.ts")],
    outfile: worker,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["pg"],
    logLevel: "error",
  });
  const path = join(dir, "shared.sqlite");
  const child = spawn(
    process.execPath,
    [here("terminate-workers.ts"), worker, `sqlite:${path}`, "20", "300"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const [told, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(status).toBe(0);
  const { answered, value } = JSON.parse(told) as { answered: number; value: number };
  expect(answered).toBeGreaterThan(300);
  expect(value).toBeGreaterThanOrEqual(answered);
  // An increment may have been made, and its thread ended before it could say so.
  expect(value).toBeLessThanOrEqual(answered + 300);
  const db = new DatabaseSync(path);
  expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  db.close();
});
