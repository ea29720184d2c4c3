import { describe, expect, test } from "vitest";
import { Events, type Happening, type LogLevel, type Problem } from "../../src/base/index.ts";
import type { Io } from "../../src/cli/io.ts";
import { Log } from "../../src/cli/log.ts";
import { Trace } from "../../src/cli/trace.ts";

const wall = new Date("2026-01-02T03:04:05").getTime();

function stderr(): { io: Io; text: () => string } {
  let text = "";
  const io = {
    stderr: {
      isTerminal: true,
      write: (more: string) => {
        text += more;
      },
    },
    clock: { wall: () => wall, monotonic: () => 0 },
  } as unknown as Io;
  return { io, text: () => text };
}

async function logged(
  format: "json" | "terminal",
  level: LogLevel | undefined,
  ...happenings: Happening[]
): Promise<string> {
  const { io, text } = stderr();
  const events = new Events();
  const log = new Log(io, events);
  log.configure({ level, format, colour: false });
  for (const happening of happenings) events.report(happening);
  await log.flush();
  return text();
}

const stored: Happening = { type: "sample:stored", file: "a.rrd", time: 1, values: { random: 3 } };
const problem: Problem = {
  code: "step-threw",
  severity: "error",
  message: 'script "a.ts" threw: no luck',
  place: { file: "a.yaml", line: 3, column: 5, lineText: "  - script: a.ts" },
  notes: ["in a.ts:7:9"],
};

describe("the log on a terminal", () => {
  test("is one line per happening, with the time and the thread", async () => {
    expect(
      await logged("terminal", "info", { type: "thread:started", thread: "simplest", interval: 5 }),
    ).toBe("03:04:05 simplest: started, every 5s\n");
  });

  test("tells the first value of a file, and the others only to those who ask for more", async () => {
    expect(await logged("terminal", "info", stored, stored)).toBe('03:04:05 stored {"random": 3} in a.rrd\n');
    expect((await logged("terminal", "debug", stored, stored)).split("\n")).toHaveLength(3);
  });

  test("tells what became of the samples for another store: at its end only if some are lost", async () => {
    const counts = { sent: 12, dropped: 0, rejected: 0, failures: 0, waiting: 0 };
    const sink = "redis db:6379";
    const told = (happening: Happening) => logged("terminal", "info", happening);
    expect(await told({ type: "sink:closed", sink, counts })).toBe("");
    expect(await told({ type: "sink:recovered", sink, counts: { ...counts, sent: 1 } })).toBe(
      "03:04:05 redis db:6379 works again (1 sample sent)\n",
    );
    const lost = { ...counts, dropped: 3, rejected: 1, failures: 2, waiting: 4 };
    expect(await told({ type: "sink:closed", sink, counts: { ...lost, waiting: 0 } })).toContain(
      "redis db:6379: 12 samples sent, 3 dropped, 1 refused, 2 attempts failed\n",
    );
    const gone: Problem = { code: "sink-failed", severity: "error", message: "no connection" };
    expect(await told({ type: "sink:failed", sink, problem: gone, counts: lost })).toContain(
      "cannot store in redis db:6379: no connection (12 samples sent, 4 waiting, 3 dropped, 1 refused, 2 attempts failed)\n",
    );
    const json = JSON.parse(
      await logged("json", "info", { type: "sink:failed", sink, problem: gone, counts: lost }),
    );
    expect(json).toMatchObject({ event: "sink:failed", sink, counts: lost });
  });

  test("shows where a problem stands", async () => {
    const text = await logged("terminal", "info", { type: "thread:failed", thread: "t", problem });
    expect(text).toBe(
      [
        '03:04:05 error: t: run failed: script "a.ts" threw: no luck',
        "         at a.yaml:3",
        "           3 |   - script: a.ts",
        "             |     ^",
        "           = in a.ts:7:9",
        "",
      ].join("\n"),
    );
  });

  test("obeys nothing that a script writes", async () => {
    const evil = {
      type: "log:written",
      level: "info",
      text: "\u001b[2Jx\rroot# ",
      thread: undefined,
    } as const;
    expect(await logged("terminal", "info", evil)).toBe("03:04:05 \ufffd[2Jx\ufffdroot# \n");
  });

  test("is silent when told to be", async () => {
    expect(await logged("terminal", undefined, { type: "process:ready" })).toBe("");
  });
});

describe("the log elsewhere", () => {
  test("is JSON lines with the happening's own fields", async () => {
    const text = await logged("json", "info", stored);
    const line = JSON.parse(text) as Record<string, unknown>;
    expect(line).toMatchObject({
      level: 30,
      event: "sample:stored",
      file: "a.rrd",
      stamp: 1,
      values: { random: 3 },
      msg: 'stored {"random": 3} in a.rrd',
    });
  });

  test("keeps the order while its writer loads", async () => {
    const texts = Array.from({ length: 50 }, (_, n) => `line ${n}`);
    const text = await logged(
      "json",
      "info",
      ...texts.map((one) => ({ type: "log:written", level: "warn", text: one, thread: "t" }) as const),
    );
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(texts);
  });

  test("holds back what comes before it is known how to write", async () => {
    const { io, text } = stderr();
    const events = new Events();
    const log = new Log(io, events);
    events.report({ type: "file:loaded", file: "a.yaml", seconds: 0.001 });
    expect(text()).toBe("");
    log.configure({ level: "debug", format: "terminal", colour: false });
    expect(text()).toBe("03:04:05 debug: loaded a.yaml in 1ms\n");
  });
});

describe("a trace", () => {
  test("is a tree of steps with input, output and time", () => {
    const { io, text } = stderr();
    const trace = new Trace(io, { json: false, colour: false });
    trace.hear({ type: "step:started", step: "steps", thread: undefined, input: {} });
    trace.hear({ type: "step:started", step: "script a.ts", thread: undefined, input: { n: 1 } });
    trace.hear({
      type: "step:finished",
      step: "script a.ts",
      thread: undefined,
      output: { m: 2 },
      seconds: 0.0104,
    });
    trace.hear({ type: "step:finished", step: "steps", thread: undefined, output: { m: 2 }, seconds: 0.011 });
    const tag = { type: "tag:processed", place: undefined, value: { m: 2 } } as const;
    trace.hear({ ...tag, tag: "run", input: [{ script: "a.ts" }], seconds: 0.012 });
    trace.hear({ ...tag, tag: "set m", input: 2, value: undefined, seconds: 0.001 });
    expect(text().split("\n")).toEqual([
      "step   steps",
      "       in  {}",
      "  step   script a.ts",
      '         in  {"n": 1}',
      "  done   script a.ts  10.4ms",
      '         out {"m": 2}',
      "done   steps  11ms",
      '       out {"m": 2}',
      "tag    run  12ms",
      '       out {"m": 2}',
      "tag    set m  1ms",
      "       in  2",
      "",
    ]);
  });
});

describe("a log of something that fails for hours", () => {
  test("has one line a minute about it, which says how many were held back", () => {
    const { io, text } = stderr();
    let now = 0;
    Object.assign(io.clock, { monotonic: () => now });
    const events = new Events();
    const log = new Log(io, events);
    log.configure({ level: "info", format: "terminal", colour: false });
    for (let second = 0; second < 150; second++) {
      now = second * 1000;
      events.report({
        type: "store:failed",
        file: "a.rrd",
        problem: { ...problem, message: `try ${second}` },
      });
      if (second === 70) events.report({ type: "store:failed", file: "b.rrd", problem });
    }
    const lines = text()
      .split("\n")
      .filter((line) => line.startsWith("03:"));
    expect(lines.map((line) => line.slice(9))).toEqual([
      "error: cannot store in a.rrd: try 0",
      "error: cannot store in a.rrd: try 60 (and 59 more like it before)",
      'error: cannot store in b.rrd: script "a.ts" threw: no luck',
      "error: cannot store in a.rrd: try 120 (and 59 more like it before)",
    ]);
  });

  test("tells different things about one file apart: only what differs in numbers alone is the same", async () => {
    const failed = (message: string, line = 3): Happening => ({
      type: "store:failed",
      file: "a.rrd",
      problem: { code: "rrd-locked", severity: "error", message, place: { file: "a.yaml", line, column: 1 } },
    });
    const text = await logged(
      "json",
      "info",
      failed("a.rrd is locked; 3 samples wait"),
      failed("a.rrd is locked; 4 samples wait"),
      failed("a.rrd is locked; 4 samples lost"),
      failed("a.rrd is locked; 3 samples wait", 9),
    );
    const lines = text.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).problem?.message ?? JSON.parse(line).msg)).toEqual([
      "a.rrd is locked; 3 samples wait",
      "a.rrd is locked; 4 samples lost",
      "a.rrd is locked; 3 samples wait",
      "1 more line like those above",
    ]);
  });

  test("tells of every warning of a file and of every broken edit", async () => {
    const found = (message: string): Happening => ({
      type: "problem:found",
      problem: { ...problem, severity: "warning", message },
    });
    const broken: Happening = { type: "script:broken", file: "a.ts", problem };
    const text = await logged("json", "info", found("x"), found("x"), broken, broken);
    expect(text.trim().split("\n")).toHaveLength(4);
  });

  test("tells at its end what it has held back", async () => {
    const { io, text } = stderr();
    Object.assign(io.clock, { monotonic: () => 0 });
    const events = new Events();
    const log = new Log(io, events);
    log.configure({ level: "info", format: "terminal", colour: false });
    for (let n = 0; n < 3; n++) {
      events.report({ type: "sample:dropped", file: "a.rrd", time: 1, reason: "too late" });
    }
    await log.flush();
    expect(text().split("\n")).toEqual([
      "03:04:05 warning: value for a.rrd dropped: too late",
      "03:04:05 warning: 2 more lines like those above",
      "",
    ]);
  });
});
