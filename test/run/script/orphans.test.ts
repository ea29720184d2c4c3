import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { file, folder } from "./calls.ts";

const runnerModule = new URL("../../../src/run/script/index.ts", import.meta.url).href;

test.each([
  [
    "Python",
    "hangs.py",
    (pids: string) => `import os, time
def ProcessBlock(pipe_data, block, request_state, input_data, tag=None, cwd=None, env=None, block_parent=None):
  open(${JSON.stringify(pids)}, "w").write(str(os.getpid()))
  while True: pass
`,
  ],
  [
    "isolated",
    "waits.mjs",
    (pids: string) => `import { writeFileSync } from "node:fs";
export default () => {
  writeFileSync(${JSON.stringify(pids)}, String(process.pid));
  return new Promise((resolve) => setTimeout(resolve, 100_000));
};`,
  ],
])("%s scripts end when procblock was killed", async (_, name, text) => {
  const dir = folder();
  const pids = join(dir, "pid");
  const script = file(name, text(pids), dir);
  const parent = file(
    "parent.mjs",
    `import { createScriptRunner } from ${JSON.stringify(runnerModule)};
const scripts = createScriptRunner({ log: () => {} });
const language = ${JSON.stringify(name)}.endsWith(".py") ? "python" : "javascript";
await scripts.run(
  { file: ${JSON.stringify(script)}, language, isolate: "process", memory: undefined, fixed: { block: {}, blockParent: null, tag: null } },
  { pipeData: {}, requestState: {}, inputData: {}, args: [], cwd: "/", env: {}, label: "", timeout: undefined, signal: new AbortController().signal, grace: 1 },
);`,
    dir,
  );
  const child = spawn(process.execPath, [parent], { stdio: "inherit" });
  await expect
    .poll(() => existsSync(pids) && readFileSync(pids, "utf8") !== "", { timeout: 10_000 })
    .toBe(true);
  const pid = readFileSync(pids, "utf8");
  expect(isAlive(pid)).toBe(true);
  child.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});

function isAlive(pid: string): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
