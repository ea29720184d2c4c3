import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Events, type Happening, type Plain, type Result, unwrap } from "../../src/base/index.ts";
import { type BlockRun, type RunBlockOptions, runBlockFile } from "../../src/engine/index.ts";
import { openRrd } from "../../src/rrd/index.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "procblock-engine-"));
  const files: Record<string, string> = {
    "simplest.ts": "export const processBlock = () => ({ random: 7 });\n",
    "simplest.yaml": "- script: simplest.ts\n",
    "monitor.yaml": `__usage: {name: monitor, longrunning: true}
run:
  - {script: simplest.ts, cache: 0.02, thread_id: quick}
`,
    "stored.yaml": `__usage: {name: stored, longrunning: true}
run:
  - script: count.ts
    cache: 1
    thread_id: count
    timeseries collect: {path: count.rrd, interval: 1, fields: [count]}
`,
    "nowhere.yaml": `__usage: {name: nowhere, longrunning: true}
run:
  - script: count.ts
    cache: 1
    thread_id: count
    timeseries collect:
      path: nowhere.rrd
      interval: 1
      fields: [count]
      to:
        - graphite: {address: ./nowhere.sock}
        - jsonl: {path: samples.jsonl}
`.replace("./nowhere.sock", join(dir, "nowhere.sock")),
    "count.ts": "let n = 0;\nexport const processBlock = () => ({ count: ++n });\n",
    "breaker.yaml": `__usage: {name: breaker, longrunning: true}
run:
  - {script: breaker.ts, cache: 0.02, thread_id: breaker}
`,
    "first.yaml": `__usage: {name: first, longrunning: true, space: together}
run:
  - {script: simplest.ts, cache: 0.02, thread_id: quick}
`,
    "second.yaml": `__usage: {name: second, longrunning: true, space: together, copies: true}
run:
  - {script: simplest.ts, cache: 0.02, thread_id: quick}
`,
    "releases.yaml": `__usage: {name: releases, longrunning: true, space: together}
release lock: __running
run:
  - {script: simplest.ts, cache: 0.02, thread_id: quick}
`,
    "breaker.ts": `let runs = 0;
export const processBlock = async ({ shared }) => {
  if (++runs === 3) await shared.lock("__running").breakLock();
  return { runs };
};
`,
    "fails.yaml": "run:\n  - shell: exit 3\n",
    "fails-first.yaml": `__usage: {name: fails-first, longrunning: true}
run:
  - {script: moody.ts, cache: 0.02, thread_id: moody}
`,
    "moody.ts": `let runs = 0;
export const processBlock = () => {
  if (++runs === 1) throw new Error("not yet");
  return { runs };
};
`,
    "endless.yaml": "run:\n  - script: endless.ts\n",
    "endless.ts": "export const processBlock = () => { for (;;); };\n",
    "ends.yaml": `__usage: {name: ends, longrunning: true}
run:
  - {script: simplest.ts, cache: 0.02, thread_id: short, duration: 0.05}
`,
    "input.yaml": "result:\n  if size > 3:\n    big: true\n  else:\n    big: false\n",
    "wrong.yaml": "run:\n  - schell: a\n  - shel: b\n",
    "returns.yaml": "__return_tag: answer\nanswer: [1, 2]\nother: 3\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function run(name: string, options: RunBlockOptions = {}): Promise<BlockRun> {
  return unwrap(await runBlockFile(name, { cwd: dir, ...options }));
}

function messages(result: Result<unknown>): string[] {
  return result.ok ? [] : result.problems.map(({ code, message }) => `${code}: ${message}`);
}

/** Resolves with the first happening of that kind. */
function next(events: Events, wanted: (happening: Happening) => boolean): Promise<Happening> {
  return new Promise((resolve) => {
    const off = events.on((happening) => {
      if (!wanted(happening)) return;
      off();
      resolve(happening);
    });
  });
}

describe("a block that is not long-running", () => {
  test("is over with its result", async () => {
    const { result, threads, longrunning, ended } = await run("simplest.yaml");
    expect(result).toMatchObject({ run: { random: 7, args: [] } });
    expect({ threads: threads.length, longrunning }).toEqual({ threads: 0, longrunning: false });
    expect(await ended).toEqual({ ending: "done", problems: [] });
  });

  test("may run several times at once", async () => {
    const runs = await Promise.all([1, 2, 3].map(() => run("simplest.yaml")));
    expect(runs.map(({ result }) => (result as { run: { random: Plain } }).run.random)).toEqual([7, 7, 7]);
    await Promise.all(runs.map(({ ended }) => ended));
  });

  test("gets input from arguments and as data", async () => {
    expect((await run("input.yaml", { args: ["--size", "5"] })).result).toEqual({ result: { big: true } });
    expect((await run("input.yaml", { inputData: { size: 1 } })).result).toEqual({ result: { big: false } });
  });

  test("may return one value alone", async () => {
    expect((await run("returns.yaml")).result).toEqual([1, 2]);
  });

  test("gives its problems back when the file is wrong, all of them, and when a step fails", async () => {
    const wrong = await runBlockFile("wrong.yaml", { cwd: dir });
    expect(messages(wrong)).toHaveLength(2);
    const failing = await runBlockFile("fails.yaml", { cwd: dir });
    expect(messages(failing)).toEqual(["step-exit-status: shell: exit 3 ended with exit status 3"]);
  });

  test("says so when there is no such store", async () => {
    expect(messages(await runBlockFile("simplest.yaml", { cwd: dir, store: "redis://x" }))).toEqual([
      'space-unknown-store: unknown store "redis://x": a store is "sqlite:PATH", "postgres://USER@HOST/DATABASE" or "memory:"',
    ]);
  });

  test("is cut off when it does not end in the grace time after it was asked to stop", async () => {
    const asked = new AbortController();
    const events = new Events();
    const started = next(events, ({ type }) => type === "step:started");
    const running = runBlockFile("endless.yaml", { cwd: dir, events, signal: asked.signal, grace: 0.05 });
    await started;
    asked.abort("enough");
    const result = await running;
    expect(result.ok).toBe(false);
  });
});

describe("a long-running block", () => {
  test("resolves with its first result and runs until it is stopped", async () => {
    const { result, threads, longrunning, stop, ended } = await run("monitor.yaml");
    expect(result).toMatchObject({ run: { random: 7, "run_thread.quick": { thread: "quick" } } });
    expect(threads.map(({ id }) => id)).toEqual(["quick"]);
    expect(longrunning).toBe(true);
    await stop();
    expect(await ended).toEqual({ ending: "stopped", problems: [] });
    expect(threads.map((thread) => thread.status().state)).toEqual(["finished"]);
    await stop();
  });

  test("runs once in a space, and again when it was stopped", async () => {
    const first = await run("monitor.yaml");
    expect(messages(await runBlockFile("monitor.yaml", { cwd: dir }))).toEqual([
      'already-running: block "monitor" is running already',
    ]);
    await first.stop();
    await (await run("monitor.yaml")).stop();
  });

  test("runs beside other blocks of its space, and as often as its copies are allowed", async () => {
    const first = await run("first.yaml");
    const copies = [await run("second.yaml"), await run("second.yaml")];
    expect(messages(await runBlockFile("first.yaml", { cwd: dir }))).toEqual([
      'already-running: block "first" is running already',
    ]);
    for (const { stop } of [first, ...copies]) await stop();
  });

  test("stops when it releases __running itself, and no other block of its space does", async () => {
    const first = await run("first.yaml");
    const { ended } = await run("releases.yaml");
    expect(await ended).toMatchObject({ ending: "stopped" });
    expect(first.threads[0]?.status().state).not.toBe("finished");
    await first.stop();
  });

  test("stops when a script takes its lock __running away", async () => {
    const events = new Events();
    const stopping = next(events, ({ type }) => type === "process:stopping");
    const { ended } = await run("breaker.yaml", { events });
    expect(await stopping).toMatchObject({ reason: "the lock __running was released" });
    expect(await ended).toMatchObject({ ending: "stopped" });
  });

  test("stops with the signal it was given, also when that was aborted before", async () => {
    const asked = new AbortController();
    asked.abort();
    const { ended } = await run("monitor.yaml", { signal: asked.signal });
    expect(await ended).toMatchObject({ ending: "stopped" });
  });

  test("ends by itself when every thread has ended", async () => {
    const { ended } = await run("ends.yaml");
    expect(await ended).toEqual({ ending: "done", problems: [] });
  });

  test("goes on trying when its first run failed", async () => {
    const events = new Events();
    const failed = next(events, ({ type }) => type === "thread:failed");
    const { threads, stop } = await run("fails-first.yaml", { events });
    expect(await failed).toMatchObject({ thread: "moody" });
    const [thread] = threads;
    while (thread?.latest() === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(thread.status()).toMatchObject({ errors: 1, error: undefined });
    await stop();
  });

  test("runs each step once with `once`, and ends", async () => {
    const { result, threads, longrunning, ended } = await run("monitor.yaml", { once: true });
    expect(result).toMatchObject({ run: { random: 7 } });
    expect({ threads: threads.length, longrunning }).toEqual({ threads: 0, longrunning: false });
    expect(await ended).toEqual({ ending: "done", problems: [] });
  });

  test("has everything stored that it produced before it was stopped", async () => {
    const events = new Events();
    const stored: number[] = [];
    events.on((happening) => happening.type === "sample:stored" && stored.push(happening.time));
    const finished = next(events, ({ type }) => type === "step:finished");
    const { threads, stop } = await run("stored.yaml", { events });
    const [thread] = threads;
    await finished;
    await stop();
    expect(stored).toHaveLength(thread?.status().runs ?? 0);
    const file = unwrap(openRrd(join(dir, "count.rrd"), { mode: "read" }));
    expect(file.lastUpdate).toBeCloseTo(stored.at(-1) ?? 0, 2);
    file.close();
  });

  test("ends failed when another store did not take everything, and says which and how much", async () => {
    const events = new Events();
    const last: Happening[] = [];
    events.on((happening) => happening.type === "sink:closed" && last.push(happening));
    const { ended } = await run("nowhere.yaml", { events, once: true });
    const to = `graphite ${join(dir, "nowhere.sock")}`;
    const message = `${to}: samples that were not sent before the end are lost`;
    expect(await ended).toMatchObject({ ending: "failed", problems: [{ code: "sink-lost", message }] });
    const counts = { sent: 0, dropped: 0, rejected: 0, failures: 0, waiting: 0 };
    expect(last).toHaveLength(2);
    expect(last).toContainEqual({
      type: "sink:closed",
      sink: to,
      counts: { ...counts, dropped: 1, failures: 1 },
    });
    const file = `jsonl ${join(dir, "samples.jsonl")}`;
    expect(last).toContainEqual({ type: "sink:closed", sink: file, counts: { ...counts, sent: 1 } });
  });
});
