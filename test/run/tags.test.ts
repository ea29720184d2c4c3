import { expect, test } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import { plainOf } from "../../src/unidist/index.ts";
import { runOf, slow, workshop } from "./workshop.ts";

test("pipelines of run simultaneous run at the same time, each with pipe data of its own", async () => {
  const shop = workshop({
    scripts: {
      "one.ts": slow(() => shop.clock, 1000, { one: 1 }),
      "two.ts": slow(() => shop.clock, 1000, { two: 2 }),
    },
  });
  const result = await shop.processFor(
    1000,
    "run simultaneous:\n  a: [{script: one.ts}]\n  b: [{script: two.ts}]\n",
    {
      args: [],
      given: true,
    },
  );
  expect(result).toMatchObject({
    "run simultaneous": {
      a: { __duration: 1, args: [], given: true, one: 1 },
      b: { __duration: 1, args: [], given: true, two: 2 },
    },
  });
  expect(JSON.stringify(result)).not.toContain('"one":1,"two"');
});

test("one failed pipeline fails the block after the others have ended", async () => {
  const ended: string[] = [];
  const { process } = workshop({
    scripts: {
      "bad.ts": () => {
        throw new Error("no sensor");
      },
      "good.ts": async () => {
        await new Promise((resolve) => setImmediate(resolve));
        ended.push("good");
        return {};
      },
    },
  });
  const text = "run simultaneous: {a: [{script: bad.ts}], b: [{script: good.ts}]}";
  await expect(process(text)).rejects.toThrow("no sensor");
  expect(ended).toEqual(["good"]);
});

test("a failed pipeline is shown by its handle while threads of the others go on", async () => {
  const { processFor, threads } = workshop({
    scripts: {
      "bad.ts": () => {
        throw new Error("no sensor");
      },
      "good.ts": () => ({ n: 1 }),
    },
  });
  const result = await processFor(
    20,
    "run simultaneous: {a: [{script: bad.ts}], b: [{script: good.ts, cache: 5}]}",
  );
  expect(result).toMatchObject({
    "run simultaneous": { a: { state: "failed", error: "no sensor" }, b: { n: 1 } },
  });
  await threads.stopAll(0 as Seconds);
});

test("a lock is held until the block ends, also when it fails", async () => {
  const { process, services } = workshop();
  const lock = services.space.lock("door");
  await process("require lock: door\nrun: [{set: {a: 1}}]\n");
  expect(await lock.isLocked()).toBe(false);
  await expect(process("require lock: door\nrun: [{shell: exit 1}]\n")).rejects.toThrow("exit status 1");
  expect(await lock.isLocked()).toBe(false);
});

test("two blocks with the same lock run one after the other", async () => {
  let inside = 0;
  let most = 0;
  const { process } = workshop({
    scripts: {
      "a.ts": async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        return {};
      },
    },
  });
  const text = "require lock: door\nrun: [{script: a.ts}]\n";
  await Promise.all([process(text), process(text), process(text)]);
  expect(most).toBe(1);
});

test("when a lock is not free in time, the timeout block is processed instead", async () => {
  const { processFor, services } = workshop();
  const lease = await services.space.lock("door").acquire();
  const lock = "require lock: {name: door, timeout: 2, timeout block: {busy: true}}";
  expect(await processFor(2000, `${lock}\nfree: true\n`)).toEqual({ busy: true });
  await lease?.release();
  expect(await processFor(0, `${lock}\nfree: true\n`)).toEqual({ free: true });
});

test("without a timeout block it fails, with the text that was given", async () => {
  const { processFor, services } = workshop();
  await services.space.lock("door").acquire();
  await expect(
    processFor(2000, "require lock: {name: door, timeout: 2, timeout exception: come back later}\n"),
  ).rejects.toThrow("come back later");
  await expect(processFor(2000, "require lock: {name: door, timeout: 2}\n")).rejects.toThrow(
    'lock "door" was not free within 2s',
  );
});

test("a lock that the block around holds is not waited for", async () => {
  const { process } = workshop();
  expect(await process("require lock: door\ninner:\n  require lock: door\n  a: 1\n")).toEqual({
    inner: { a: 1 },
  });
});

test("release lock gives it back early; a lock that is not held is an error", async () => {
  const { process, services, happenings } = workshop();
  await process("require lock: door\nrelease lock: door\n");
  expect(happenings.filter((one) => one.type === "lock:released").length).toBe(1);
  expect(await services.space.lock("door").isLocked()).toBe(false);
  await expect(process("release lock: door\n")).rejects.toThrow(
    'lock "door" cannot be released: this block does not hold it',
  );
});

test("releasing __running takes it from whoever holds it", async () => {
  const { process, services } = workshop();
  const lease = await services.space.lock("__running").acquire();
  await process("release lock: __running\n");
  expect(lease?.lost.aborted).toBe(true);
});

test("put tag puts a tag's result in a queue and leaves no trace", async () => {
  const { process, services } = workshop();
  const result = await process("run: [{set: {n: 1}}]\nput tag run in queue wall: true\n");
  expect(Object.keys(result as object)).toEqual(["run"]);
  const [message] = await services.space.queue("wall").peek();
  expect(runOf({ run: plainOf(message?.message ?? null) })).toEqual({ args: [], n: 1 });
  await expect(process("put tag nothing in queue wall: true\n")).rejects.toThrow(
    'the block has no result for "nothing" to put in a queue',
  );
});

test("wrong locks are refused when the file is loaded", () => {
  const { problems } = workshop();
  expect(problems("require lock: {timeout: 2}\n")).toContain("name");
  expect(problems("require lock: {name: a, timeout block: {a: 1}}\n")).toContain('needs "timeout"');
  expect(problems("require lock: [a]\n")).toContain("demo.yaml:1:15");
});
