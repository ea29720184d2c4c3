import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { openSpace } from "../../src/unidist/index.ts";

/** The demos of what processes share, as processes of their own. */
const command = fileURLToPath(new URL("../../bin/procblock.cjs", import.meta.url));
const demo = (name: string) => fileURLToPath(new URL(`../../demos/shared/${name}`, import.meta.url));

const started: ChildProcess[] = [];
afterEach(async () => {
  const left = started
    .splice(0)
    .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (const child of left) child.kill("SIGKILL");
  await Promise.all(left.map((child) => once(child, "exit")));
});

interface Running {
  readonly child: ChildProcess;
  /** The next line of its log that matches; what was said before it is not looked at again. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>;
}

function start(name: string): Running {
  const child = spawn(process.execPath, [command, demo(name)], { stdio: ["ignore", "ignore", "pipe"] });
  started.push(child);
  const lines = createInterface(child.stderr)[Symbol.asyncIterator]();
  const heard: string[] = [];
  return {
    child,
    async says(pattern) {
      for (;;) {
        const { done, value } = await lines.next();
        if (done) throw new Error(`${name} ended without saying ${pattern}:\n${heard.join("\n")}`);
        heard.push(value);
        const found = pattern.exec((JSON.parse(value) as { msg: string }).msg);
        if (found !== null) return found;
      }
    },
    async end(signal) {
      const exit = once(child, "exit");
      child.kill(signal);
      const [code, by] = (await exit) as [number | null, string | null];
      return { code, signal: by };
    },
  };
}

function space(name: string) {
  const opened = openSpace("sqlite:", name);
  onTestFinished(() => opened.close());
  return opened;
}

test("Jobs go from one process to others, none is lost when a consumer is killed.", async () => {
  const jobs = space("demo-jobs");
  const first = start("consumer.yaml");
  const producer = start("producer.yaml");
  expect((await first.says(/^job (\d+): \d+$/))[1]).toBe("1");
  await first.end("SIGKILL");
  const second = start("consumer.yaml");
  await second.says(/^job [2-9]: \d+$/);
  expect(await producer.end("SIGINT")).toEqual({ code: 0, signal: null });
  // What is left is worked off.
  await expect.poll(() => jobs.queue("jobs").length(), { timeout: 10_000 }).toBe(0);
  expect(await second.end("SIGINT")).toEqual({ code: 0, signal: null });
  const done = [];
  for await (const { entry } of jobs.log("done").tail({ lines: 100 }))
    done.push(entry as Record<string, number>);
  for (const { number = Number.NaN, square } of done) expect(square).toBe(number ** 2);
  const pushed = Number(await jobs.counter("job").get());
  // The killed one may have done its job, and not lived to say so: then it was done twice.
  const numbers = new Set(done.map(({ number }) => number));
  expect([...numbers].sort((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: pushed }, (_, index) => index + 1),
  );
});

test("One copy leads; when it is killed the other one takes over.", async () => {
  const one = start("leader.yaml");
  expect((await one.says(/^leading, with token (\d+)$/))[1]).toBe("1");
  const other = start("leader.yaml");
  await other.says(/^running; Ctrl-C ends it$/);
  const lock = space("demo-leader").lock("leader");
  expect(await lock.list()).toMatchObject([{ pid: one.child.pid, token: 1n }]);
  await one.end("SIGKILL");
  expect((await other.says(/^leading, with token (\d+)$/))[1]).toBe("2");
  expect(await lock.list()).toMatchObject([{ pid: other.child.pid, token: 2n }]);
  expect(await other.end("SIGINT")).toEqual({ code: 0, signal: null });
});
