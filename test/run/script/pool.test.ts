import { expect, test } from "vitest";
import { call, failureOf, file, mebibytes, program, resultOf, runner, script, seconds } from "./calls.ts";

const random = () => script(program("random.ts"));

test("hung scripts never hold up the others", async () => {
  const { scripts } = runner();
  const controller = new AbortController();
  const hung = Array.from({ length: 6 }, () =>
    scripts.run(
      script(file("sleep.mjs", "export default () => new Promise(() => {});")),
      call({ signal: controller.signal, timeout: undefined, grace: seconds(0.01) }),
    ),
  );
  for (let run = 0; run < 20; run++) {
    expect(resultOf(await scripts.run(random(), call()))).toHaveProperty("random");
  }
  expect(scripts.figures().running).toBe(6);
  controller.abort();
  for (const outcome of await Promise.all(hung)) expect(failureOf(outcome).kind).toBe("aborted");
});

test("many quick calls need few workers", async () => {
  const { scripts } = runner();
  const reference = random();
  const outcomes = await Promise.all(Array.from({ length: 500 }, () => scripts.run(reference, call())));
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  expect(scripts.figures().workers).toBeLessThanOrEqual(4);
  expect(scripts.figures()).toMatchObject({ queued: 0, running: 0 });
});

test("at the bound, calls wait, and give up when they are stopped", async () => {
  const { scripts } = runner({ mostWorkers: 1 });
  const controller = new AbortController();
  const hung = scripts.run(script(program("forever.mjs")), call({ timeout: seconds(0.3) }));
  const waiting = scripts.run(random(), call({ signal: controller.signal }));
  const patient = scripts.run(random(), call());
  expect(scripts.figures().queued).toBe(2);
  controller.abort();
  expect(failureOf(await waiting).message).toBe('script "random.ts" was stopped before it ran');
  expect(failureOf(await hung).kind).toBe("timeout");
  expect(resultOf(await patient)).toHaveProperty("random");
});

test("idle workers end, but one", async () => {
  const { scripts } = runner({ idle: seconds(0.3) });
  const slow = script(
    file("a.mjs", "export default () => new Promise((r) => setTimeout(() => r({}), 120));"),
  );
  await Promise.all(Array.from({ length: 3 }, () => scripts.run(slow, call())));
  expect(scripts.figures().workers).toBeGreaterThan(1);
  await expect.poll(() => scripts.figures().workers).toBe(1);
});

test("scripts with a memory limit have workers of their own", async () => {
  const { scripts } = runner();
  await scripts.run(random(), call());
  await scripts.run(script(program("random.ts"), { memory: mebibytes(64) }), call());
  expect(scripts.figures().workers).toBe(2);
});

test("a warm worker takes the first call", async () => {
  const { scripts } = runner();
  scripts.warmUp();
  expect(resultOf(await scripts.run(random(), call()))).toHaveProperty("random");
  expect(scripts.figures().workers).toBe(1);
});

test("closing ends what runs and refuses what comes", async () => {
  const { scripts } = runner();
  const hung = scripts.run(script(program("forever.mjs")), call({ timeout: undefined }));
  await scripts.run(random(), call());
  await scripts.close();
  expect(failureOf(await hung).kind).toBe("aborted");
  expect(failureOf(await scripts.run(random(), call())).kind).toBe("aborted");
  expect(scripts.figures()).toEqual({ workers: 0, queued: 0, running: 0 });
});

test("hundreds of calls may share one signal without a warning", async () => {
  const { scripts } = runner();
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on("warning", warned);
  const reference = random();
  await Promise.all(Array.from({ length: 200 }, () => scripts.run(reference, call({ signal }))));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  expect(warnings).toEqual([]);
});
