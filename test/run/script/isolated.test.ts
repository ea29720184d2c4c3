import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { call, failureOf, file, mebibytes, program, resultOf, runner, script, seconds } from "./calls.ts";

const isolated = (path: string) => script(path, { isolate: "process" });

test("an isolated script runs in a process of its own, in its own directory", async () => {
  const { scripts } = runner();
  const reports = file(
    "a.mjs",
    "export default ({ cwd }) => ({ pid: process.pid, cwd, really: process.cwd() });",
  );
  const result = resultOf(await scripts.run(isolated(reports), call({ cwd: "/" }))) as { pid: number };
  expect(result).toMatchObject({ cwd: "/", really: "/" });
  expect(result.pid).not.toBe(process.pid);
  await scripts.close();
  await expect.poll(() => alive(result.pid)).toBe(false);
});

test("a native abort takes only its own process down, and the next run is fine", async () => {
  const { scripts } = runner();
  const outcome = await scripts.run(isolated(program("aborts-process.mjs")), call());
  expect(failureOf(outcome)).toEqual({
    kind: "crashed",
    message: 'script "aborts-process.mjs" crashed its process with SIGABRT',
    signal: "SIGABRT",
  });
  expect(resultOf(await scripts.run(isolated(program("random.ts")), call()))).toHaveProperty("random");
});

test("process.exit, a timeout and an exhausted heap are told apart", async () => {
  const { scripts } = runner();
  const exit = await scripts.run(isolated(program("calls-exit.mjs")), call());
  expect(failureOf(exit)).toMatchObject({ kind: "exited", exitStatus: 3, place: { line: 2 } });
  const forever = await scripts.run(isolated(program("forever.mjs")), call({ timeout: seconds(0.1) }));
  expect(failureOf(forever).kind).toBe("timeout");
  const heap = await scripts.run(
    script(program("exhausts-heap.mjs"), { isolate: "process", memory: mebibytes(48) }),
    call(),
  );
  expect(failureOf(heap).kind).toBe("out-of-memory");
});

test("what a child of the script leaves behind ends with it", async () => {
  const { scripts } = runner();
  const leaves = file(
    "a.mjs",
    `import { spawn } from "node:child_process";
export default () => ({ pid: spawn("sleep", ["999"], { stdio: "ignore" }).pid });`,
  );
  const { pid } = resultOf(await scripts.run(isolated(leaves), call())) as { pid: number };
  expect(alive(pid)).toBe(true);
  await scripts.close();
  await expect.poll(() => alive(pid)).toBe(false);
});

/** A zombie that nobody collects is not alive. */
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
