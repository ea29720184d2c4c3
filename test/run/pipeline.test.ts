import { expect, test } from "vitest";
import { runOf, workshop } from "./workshop.ts";

test("the simplest run has its times first, then arguments, then what the script returned", async () => {
  const { process } = workshop({ scripts: { "simplest.ts": () => ({ random: 99 }) } });
  const result = await process("- script: simplest.ts");
  expect(JSON.stringify(result)).toBe(
    '{"run":{"__duration":0,"__start_time":1700000000,"args":[],"random":99}}',
  );
});

test("each step reads what the steps before it merged, and options of the block are there too", async () => {
  const { process } = workshop({
    scripts: { "add.ts": ({ pipeData }) => ({ sum: Number(pipeData.a) + Number(pipeData.b) }) },
  });
  const result = await process("run: [{set: {a: 1}}, {set: {b: 2}}, {script: add.ts}]", {
    args: ["x"],
    verbose: true,
  });
  expect(runOf(result)).toEqual({ args: ["x"], verbose: true, a: 1, b: 2, sum: 3 });
});

test("a failed step fails the block, with the step's place", async () => {
  const { process } = workshop({
    scripts: {
      "bad.ts": () => {
        throw new Error("no sensor");
      },
    },
  });
  await expect(process("run:\n  - set: {a: 1}\n  - script: bad.ts\n")).rejects.toMatchObject({
    problems: [
      { code: "step-threw", message: "no sensor", place: { file: "demo.yaml", line: 3, column: 5 } },
    ],
  });
});

test("except runs only after a failed step, knows the error, and the pipeline goes on", async () => {
  const scripts = {
    "bad.ts": () => {
      throw new Error("no sensor");
    },
  };
  const { process } = workshop({ scripts });
  const text = (first: string) =>
    `run:\n  - ${first}\n  - set: {skipped: false}\n  - except:\n      - set: {why: "{{error.message}} in {{error.step}}, line {{error.line}}"}\n  - set: {after: true}\n`;
  expect(runOf(await process(text("set: {fine: true}")))).toEqual({
    args: [],
    fine: true,
    skipped: false,
    after: true,
  });
  expect(runOf(await process(text("script: bad.ts")))).toEqual({
    args: [],
    error: { message: "no sensor", step: "script: bad.ts", file: "demo.yaml", line: 2 },
    why: "no sensor in script: bad.ts, line 2",
    after: true,
  });
});

test("finally always runs, and a failure stays a failure", async () => {
  const seen: string[] = [];
  const { process } = workshop({
    scripts: {
      "bad.ts": () => {
        throw new Error("no");
      },
      "tidy.ts": () => {
        seen.push("tidy");
        return {};
      },
    },
  });
  await process("run: [{set: {a: 1}}, {finally: [{script: tidy.ts}]}]");
  await expect(process("run: [{script: bad.ts}, {finally: [{script: tidy.ts}]}]")).rejects.toThrow("no");
  expect(seen).toEqual(["tidy", "tidy"]);
});

test("finally runs after the process was told to stop; nothing else does", async () => {
  const seen: string[] = [];
  const controller = new AbortController();
  const { process } = workshop({
    scripts: {
      "stop.ts": () => {
        controller.abort();
        return {};
      },
      "note.ts": ({ label }) => {
        seen.push(label);
        return {};
      },
    },
  });
  const text =
    "run: [{script: stop.ts}, {script: note.ts}, {except: [{script: note.ts}]}, {finally: [{script: note.ts}]}]";
  await expect(process(text, {}, controller.signal)).rejects.toThrow("script: stop.ts was stopped");
  expect(seen).toEqual(["script: note.ts"]);
});

test("several steps as one have pipe data of their own; only what they brought comes out", async () => {
  const { process } = workshop();
  const result = await process(
    'run: [{set: {a: 1, b: 1}}, {steps: [{set: {a: 2}}, {set: {c: "{{b}}"}}], as: inner}]',
  );
  expect(runOf(result)).toEqual({ args: [], a: 1, b: 1, inner: { a: 2, c: 1 } });
});

test("set writes into nested mappings without touching what others hold", async () => {
  const { process } = workshop();
  const input = { cpu: { load: 1, cores: 2 } };
  const result = await process("run: [{set: {cpu.load: 5, cpu.new.deep: yes}}]", input);
  expect(runOf(result)).toEqual({ args: [], cpu: { load: 5, cores: 2, new: { deep: "yes" } } });
  expect(input).toEqual({ cpu: { load: 1, cores: 2 } });
});

test("an if step takes one branch and shares the pipeline's data", async () => {
  const { process } = workshop();
  const text =
    "run:\n  - if n > 90: [{set: {level: high}}]\n    elif n > 50: [{set: {level: middle}}]\n    else: [{set: {level: low}}]\n";
  for (const [n, level] of [
    [91, "high"],
    [51, "middle"],
    [1, "low"],
  ] as const)
    expect(runOf(await process(text, { args: [], n }))).toEqual({ args: [], n, level });
});

test("cd holds for the steps that follow, and a missing directory fails", async () => {
  const { process } = workshop({ scripts: { "where.ts": ({ cwd }) => ({ cwd }) } });
  expect(runOf(await process("run: [{cd: /usr}, {cd: bin}, {script: where.ts}]"))).toMatchObject({
    cwd: "/usr/bin",
  });
  await expect(process("run: [{cd: /nowhere at all}]")).rejects.toThrow(
    'cd: "/nowhere at all" does not exist',
  );
});

test("a command's output is appended and its status listed; values are quoted", async () => {
  const { process } = workshop();
  const text = "run:\n  - shell: echo one; echo warning >&2\n  - shell: printf %s {{name}}\n";
  expect(runOf(await process(text, { args: [], name: "$(id); rm 'x'" }))).toEqual({
    args: [],
    name: "$(id); rm 'x'",
    output: "one\n$(id); rm 'x'",
    output_error: "warning\n",
    status: [0, 0],
  });
});

test("a command that fails is a failed step, with status and output in pipe data", async () => {
  const { process } = workshop();
  const text = "run:\n  - shell: echo out; echo why >&2; exit 3\n  - except: []\n";
  expect(runOf(await process(text))).toMatchObject({
    output: "out\n",
    output_error: "why\n",
    status: [3],
    error: { message: "shell: echo out; echo why >&2; exit 3 ended with exit status 3" },
  });
});

test("parse turns output into fields", async () => {
  const { process } = workshop();
  expect(runOf(await process(`run: [{shell: "echo '{\\"a\\": 1}'", parse: json}]`))).toEqual({
    args: [],
    output_error: "",
    status: [0],
    a: 1,
  });
  await expect(process("run: [{shell: echo x, parse: json}]")).rejects.toMatchObject({
    problems: [{ code: "step-parse-failed" }],
  });
});

test("as puts the result under a name", async () => {
  const { process } = workshop({ scripts: { "a.ts": () => ({ n: 1 }) } });
  const result = await process(
    "run: [{script: a.ts, as: first}, {template: {text: 'n={{first.n}}'}, as: page}]",
  );
  expect(runOf(result)).toEqual({ args: [], first: { n: 1 }, page: "n=1" });
});

test("log writes a line with its level", async () => {
  const { process, happenings } = workshop();
  await process("run: [{set: {n: 5}}, {log: 'n is {{n}}', level: warn}]");
  expect(happenings).toContainEqual({
    type: "log:written",
    level: "warn",
    text: "n is 5",
    thread: undefined,
  });
});

test("put sends a value to a queue, and a full queue fails the step", async () => {
  const { process, services } = workshop();
  const text = "run: [{put: {queue: wall, value: n.0}}]";
  for (const n of [1, 2, 3]) await process(text, { n: [n] });
  expect((await services.space.queue("wall").peek()).map((item) => item.message)).toEqual([1, 2, 3]);
  await expect(process(text, { n: [4] })).rejects.toThrow('put: queue "wall" is full: it holds 3 messages');
  await expect(process(text, {})).rejects.toThrow('put: "n.0" is not set in pipe data');
});

test("retry tries again after longer and longer delays", async () => {
  let attempts = 0;
  const { processFor, happenings } = workshop({
    scripts: {
      "moody.ts": () => {
        if (++attempts < 4) throw new Error(`attempt ${attempts}`);
        return { attempts };
      },
    },
  });
  const result = await processFor(7000, "run: [{script: moody.ts, retry: {times: 3, delay: 1, backoff: 2}}]");
  expect(runOf(result)).toEqual({ args: [], attempts: 4 });
  const delays = happenings.flatMap((one) => (one.type === "step:retried" ? [one.delay] : []));
  expect(delays).toEqual([1, 2, 4]);
});

test("the last failure counts when all retries are used up", async () => {
  let attempts = 0;
  const { processFor } = workshop({
    scripts: {
      "bad.ts": () => {
        throw new Error(`attempt ${++attempts}`);
      },
    },
  });
  await expect(processFor(10_000, "run: [{script: bad.ts, retry: 2}]")).rejects.toThrow("attempt 3");
});

test("a time-out stops any kind of step; what it would still have done changes nothing", async () => {
  const { clock, process } = workshop({ scripts: { "never.ts": () => new Promise(() => {}) } });
  const running = process(
    "run:\n  - steps: [{script: never.ts}, {set: {a: 1}}]\n    timeout: 200ms\n  - except: []\n",
  );
  await clock.advance(200);
  expect(runOf(await running)).toEqual({
    args: [],
    error: {
      message: "steps took longer than 200ms and was stopped",
      step: "steps",
      file: "demo.yaml",
      line: 2,
    },
  });
  expect(clock.pending).toBe(0);
});

test("scripts get the time-out of their step", async () => {
  const { process } = workshop({
    scripts: { "a.ts": ({ timeout, env, cwd }) => ({ timeout: timeout ?? null, k: env.K ?? null, cwd }) },
  });
  const result = await process("run: [{script: a.ts, timeout: 1m, env: {K: 5}}]");
  expect(runOf(result)).toMatchObject({ timeout: 60, k: "5" });
});

test("timeseries collect stores the step's own result with the wall clock of its start", async () => {
  const { process, stored } = workshop({ scripts: { "a.ts": () => ({ n: 1 }) } });
  const collect = "timeseries collect: {path: a.rrd, interval: 5, fields: [n]}";
  await process(
    `run:\n  - script: a.ts\n    as: x\n    ${collect}\n  - ${collect.replace("a.rrd", "b.rrd")}\n`,
  );
  expect(stored).toMatchObject([
    { path: "a.rrd", result: { n: 1 }, stamp: 1_700_000_000_000 },
    { path: "b.rrd", result: { args: [], x: { n: 1 } } },
  ]);
});

test("every step is reported when somebody listens", async () => {
  const { process, happenings } = workshop({ scripts: { "a.ts": () => ({ n: 1 }) } });
  await process("run: [{script: a.ts}]");
  expect(happenings.map((one) => one.type)).toEqual(["step:started", "step:finished", "tag:processed"]);
});

test("a file's own tag gets its key and value, and its result takes the value's place", async () => {
  const { process } = workshop();
  const text =
    '__tags:\n  "double .*?": {steps: [{set: {tagged: "{{tag}} is {{value}}"}}]}\ndouble width: 21\n';
  expect(JSON.stringify(await process(text))).toBe('{"double width":{"tagged":"double width is 21"}}');
});
