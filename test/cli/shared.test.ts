import { afterEach, beforeEach, expect, test } from "vitest";
import { openSpace, type Space } from "../../src/unidist/index.ts";
import { InProcess, procblock, type Surroundings } from "./in-process.ts";

let space: Space;
let stores = 0;
let env: Record<string, string>;

beforeEach(() => {
  const PROCBLOCK_STORE = `memory:command-${++stores}`;
  env = { PATH: process.env.PATH ?? "", NO_COLOR: "1", PROCBLOCK_STORE, PROCBLOCK_SPACE: "web" };
  // It stays as long as somebody has it open.
  space = openSpace(PROCBLOCK_STORE, "web");
});
afterEach(() => space.close());

const shared = (words: readonly string[], more: Surroundings = {}) =>
  procblock(["shared", ...words], { env, ...more });
const printed = async (...words: string[]) => {
  const { code, stdout, stderr } = await shared(words);
  expect(stderr).toBe("");
  return [code, stdout];
};

test("a cron job can raise a counter, and read it", async () => {
  expect(await printed("increment", "visits")).toEqual([0, "1\n"]);
  expect(await printed("increment", "visits", "41")).toEqual([0, "42\n"]);
  expect(await printed("decrement", "visits", "2")).toEqual([0, "40\n"]);
  expect(await printed("get", "visits")).toEqual([0, "40\n"]);
  expect(await printed("set", "visits", "9007199254740993")).toEqual([0, ""]);
  expect(await printed("counters")).toEqual([0, "counter             value\nvisits   9007199254740993\n"]);
  expect(await printed("counters", "--json")).toEqual([
    0,
    '{"counter": "visits", "value": 9007199254740993}\n',
  ]);
});

test("state is written as JSON or text, and a missing entry is exit code 1", async () => {
  expect(await printed("set", "settings", "delay", '{"seconds": 5}')).toEqual([0, ""]);
  expect(await printed("set", "settings", "name", "plain text")).toEqual([0, ""]);
  expect(await printed("set", "settings", "digits", "12", "--text")).toEqual([0, ""]);
  expect(await printed("get", "settings", "delay")).toEqual([0, '{"seconds": 5}\n']);
  expect(await printed("get", "settings", "name")).toEqual([0, "plain text\n"]);
  expect(await printed("get", "settings", "digits", "--json")).toEqual([0, '"12"\n']);
  expect(await printed("get", "settings", "missing")).toEqual([1, ""]);
  expect(await printed("delete", "settings", "name")).toEqual([0, ""]);
  expect(await printed("delete", "settings", "name")).toEqual([1, ""]);
  expect(await printed("state")).toEqual([0, "bucket    keys\nsettings     2\n"]);
  expect(await printed("state", "settings")).toEqual([0, '{"delay": {"seconds": 5}, "digits": "12"}\n']);
});

test("messages go in by word or line and come out oldest first; an empty queue is exit code 1", async () => {
  expect(await printed("push", "jobs", "one")).toEqual([0, "1\n"]);
  expect((await shared(["push", "jobs", "-"], { input: '{"two": 2}\nthree\n' })).stdout).toBe("2\n3\n");
  expect(await printed("length", "jobs")).toEqual([0, "3\n"]);
  expect((await shared(["peek", "jobs", "2", "--json"])).stdout).toMatch(
    /"message": \{"two": 2\}\}\n.*"message": "three"\}\n$/,
  );
  expect(await printed("pop", "jobs")).toEqual([0, "one\n"]);
  expect(await printed("pop", "jobs", "--wait", "5")).toEqual([0, '{"two": 2}\n']);
  expect(await printed("trim", "jobs", "--keep", "0")).toEqual([0, "1\n"]);
  expect(await printed("pop", "jobs")).toEqual([1, ""]);
  expect(await printed("queues")).toEqual([0, "queue  length  taken\njobs        0      0\n"]);
});

test("a log is followed until Ctrl-C", async () => {
  await printed("append", "events", "first");
  await printed("append", "events", '{"n": 2}');
  expect(await printed("tail", "events", "-n", "1", "--text")).toEqual([0, '{"n": 2}\n']);
  const running = new InProcess(["shared", "tail", "events", "-f", "--text"], { env });
  const ended = running.run();
  await running.until(() => running.stdout === 'first\n{"n": 2}\n');
  await space.log("events").append("third");
  await running.until(() => running.stdout.endsWith("third\n"));
  running.signal("SIGINT");
  expect((await ended).code).toBe(0);
});

test("changes of state and messages are followed too", async () => {
  await space.state("s").set("k", 1);
  const watching = new InProcess(["shared", "watch", "s"], { env });
  const following = new InProcess(["shared", "follow", "q"], { env });
  const ended = [watching.run(), following.run()];
  await watching.until(() => watching.stdout !== "");
  await space.state("s").delete("k");
  await watching.until(() => watching.stdout.endsWith('{"key": "k", "deleted": true}\n'));
  await space.queue("q").push("hello");
  await following.until(() => /"message": "hello"/.test(following.stdout));
  for (const one of [watching, following]) one.signal("SIGTERM");
  expect((await Promise.all(ended)).map(({ code }) => code)).toEqual([0, 0]);
});

test("a command runs while the lock is held, and its exit code is passed on", async () => {
  expect((await shared(["lock", "door", "--", "sh", "-c", "exit 7"])).code).toBe(7);
  expect(await space.lock("door").isLocked()).toBe(false);
  const lease = await space.lock("door").acquire({ holder: { block: "web", thread: "t" } });
  expect(await shared(["lock", "door", "--wait", "0", "--", "true"])).toMatchObject({
    code: 1,
    stderr: 'lock "door" was not free\n',
  });
  expect((await shared(["locks"])).stdout).toMatch(/^lock +host +pid +thread +block +since +token\ndoor /);
  expect(await printed("unlock", "door")).toEqual([0, ""]);
  expect(lease?.lost.aborted).toBe(true);
  expect(await printed("unlock", "door")).toEqual([1, ""]);
  expect((await shared(["lock", "door", "--", "no-such-command"])).code).toBe(127);
});

test.each([
  [[], "which command?"],
  [["incremnt", "n"], 'no command is named "incremnt" — did you mean "increment"?'],
  [["increment"], "write: procblock shared increment COUNTER [N]"],
  [["increment", "n", "x"], '"x" is no whole number'],
  [["increment", "n", "--wait", "5"], '"--wait" does not go with "increment"'],
  [["pop", "q", "--wait", "soon"], '"soon" is no time for --wait'],
  [["trim", "q", "--keep", "-1"], '"-1" is no number for --keep'],
  [["lock", "door"], "which command? It stands behind --"],
  [["get", ""], "the name of a counter is empty"],
  [["get", "n", "--store", "redis:"], 'unknown store "redis:"'],
])("%j is refused with exit code 2", async (words, message) => {
  const { code, stderr } = await shared(words);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test("without a space it says how to name one", async () => {
  const { code, stderr } = await procblock(["shared", "counters"], { env: { NO_COLOR: "1" } });
  expect(stderr).toContain("name it with --space NAME or in PROCBLOCK_SPACE");
  expect(code).toBe(2);
});

test("what the store refuses is exit code 1", async () => {
  await space.counter("full").set(2n ** 63n - 1n);
  const { code, stderr } = await shared(["increment", "full"]);
  expect(stderr).toContain("does not fit in a 64-bit counter");
  expect(code).toBe(1);
});

test("help is there for all and for each", async () => {
  expect((await shared(["--help"])).stdout).toContain("increment   adds N (1) to a counter and prints it");
  expect((await shared(["pop", "--help"])).stdout).toContain("procblock shared pop QUEUE [--wait TIME]");
});
