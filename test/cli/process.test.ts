import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { areThere, startersOf } from "../../src/cli/starters.ts";

const command = fileURLToPath(new URL("../../bin/procblock.cjs", import.meta.url));
const dist = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

let dir: string;
beforeAll(() => {
  if (!existsSync(dist)) throw new Error("dist/ is missing: npm run build first");
  dir = mkdtempSync(join(tmpdir(), "procblock-process-"));
  const files: Record<string, string> = {
    "simplest.yaml": "- script: simplest.ts\n",
    "simplest.ts": "export const processBlock = () => ({ random: Math.floor(Math.random() * 101) });\n",
    "monitor.yaml": `__usage: {name: monitor, longrunning: true}
run:
  - script: simplest.ts
    cache: 0.05
    thread_id: simplest
    timeseries collect: {path: simplest.rrd, interval: 1, fields: [random]}
`,
    "unstorable.yaml": `run:
  - script: simplest.ts
    timeseries collect: {path: /proc/none.rrd, interval: 1, fields: [random]}
`,
    "slow.yaml": `__usage: {name: slow, longrunning: true}
run:
  - {script: simplest.ts, cache: 1, thread_id: quick}
  - {script: slow.ts, cache: 60, thread_id: slow}
`,
    "slow.ts": `let runs = 0;
export const processBlock = async () => {
  await new Promise((resolve) => setTimeout(resolve, 600_000));
  return {};
};
`,
    "wrong.yaml": "run:\n  - schell: date\n  - shell: date\n    timeut: 3\nif x = 1:\n  a: b\n",
    "big.yaml": "run:\n  - script: big.ts\n",
    "big.ts": 'export const processBlock = () => ({ text: "x".repeat(1_000_000) });\n',
    "greet.yaml": `__usage:
  name: greet
  info: Greets somebody.
  args: [{name: who, info: whom to greet, required: true}]
  options: {times: {letter: t, type: number, info: how often, default: 1}}
set greeting: hello
result: done
`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...argv: string[]) {
  return spawnSync(process.execPath, [command, ...argv], { cwd: dir, encoding: "utf8", timeout: 20_000 });
}

interface Started {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  until(found: () => boolean): Promise<void>;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

function start(...argv: string[]): Started {
  const child = spawn(process.execPath, [command, ...argv], { cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
  let wake: (() => void)[] = [];
  const started: Started = {
    child,
    stdout: "",
    stderr: "",
    async until(found) {
      while (!found()) await new Promise<void>((resolve) => wake.push(resolve));
    },
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal }))),
  };
  const written = () => {
    const all = wake;
    wake = [];
    for (const one of all) one();
  };
  child.stdout.on("data", (text) => {
    started.stdout += String(text);
    written();
  });
  child.stderr.on("data", (text) => {
    started.stderr += String(text);
    written();
  });
  return started;
}

describe("procblock FILE", () => {
  test("prints the result as one line of JSON and nothing else, and exits 0", () => {
    const done = run("simplest.yaml");
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(done.stdout.trimEnd().split("\n")).toHaveLength(1);
    const { run: result } = JSON.parse(done.stdout) as { run: Record<string, unknown> };
    expect(Object.keys(result).sort()).toEqual(["__duration", "__start_time", "args", "random"]);
    expect(result.args).toEqual([]);
    expect(result.__duration).toBeGreaterThan(0);
    expect(Math.abs((result.__start_time as number) - Date.now() / 1000)).toBeLessThan(60);
  });

  test("tells every problem of a wrong file at once, runs nothing and exits 2", () => {
    const done = run("wrong.yaml");
    expect(done).toMatchObject({ status: 2, stdout: "" });
    expect(done.stderr).toContain('wrong.yaml:2:5: error: unknown key "schell" — did you mean "shell"?');
    expect(done.stderr).toContain('wrong.yaml:4:5: error: unknown key "timeut" — did you mean "timeout"?');
    expect(done.stderr).toContain("wrong.yaml:5:");
    expect(done.stderr).toContain("  2 |   - schell: date\n    |     ^^^^^^");
  });

  test("says so when there is no such file", () => {
    const done = run("simplst.yaml");
    expect(done).toMatchObject({ status: 2, stdout: "" });
    expect(done.stderr).toContain("simplst.yaml");
  });

  test("--help prints what the block says about itself", () => {
    const done = run("greet.yaml", "--help");
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(done.stdout).toContain("Greets somebody.");
    expect(done.stdout).toContain("--times");
  });

  test("survives a reader that goes away", () => {
    const line = `"${process.execPath}" "${command}" big.yaml | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const done = spawnSync("bash", ["-c", line], { cwd: dir, encoding: "utf8" });
    expect(done).toMatchObject({ stdout: '{"run": {" 0\n', stderr: "" });
  });

  test("runs with standard input, output and error closed", () => {
    const line = `"${process.execPath}" "${command}" simplest.yaml <&- >&- 2>&-; echo $?`;
    const done = spawnSync("bash", ["-c", line], { cwd: dir, encoding: "utf8" });
    expect(done.stdout).toBe("0\n");
  });

  test.runIf(existsSync("/dev/full"))("fails when the result cannot be written", () => {
    const line = `"${process.execPath}" "${command}" simplest.yaml >/dev/full; echo $?`;
    const done = spawnSync("bash", ["-c", line], { cwd: dir, encoding: "utf8" });
    expect(done.stdout).toBe("1\n");
    expect(done.stderr).toContain("cannot write to standard output");
  });
});

describe("a long-running block", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(`prints its first result at once and ends cleanly with ${signal}, exit code 0`, async () => {
      const monitor = start("monitor.yaml");
      await monitor.until(() => monitor.stdout.includes("\n"));
      const { run: result } = JSON.parse(monitor.stdout) as { run: Record<string, unknown> };
      expect(result["run_thread.simplest"]).toBeDefined();
      await monitor.until(() => monitor.stderr.includes("process:ready"));
      monitor.child.kill(signal);
      expect(await monitor.ended).toEqual({ code: 0, signal: null });
      expect(monitor.stdout.trimEnd().split("\n")).toHaveLength(1);
      expect(monitor.stderr).toContain("process:stopping");
      expect(existsSync(join(dir, "simplest.rrd"))).toBe(true);
    });
  }

  test("ends at once with the second Ctrl-C, exit code 130", async () => {
    const slow = start("slow.yaml");
    await slow.until(() => (slow.stderr.match(/thread:started/g) ?? []).length === 2);
    slow.child.kill("SIGINT");
    await slow.until(() => slow.stderr.includes("process:stopping"));
    slow.child.kill("SIGINT");
    expect(await slow.ended).toEqual({ code: 130, signal: null });
  });

  test("gives current runs the grace time and ends them then", async () => {
    const slow = start("slow.yaml", "--grace", "0.2");
    await slow.until(() => (slow.stderr.match(/thread:started/g) ?? []).length === 2);
    const asked = performance.now();
    slow.child.kill("SIGTERM");
    const { code } = await slow.ended;
    expect(code).toBe(0);
    expect(performance.now() - asked).toBeGreaterThan(190);
  });
});

describe("two processes of one long-running block", () => {
  test("the second one leaves with exit code 1 and names the first", async () => {
    const first = start("slow.yaml", "--grace", "0");
    await first.until(() => first.stderr.includes("thread:started"));
    const second = start("slow.yaml");
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toContain('block "slow" is running already');
    expect(second.stderr).toContain(`by process ${first.child.pid}`);
    first.child.kill("SIGTERM");
    await first.ended;
  });
});

describe("two processes that collect into one file", () => {
  test("the second one leaves with exit code 1 and names the first", async () => {
    const first = start("monitor.yaml");
    await first.until(() => first.stderr.includes("sample:stored"));
    // In the same space it would not even begin.
    const second = start("monitor.yaml", "--space", "another");
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.stderr).toContain(`is written by process ${first.child.pid}`);
    first.child.kill("SIGTERM");
    expect(await first.ended).toEqual({ code: 0, signal: null });
  });
});

describe("samples that cannot be stored", () => {
  test("make a run fail, with exit code 1 and their number, although the block itself went well", () => {
    const done = run("unstorable.yaml", "--once");
    expect(done.status).toBe(1);
    expect(done.stdout).toContain('"random"');
    expect(done.stderr).toContain("1 sample lost");
  });
});

describe("under npm", () => {
  /** As `npx` does: a process that is called so, a shell, the command. Writes the number of the shell. */
  const npm = (name: string) => `process.title = ${JSON.stringify(name)};
const shell = require("node:child_process").spawn("sh", ["-c", process.argv[1] + "; exit $?"], {
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, npm_lifecycle_event: "npx" },
});
console.log("shell " + shell.pid);
shell.on("exit", () => {});
`;
  const started = (name: string) => {
    const text = `"${process.execPath}" "${command}" slow.yaml --grace 0.2`;
    const npx = spawn(process.execPath, ["-e", npm(name), text], { cwd: dir, detached: true });
    let out = "";
    let told = "";
    npx.stdout.on("data", (data) => {
      out += String(data);
    });
    const running = new Promise<number>((resolve) => {
      npx.stderr.on("data", (data) => {
        told += String(data);
        const [, shell] = /shell (\d+)/.exec(out) ?? [];
        if (shell !== undefined && (told.match(/thread:started/g) ?? []).length >= 2) resolve(Number(shell));
      });
    });
    return { npx, running, told: () => told };
  };

  test.runIf(process.platform === "linux")("ends when the shell does that npx puts in between", async () => {
    const { npx, running, told } = started("npm exec procblock slow.yaml");
    process.kill(await running, "SIGTERM");
    // The pipe is closed when the last process that holds it has ended.
    await new Promise((resolve) => npx.stderr.on("close", resolve));
    expect(told()).toContain("process:stopping");
  });

  test.runIf(process.platform === "linux")(
    "knows npm's shells from others, and a launcher in between",
    async () => {
      const ids = async (name: string) => {
        const { npx, running } = started(name);
        const shell = await running;
        const child = Number(readFileSync(`/proc/${shell}/task/${shell}/children`, "latin1").trim());
        const found = {
          direct: startersOf(shell, false, true).map((id) => id === shell),
          launched: startersOf(child, true, true).map((id) => [id === child, id === shell]),
          notUnderNpm: startersOf(shell, false, false),
          there: [areThere([shell], shell), areThere([child, shell], child), areThere([child, 1], child)],
        };
        process.kill(child, "SIGTERM");
        await new Promise((resolve) => npx.stderr.on("close", resolve));
        return found;
      };
      const there = [true, true, false];
      expect(await ids("npm run monitor")).toEqual({
        direct: [true],
        launched: [
          [true, false],
          [false, true],
        ],
        notUnderNpm: [],
        there,
      });
      expect(await ids("somebody")).toEqual({
        direct: [],
        launched: [[true, false]],
        notUnderNpm: [],
        there,
      });
    },
  );
});

describe("the launcher", () => {
  const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((file) => {
    const told = spawnSync(file, ["-p", "parseInt(process.versions.node)"], { encoding: "utf8" });
    return told.status === 0 && Number(told.stdout) < 24;
  });

  test.runIf(oldNode !== undefined)(
    "finds the newer Node.js of the checkout when started by an old one",
    () => {
      const done = spawnSync(oldNode ?? "", [command, "simplest.yaml"], { cwd: dir, encoding: "utf8" });
      expect(done.status).toBe(0);
      expect(done.stdout).toContain('"random"');
    },
  );

  test.runIf(oldNode !== undefined)(
    "passes a signal on once, also when the whole process group gets it",
    async () => {
      const slow = spawn(oldNode ?? "", [command, "slow.yaml", "--grace", "0.5"], {
        cwd: dir,
        detached: true,
      });
      let told = "";
      const ended = new Promise<number | null>((resolve) => slow.on("exit", (code) => resolve(code)));
      await new Promise<void>((resolve) => {
        slow.stderr.on("data", (data) => {
          told += String(data);
          if ((told.match(/thread:started/g) ?? []).length >= 2) resolve();
        });
      });
      process.kill(-(slow.pid ?? 0), "SIGTERM");
      expect(await ended).toBe(0);
      expect(told).toContain("process:stopping");
    },
  );

  test.runIf(oldNode !== undefined)("takes what it started along, also when it is killed", async () => {
    const monitor = spawn(oldNode ?? "", [command, "monitor.yaml"], { cwd: dir });
    let told = "";
    monitor.stderr.on("data", (data) => {
      told += String(data);
      if (told.includes("sample:stored")) monitor.kill("SIGKILL");
    });
    // The pipe is closed when the last process that holds it has ended.
    await new Promise((resolve) => monitor.stderr.on("close", resolve));
    expect(told).toContain("process:stopping");
  });

  test.runIf(oldNode !== undefined)("says which version it needs when there is none", () => {
    const lonely = join(dir, "lonely.cjs");
    spawnSync("cp", [command, lonely]);
    const done = spawnSync(oldNode ?? "", [lonely], { encoding: "utf8" });
    expect(done.status).toBe(2);
    expect(done.stderr).toMatch(/^procblock needs Node\.js 24 or newer; this is v\d+\.\d+\.\d+\n$/);
  });
});
