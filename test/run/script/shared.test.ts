import { expect, onTestFinished, test } from "vitest";
import { openSpace, type Space } from "../../../src/unidist/index.ts";
import { call, failureOf, file, program, resultOf, runner, script, seconds } from "./calls.ts";

let spaces = 0;
function space(): Space {
  const opened = openSpace("memory:", `script-test-${++spaces}`);
  onTestFinished(() => opened.close());
  return opened;
}

const body = (text: string) =>
  script(file("a.mjs", `export default async ({ shared, signal, log }) => {\n${text}\n};`));

test("scripts in different workers count together", async () => {
  const { scripts } = runner({ space: space() });
  const counts = body(
    "await new Promise((r) => setTimeout(r, 20)); return { n: await shared.counter('c').increment() };",
  );
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => scripts.run(counts, call())));
  const numbers = outcomes.map((outcome) => (resultOf(outcome) as { n: bigint }).n).sort();
  expect(numbers).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
});

test("state is set, read, listed and changed by a function", async () => {
  const { scripts } = runner({ space: space() });
  const uses = body(`const state = shared.state("s");
  await state.set("a", { list: [1] });
  await state.update("a", (value) => ({ list: [...value.list, 2] }));
  await state.update("b", (value) => value ?? "new");
  return { all: await state.entries(), keys: await state.keys(), none: (await state.get("x")) ?? null };`);
  expect(resultOf(await scripts.run(uses, call()))).toEqual({
    all: { a: { list: [1, 2] }, b: "new" },
    keys: ["a", "b"],
    none: null,
  });
});

test("a lock is taken under the name of the thread and released by the script", async () => {
  const shared = space();
  const { scripts } = runner({ space: shared });
  const locks = body(`const lease = await shared.lock("l").acquire();
  const held = await shared.locks();
  await lease.release();
  return { token: lease.token, thread: held[0].thread, after: (await shared.locks()).length };`);
  expect(resultOf(await scripts.run(locks, call({ label: "cpu" })))).toMatchObject({
    thread: "cpu",
    after: 0,
  });
});

test("a lock that a script forgot, or died with, is free after its run", async () => {
  const shared = space();
  const { scripts } = runner({ space: shared });
  await scripts.run(body("await shared.lock('l').acquire();"), call());
  await expect.poll(() => shared.lock("l").isLocked()).toBe(false);
  const dies = body("await shared.lock('l').acquire(); for (;;);");
  expect(failureOf(await scripts.run(dies, call({ timeout: seconds(0.3) }))).kind).toBe("timeout");
  await expect.poll(() => shared.lock("l").isLocked()).toBe(false);
});

test("a lock that a stopped script still waited for is not taken", async () => {
  const shared = space();
  const { scripts } = runner({ space: shared });
  const lease = await shared.lock("l").acquire();
  const waits = body("await shared.lock('l').acquire();");
  expect(failureOf(await scripts.run(waits, call({ timeout: seconds(0.2) }))).kind).toBe("timeout");
  await lease?.release();
  expect(await shared.lock("l").isLocked()).toBe(false);
});

test("a broken lease is noticed", async () => {
  const shared = space();
  const { scripts } = runner({ space: shared, log: () => void shared.lock("l").breakLock() });
  const holds = body(`const lease = await shared.lock("l").acquire();
  log("held");
  await new Promise((resolve) => lease.lost.addEventListener("abort", resolve));
  return { lost: true };`);
  expect(resultOf(await scripts.run(holds, call()))).toEqual({ lost: true });
});

test("queues are pushed to, taken from and subscribed to", async () => {
  const { scripts } = runner({ space: space() });
  const uses = body(`const queue = shared.queue("q");
  await queue.push("one");
  await queue.push({ two: 2 });
  const seen = [];
  for await (const { message } of queue.subscribe({ from: 0n })) {
    seen.push(message);
    if (seen.length === 2) break;
  }
  const taken = await queue.take();
  await taken.ack();
  return { seen, taken: taken.message, left: await queue.length() };`);
  expect(resultOf(await scripts.run(uses, call()))).toEqual({
    seen: ["one", { two: 2 }],
    taken: "one",
    left: 1,
  });
});

test("errors of the space reach the script", async () => {
  const { scripts } = runner({ space: space() });
  const wrong = body("await shared.counter('c').set('many');");
  expect(failureOf(await scripts.run(wrong, call())).message).toMatch(/^script "a\.mjs" threw: /);
});

test("scripts that do not use it know nothing of it", async () => {
  const { scripts } = runner();
  expect(resultOf(await scripts.run(script(program("random.ts")), call()))).toHaveProperty("random");
  expect(resultOf(await scripts.run(body("return { shared: typeof shared };"), call()))).toEqual({
    shared: "undefined",
  });
});
