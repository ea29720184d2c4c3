import { expect, test } from "vitest";
import type { Mapping } from "../../../src/base/index.ts";
import { call, failureOf, file, program, resultOf, runner, script, seconds } from "./calls.ts";

test("a long-running script emits until its signal aborts", async () => {
  const { scripts } = runner();
  const controller = new AbortController();
  const emitted: Mapping[] = [];
  const long = scripts.start(
    script(program("emits-until-stopped.mjs")),
    call({ signal: controller.signal, timeout: undefined, grace: seconds(5) }),
    (result) => {
      emitted.push(result);
      if (emitted.length === 5) controller.abort();
    },
  );
  expect(resultOf(await long.ended)).toEqual({ stopped: true });
  expect(emitted[0]).toEqual({ count: 1 });
  await expect.poll(() => scripts.figures().workers).toBe(0);
});

test("a reader that cannot keep up gets the newest; the others are counted and take no memory", async () => {
  const { scripts } = runner();
  const controller = new AbortController();
  const emitted: { result: Mapping; dropped: number }[] = [];
  const long = scripts.start(
    script(program("emits-endlessly.mjs")),
    call({ signal: controller.signal, timeout: undefined, grace: seconds(0.05) }),
    (result, dropped) => {
      emitted.push({ result, dropped });
      const until = performance.now() + 5;
      while (performance.now() < until);
      if (emitted.length === 10) controller.abort();
    },
  );
  expect(failureOf(await long.ended)).toEqual({
    kind: "aborted",
    message: 'script "emits-endlessly.mjs" was stopped',
  });
  let seen = 0;
  for (const { result, dropped } of emitted) {
    seen += dropped + 1;
    expect(result.count).toBe(seen);
  }
  expect(seen).toBeGreaterThan(emitted.length);
});

test("a long-running script that throws ends with its error", async () => {
  const { scripts } = runner();
  const fails = file(
    "a.mjs",
    "export default async ({ emit }) => { emit({ a: 1 }); throw new Error('gone'); };",
  );
  const emitted: Mapping[] = [];
  const long = scripts.start(script(fails), call(), (result) => emitted.push(result));
  expect(failureOf(await long.ended).message).toBe('script "a.mjs" threw: gone');
  expect(emitted).toEqual([{ a: 1 }]);
});

test("emitting something else than a mapping is an error in the script", async () => {
  const { scripts } = runner();
  const long = scripts.start(
    script(file("a.mjs", "export default ({ emit }) => emit([1]);")),
    call(),
    () => {},
  );
  expect(failureOf(await long.ended).message).toBe(
    'script "a.mjs" threw: TypeError: emit was given a list; a mapping is expected',
  );
});

test("a child process emits as well", async () => {
  const { scripts } = runner();
  const controller = new AbortController();
  let count = 0;
  const long = scripts.start(
    script(program("emits-until-stopped.mjs"), { isolate: "process" }),
    call({ signal: controller.signal, timeout: undefined, grace: seconds(5) }),
    () => {
      if (++count === 3) controller.abort();
    },
  );
  expect(resultOf(await long.ended)).toEqual({ stopped: true });
});
