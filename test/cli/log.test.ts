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
    clock: { wall: () => wall },
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
    trace.hear({ type: "tag:processed", tag: "run", place: undefined, value: { m: 2 }, seconds: 0.012 });
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
      '       =   {"m": 2}',
      "",
    ]);
  });
});
