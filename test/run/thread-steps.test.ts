import { expect, test } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import { runOf, type Script, workshop } from "./workshop.ts";

/** A script that returns how often it ran. */
function counting(): { script: Script; count: () => number } {
  let n = 0;
  return { script: () => ({ n: ++n }), count: () => n };
}

test("a cached step starts a thread; the pipeline goes on with its first result and a handle", async () => {
  const { script } = counting();
  const { clock, process, threads } = workshop({ scripts: { "a.ts": script } });
  const result = await process(
    "run: [{script: a.ts, cache: 5, thread_id: simplest}, {set: {twice: '{{n}}{{n}}'}}]",
  );
  expect(runOf(result)).toEqual({
    args: [],
    n: 1,
    "run_thread.simplest": {
      thread: "simplest",
      kind: "interval",
      running: true,
      state: "waiting",
      interval: 5,
      runs: "script: a.ts",
    },
    twice: "11",
  });
  await clock.advance(10_000);
  expect(threads.get("simplest")?.status()).toMatchObject({ runs: 3, errors: 0 });
  await threads.stopAll(0 as Seconds);
});

test("later readers get the latest result at once, without a second thread", async () => {
  const { script, count } = counting();
  const { clock, process, threads } = workshop({
    scripts: { "a.ts": script, "b.ts": () => ({ wrong: true }) },
  });
  await process("run: [{script: a.ts, cache: 5, thread_id: t}]");
  await clock.advance(5000);
  expect(runOf(await process("run: [{script: b.ts, cache: 1, thread_id: t, as: x}]"))).toMatchObject({
    x: { n: 2 },
  });
  expect(runOf(await process("run: [{script: b.ts, thread_id: t}]"))).toMatchObject({ n: 2 });
  expect([count(), threads.list().length]).toEqual([2, 1]);
  await threads.stopAll(0 as Seconds);
});

test("a step without a name is known by its place", async () => {
  const { script, count } = counting();
  const { process, threads } = workshop({ scripts: { "a.ts": script } });
  for (let i = 0; i < 3; i++)
    expect(runOf(await process("run: [{script: a.ts, cache: 5}]"))).toEqual({ args: [], n: 1 });
  expect([count(), threads.list().map((thread) => thread.id)]).toEqual([1, ["demo.yaml:1"]]);
  await threads.stopAll(0 as Seconds);
});

test("what a reader changes in its data does not change the thread's history", async () => {
  const { process, threads } = workshop({ scripts: { "a.ts": () => ({ list: [1], deep: { a: 1 } }) } });
  const result = await process("run: [{script: a.ts, cache: 5, thread_id: t}, {set: {deep.a: 2}}]");
  (runOf(result).list as number[]).push(2);
  expect(threads.get("t")?.latest()?.output).toEqual({ list: [1], deep: { a: 1 } });
  await threads.stopAll(0 as Seconds);
});

test("a first run that fails is the thread's error; the pipeline goes on without a result", async () => {
  const { process, threads, clock } = workshop({
    scripts: {
      "bad.ts": () => {
        throw new Error("no sensor");
      },
    },
  });
  const result = runOf(
    await process("run: [{script: bad.ts, cache: 5, thread_id: t}, {set: {after: true}}]"),
  );
  expect(result).toMatchObject({ after: true, "run_thread.t": { running: true, error: "no sensor" } });
  await clock.advance(5000);
  expect(threads.get("t")?.status()).toMatchObject({ errors: 2, error: { place: { line: 1 } } });
  await threads.stopAll(0 as Seconds);
});

test("each result of a thread is stored, stamped with the wall clock of its run's start", async () => {
  const { clock, process, threads, stored } = workshop({ scripts: { "a.ts": () => ({ n: 1 }) } });
  await process("run: [{script: a.ts, cache: 5, timeseries collect: {path: a.rrd, fields: [n]}}]");
  clock.jumpWall(100_000);
  await clock.advance(5000);
  expect(stored.map((one) => one.stamp - 1_700_000_000_000)).toEqual([0, 105_000]);
  await threads.stopAll(0 as Seconds);
});

test("several steps in a thread start from the same pipe data at each run", async () => {
  const { clock, process, threads } = workshop();
  await process(
    "run: [{set: {a: 1}}, {steps: [{set: {b: '{{a}}{{b}}'}}], cache: 5, thread_id: t}, {set: {a: 2}}]",
  );
  await clock.advance(10_000);
  expect(
    threads
      .get("t")
      ?.history()
      .map((one) => one.output),
  ).toEqual([{ b: "1" }, { b: "1" }, { b: "1" }]);
  await threads.stopAll(0 as Seconds);
});

test("a cron step does not hold up the pipeline", async () => {
  const { process, threads } = workshop({ scripts: { "a.ts": () => ({ n: 1 }) } });
  const result = runOf(await process("run: [{script: a.ts, cron: '0 3 * * *', thread_id: t}]"));
  expect(result).toMatchObject({ "run_thread.t": { kind: "cron", state: "waiting" } });
  expect(result.n).toBeUndefined();
  await threads.stopAll(0 as Seconds);
});

test("a long-running step's results are its runs; the pipeline takes the first", async () => {
  const scripts: Record<string, Script> = {
    "long.ts": ({ signal }, emit) => {
      emit({ n: 1 });
      emit({ n: 2 });
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
    },
  };
  const { clock, process, threads } = workshop({ scripts });
  const result = runOf(await process("run: [{script: long.ts, longrunning: true, thread_id: t}]"));
  expect(result).toMatchObject({ n: 2, "run_thread.t": { kind: "long-running", state: "running" } });
  expect(
    threads
      .get("t")
      ?.history()
      .map((one) => one.output.n),
  ).toEqual([1, 2]);
  const stopping = threads.stopAll(10 as Seconds);
  await clock.advance(0);
  await stopping;
});

test("a long-running step that says nothing holds the pipeline up for a second at most", async () => {
  const scripts: Record<string, Script> = { "long.ts": () => new Promise(() => {}) };
  const { processFor, threads, clock } = workshop({ scripts });
  const result = runOf(
    await processFor(1000, "run: [{script: long.ts, longrunning: true}, {set: {after: 1}}]"),
  );
  expect(result).toEqual({ args: [], after: 1 });
  const stopping = threads.stopAll(0 as Seconds);
  await clock.advance(5000);
  await stopping;
});

test("a command's lines are its results", async () => {
  const { process, threads } = workshop();
  const text =
    "run: [{shell: 'echo a b; echo 1 2; echo 3 4', longrunning: true, parse: columns, thread_id: t}]";
  await process(text);
  await threads.get("t")?.ended;
  expect(
    threads
      .get("t")
      ?.history()
      .map((one) => one.output),
  ).toEqual([
    { a: 1, b: 2 },
    { a: 3, b: 4 },
  ]);
  expect(threads.get("t")?.status().state).toBe("finished");
});

test("once: every step runs once in series, and no thread stays", async () => {
  const { script } = counting();
  const stopped: boolean[] = [];
  const { process, threads } = workshop({
    once: true,
    scripts: {
      "a.ts": script,
      "long.ts": ({ signal }, emit) => {
        emit({ first: true });
        stopped.push(signal.aborted);
        return Promise.resolve(undefined);
      },
    },
  });
  const text = "run: [{script: a.ts, cache: 5, thread_id: t}, {script: long.ts, longrunning: true}]";
  expect(runOf(await process(text))).toEqual({ args: [], n: 1, first: true });
  expect([stopped, threads.list().length]).toEqual([[true], 0]);
});
