import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Mapping } from "../../../src/base/index.ts";
import { call, failureOf, file, program, resultOf, runner, script, seconds } from "./calls.ts";

const signature =
  "def ProcessBlock(pipe_data, block, request_state, input_data, tag=None, cwd=None, env=None, block_parent=None):\n";
const python = (body: string, before = "") =>
  script(file("a.py", `${before}${signature}${body.replace(/^/gm, "  ")}\n`));

test("the simplest Python script runs unchanged", async () => {
  const { scripts } = runner();
  expect(scripts.check(program("simplest.py"))).toBeUndefined();
  const result = resultOf(await scripts.run(script(program("simplest.py")), call())) as { random: number };
  expect(result.random).toBeGreaterThanOrEqual(0);
  expect(result.random).toBeLessThanOrEqual(100);
});

test("a Python script gets everything of its step, and its process stays", async () => {
  const { scripts } = runner();
  const reference = {
    ...python(
      "import os\nglobal runs\nruns += 1\nrequest_state['runs'] = runs\nreturn dict(pipe=pipe_data, block=block, input=input_data, tag=tag, cwd=cwd, real=os.getcwd(), env=env['NAME'], environ=os.environ['NAME'], parent=block_parent)",
      "runs = 0\n",
    ),
    fixed: { block: { script: "a.py" }, blockParent: { x: 1 }, tag: "run" },
  };
  for (const runs of [1, 2]) {
    const outcome = await scripts.run(
      reference,
      call({ pipeData: { a: [1, 2.5, "ä", null] }, inputData: { b: true }, cwd: "/", env: { NAME: "v" } }),
    );
    expect(resultOf(outcome)).toEqual({
      pipe: { a: [1, 2.5, "ä", null] },
      block: { script: "a.py" },
      input: { b: true },
      tag: "run",
      cwd: "/",
      real: "/",
      env: "v",
      environ: "v",
      parent: { x: 1 },
    });
    expect(outcome.ok && outcome.value.requestState).toEqual({ runs });
  }
  expect(scripts.figures().workers).toBe(1);
});

test("numbers that JSON does not know come through both ways", async () => {
  const { scripts } = runner();
  const echo = python(
    "return {'echo': pipe_data['x'], 'nan': float('nan'), 'big': 2**60, 'inf': -float('inf')}",
  );
  const x = [Number.NaN, Number.POSITIVE_INFINITY, 2n ** 61n];
  expect(resultOf(await scripts.run(echo, call({ pipeData: { x } })))).toEqual({
    echo: x,
    nan: Number.NaN,
    big: 2n ** 60n,
    inf: Number.NEGATIVE_INFINITY,
  });
});

test("print goes to the log, whoever prints", async () => {
  const { scripts, logged } = runner();
  const prints = python(
    "import os, sys\nprint('one', 2)\nprint('bad', file=sys.stderr)\nsys.stdout.write('no line end')\nos.system('echo from a child')",
  );
  expect(resultOf(await scripts.run(prints, call({ label: "cpu" })))).toEqual({});
  await expect.poll(() => logged.length).toBe(4);
  expect(logged).toContainEqual({ level: "info", text: "one 2", label: "cpu" });
  expect(logged).toContainEqual({ level: "warn", text: "bad", label: "cpu" });
  expect(logged).toContainEqual({ level: "info", text: "no line end", label: "cpu" });
  expect(logged.map(({ text }) => text)).toContain("from a child");
});

test("endless printing fills no memory", async () => {
  const { scripts, logged } = runner();
  resultOf(await scripts.run(python("for i in range(5000):\n  print('x' * 1000)"), call()));
  expect(logged.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(1.1 * 1024 * 1024);
  expect(logged.at(-1)?.text).toMatch(/more log lines were dropped/);
});

test("an exception carries its place", async () => {
  const { scripts } = runner();
  const reference = python("value = 1\nreturn {'a': value['key']}");
  const failure = failureOf(await scripts.run(reference, call()));
  expect(failure).toMatchObject({
    kind: "threw",
    message: `script "a.py" raised: TypeError: 'int' object is not subscriptable`,
    place: { file: reference.file, line: 3 },
  });
  expect(failure.stack).toBe(`    at ProcessBlock (${reference.file}:3)`);
});

test.each([
  ["sys.exit", "import sys\nsys.exit(4)", "exited", 'script "a.py" called sys.exit(4)'],
  ["os._exit", "import os\nos._exit(5)", "exited", 'script "a.py" ended its process with status 5'],
  ["os.abort", "import os\nos.abort()", "crashed", 'script "a.py" crashed its process with SIGABRT'],
  ["a list", "return [1]", "bad-result", 'script "a.py" returned a list; a mapping is expected'],
  [
    "a set inside",
    "return {'a': {'b': {1}}}",
    "bad-result",
    'script "a.py" returned an object of class set at "a.b"; only plain data can be returned',
  ],
  [
    "a recursion",
    "return ProcessBlock(pipe_data, block, request_state, input_data)",
    "threw",
    "RecursionError",
  ],
])("%s is a failure of that call, and the next one runs", async (_, body, kind, message) => {
  const { scripts } = runner();
  const reference = python(`if 'bad' in pipe_data:\n${body.replace(/^/gm, "  ")}\nreturn {'fine': 1}`);
  const failure = failureOf(await scripts.run(reference, call({ pipeData: { bad: 1 } })));
  expect(failure.kind).toBe(kind);
  expect(failure.message).toContain(message);
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ fine: 1 });
});

test("a timeout ends the whole process group, also of a script that ignores SIGTERM", async () => {
  const { scripts, logged } = runner();
  const hangs = python(
    "import os, signal, subprocess, time\nif 'hang' in pipe_data:\n  child = subprocess.Popen(['sleep', '999'])\n  print(child.pid)\n  time.sleep(999)\nreturn {'fine': 1}",
  );
  const outcome = await scripts.run(hangs, call({ pipeData: { hang: 1 }, timeout: seconds(0.3) }));
  expect(failureOf(outcome)).toEqual({
    kind: "timeout",
    message: 'script "a.py" took longer than 300ms and was stopped',
  });
  const child = Number(logged[0]?.text);
  expect(child).toBeGreaterThan(0);
  // Killed with its group; whoever adopted it may take a moment to notice.
  await expect.poll(() => alive(child)).toBe(false);
  expect(resultOf(await scripts.run(hangs, call()))).toEqual({ fine: 1 });
});

test("calls of one script wait for each other", async () => {
  const { scripts } = runner();
  const counts = python("global n\nn += 1\nreturn {'n': n}", "n = 0\n");
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => scripts.run(counts, call())));
  expect(outcomes.map(resultOf)).toEqual(Array.from({ length: 20 }, (_, i) => ({ n: i + 1 })));
});

test("a change is picked up, and a broken edit keeps the last good version, also in a new process", async () => {
  const { scripts, broken, reloaded } = runner();
  const reference = python("return {'v': 1}");
  const { file: path } = reference;
  const version = async (pipeData: Mapping = {}) => scripts.run(reference, call({ pipeData }));
  expect(resultOf(await version())).toEqual({ v: 1 });
  writeFileSync(path, `${signature}  import os\n  if pipe_data: os._exit(1)\n  return {'v': 22}\n`);
  expect(resultOf(await version())).toEqual({ v: 22 });
  expect(reloaded).toEqual([path]);
  writeFileSync(path, `${signature}  return {'v': = 3}\n`);
  for (let run = 0; run < 3; run++) expect(resultOf(await version())).toEqual({ v: 22 });
  expect(broken).toHaveLength(1);
  expect(broken[0]).toMatchObject({ code: "step-not-loadable", place: { file: path, line: 2 } });
  expect(failureOf(await version({ die: true })).kind).toBe("exited");
  expect(resultOf(await version())).toEqual({ v: 22 });
});

test.each([
  ["a syntax error", "def ProcessBlock(:\n  pass\n", "SyntaxError", 1],
  ["no function", "x = 1\n", 'exports no function "ProcessBlock"', 1],
  ["an import that fails", "import nothing_like_this\n", "ModuleNotFoundError", 1],
])("a script with %s says so at its first run", async (_, text, message, line) => {
  const { scripts } = runner();
  const failure = failureOf(await scripts.run(script(file("a.py", text)), call()));
  expect(failure.kind).toBe("not-loadable");
  expect(failure.message).toContain(message);
  expect(failure.place?.line).toBe(line);
});

test("a generator is a long-running script", async () => {
  const { scripts } = runner();
  const controller = new AbortController();
  const emitted: Mapping[] = [];
  const yields = python("import time\nn = 0\nwhile True:\n  n += 1\n  yield {'n': n}\n  time.sleep(0.001)");
  const long = scripts.start(
    yields,
    call({ signal: controller.signal, timeout: undefined, grace: seconds(0.1) }),
    (result) => {
      if (emitted.push(result) === 3) controller.abort();
    },
  );
  expect(failureOf(await long.ended).kind).toBe("aborted");
  expect(emitted.slice(0, 3)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test("a missing interpreter is found when the file is checked", async () => {
  const { scripts } = runner({ python: "no-such-python3" });
  const message =
    '.py scripts need "no-such-python3", which was not found; install it (Debian: apt install python3)';
  expect(scripts.check(program("simplest.py"))).toBe(message);
  expect(failureOf(await scripts.run(script(program("simplest.py")), call()))).toEqual({
    kind: "not-found",
    message,
  });
});

function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
