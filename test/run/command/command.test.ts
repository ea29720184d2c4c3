import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Bytes, Seconds } from "../../../src/base/index.ts";
import { type CommandCall, createCommandRunner } from "../../../src/run/command/index.ts";
import type { Outcome } from "../../../src/run/failure.ts";

const commands = createCommandRunner();
const program = (name: string) => fileURLToPath(new URL(`../../programs/${name}`, import.meta.url));

function call(command: string, more: Partial<CommandCall> = {}): CommandCall {
  return {
    command,
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? "" },
    timeout: 20 as Seconds,
    signal: new AbortController().signal,
    grace: 0.1 as Seconds,
    ...more,
  };
}

function failureOf(outcome: Outcome<unknown>) {
  if (outcome.ok) throw new Error(`it did not fail: ${JSON.stringify(outcome.value)}`);
  return outcome.failure;
}

test("output, errors and status come back", async () => {
  expect(await commands.run(call("echo out; echo err >&2; exit 3"))).toEqual({
    ok: true,
    value: { output: "out\n", outputError: "err\n", status: 3 },
  });
});

test("input is given, and without it standard input is empty", async () => {
  expect(await commands.run(call("cat", { stdin: "ä\0b" }))).toMatchObject({ value: { output: "ä\0b" } });
  expect(await commands.run(call("cat; echo end"))).toMatchObject({ value: { output: "end\n" } });
});

test("a command that does not read its input is fine", async () => {
  const stdin = "x".repeat(1024 * 1024);
  expect(await commands.run(call("true", { stdin }))).toMatchObject({ ok: true, value: { status: 0 } });
  expect(await commands.run(call("exec 0<&-; echo a", { stdin }))).toMatchObject({
    value: { output: "a\n" },
  });
});

test("only the given environment and the three standard files are there", async () => {
  const outcome = await commands.run(
    call("env; ls /proc/self/fd", { env: { PATH: "/usr/bin:/bin", ONLY: "this" } }),
  );
  const lines = outcome.ok ? outcome.value.output.trim().split("\n") : [];
  expect(lines.filter((line) => line.includes("=") && !/^(PWD|OLDPWD|SHLVL|_)=/.test(line)).sort()).toEqual([
    "ONLY=this",
    "PATH=/usr/bin:/bin",
  ]);
  // 3 is the folder that ls itself reads. What whoever started the tests left open for everybody is not ours.
  const inherited = readdirSync("/proc/self/fd").filter(
    (fd) => Number(fd) > 15 && isOpenForChildren(read(`/proc/self/fdinfo/${fd}`)),
  );
  const open = lines.filter((line) => /^\d+$/.test(line) && !inherited.includes(line));
  expect(open).toEqual(["0", "1", "2", "3"]);
});

test.each([0, 1, 2, 42, 125, 126, 127, 128, 200, 255])("exit %i is a result", async (status) => {
  expect(await commands.run(call(`exit ${status}`))).toMatchObject({ ok: true, value: { status } });
});

test.each([
  ["no-such-command-here", "not-found", /^command not found: no-such-command-here: .*not found$/],
  [`${tmpdir()}/no-such-file`, "not-found", /^command not found: /],
  ["/etc/passwd", "not-executable", /^command cannot be executed: \/etc\/passwd: Permission denied$/],
  ["/", "not-executable", /^command cannot be executed: /],
  ["kill -SEGV $$", "killed-by-signal", /^the command was killed by SIGSEGV$/],
  ["kill -9 $$", "killed-by-signal", /^the command was killed by SIGKILL$/],
  ["sh -c 'kill -ABRT $$'; exit $?", "killed-by-signal", /^the command was killed by SIGABRT$/],
])("%s is told apart", async (command, kind, message) => {
  const failure = failureOf(await commands.run(call(command)));
  expect(failure.kind).toBe(kind);
  expect(failure.message).toMatch(message);
});

test.each([
  [
    call("true", { cwd: "/no/such/folder" }),
    "not-found",
    'the working directory "/no/such/folder" does not exist',
  ],
  [call("true", { cwd: "/etc/passwd" }), "not-found", 'the working directory "/etc/passwd" is no directory'],
  [call("echo a\0b"), "spawn-failed", "the command holds a NUL character, which no argument can carry"],
  [
    call(`echo ${"x".repeat(200_000)}`),
    "spawn-failed",
    "the command is longer than 131071 bytes, the system's limit",
  ],
  [
    call("true", { env: { A: "b\0c" } }),
    "spawn-failed",
    'the environment variable "A" holds a character that no variable can carry',
  ],
])("what cannot be started says why (%#)", async (given, kind, message) => {
  expect(failureOf(await commands.run(given))).toMatchObject({ kind, message });
});

test("a timeout ends a command that ignores SIGTERM, with the grandchild that holds the pipe", async () => {
  const timeout = 0.2 as Seconds;
  const outcome = await commands.run(call(`exec ${program("ignores-term.sh")}`, { timeout }));
  expect(failureOf(outcome)).toEqual({
    kind: "timeout",
    message: "the command took longer than 200ms and was stopped",
  });
  expect(processesOf(program("ignores-term.sh"))).toEqual([]);
});

test("a grandchild in the background does not hold up the result", async () => {
  const outcome = await commands.run(call("sleep 999 & echo $!"));
  const pid = outcome.ok ? Number(outcome.value.output) : 0;
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, "SIGKILL");
});

test("a grandchild gets the time to end that its leader did not need", async () => {
  const command = `(trap 'sleep 0.1; echo cleaned; exit' TERM; echo up; sleep 999 & wait) & exec sleep 999`;
  const controller = new AbortController();
  const lines: string[] = [];
  const long = commands.start(call(command, { signal: controller.signal, grace: 5 as Seconds }), (line) => {
    lines.push(line);
    if (line === "up") setTimeout(() => controller.abort(), 50);
  });
  expect(failureOf(await long.ended).kind).toBe("aborted");
  expect(lines).toEqual(["up", "cleaned"]);
});

test.each([
  ["zeros", `exec ${program("prints-endlessly.sh")}`],
  ["lines", "yes"],
  ["noise", "cat /dev/urandom"],
  ["errors", "yes >&2"],
])("endless %s end at the output limit and take no memory", async (_, command) => {
  const before = process.memoryUsage.rss();
  const failure = failureOf(await commands.run(call(command)));
  expect(failure.kind).toBe("output-limit");
  expect(failure.message).toMatch(
    /^the command wrote more than 1 MiB to standard (output|error), the output limit, and was stopped$/,
  );
  expect(process.memoryUsage.rss() - before).toBeLessThan(20 * 1024 * 1024);
});

test("output up to the limit is whole, and invalid UTF-8 is replaced", async () => {
  const maxOutput = 1000 as Bytes;
  const whole = await commands.run(call("head -c 1000 /dev/zero", { maxOutput }));
  expect(whole.ok && whole.value.output).toBe("\0".repeat(1000));
  expect(failureOf(await commands.run(call("head -c 1001 /dev/zero", { maxOutput }))).kind).toBe(
    "output-limit",
  );
  expect(await commands.run(call("printf 'a\\377b'"))).toMatchObject({ value: { output: "a\ufffdb" } });
});

test("lines come as they are written, and an endless one is cut", async () => {
  const lines: string[] = [];
  const long = commands.start(
    call("echo one; head -c 5000 /dev/zero | tr '\\0' x; echo; printf 'last'", { maxOutput: 100 as Bytes }),
    (line) => lines.push(line),
  );
  expect(long.pid).toBeGreaterThan(0);
  expect(await long.ended).toMatchObject({ ok: true, value: { status: 0, output: "" } });
  expect(lines).toEqual(["one", `${"x".repeat(100)}… (cut at 100 B)`, "last"]);
});

test("a command that was stopped before it started never starts", async () => {
  const outcome = await commands.run(call("echo a", { signal: AbortSignal.abort() }));
  expect(failureOf(outcome)).toEqual({ kind: "aborted", message: "the command was stopped" });
});

test("no zombie is left", () => {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean);
  const zombies = children.filter((pid) => / Z /.test(read(`/proc/${pid}/stat`)));
  expect(zombies).toEqual([]);
});

function processesOf(name: string): string[] {
  return readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(name),
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** No O_CLOEXEC among the flags, which are octal. */
function isOpenForChildren(information: string): boolean {
  const flags = /^flags:\s+([0-7]+)$/m.exec(information)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 0o2000000) === 0;
}
