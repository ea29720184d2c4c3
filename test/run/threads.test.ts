import { expect, test } from "vitest";
import {
  Events,
  emptyMapping,
  type Happening,
  ManualClock,
  type Mapping,
  type Seconds,
} from "../../src/base/index.ts";
import { createThreads, type RunResult, type ThreadDefinition } from "../../src/run/index.ts";

const s = (seconds: number) => seconds as Seconds;
const done = (output: Mapping = emptyMapping()): RunResult => ({ ok: true, output });

function setUp() {
  const clock = new ManualClock();
  const events = new Events();
  const happenings: Happening[] = [];
  events.on((happening) => happenings.push(happening));
  const threads = createThreads({ clock, events, random: () => 1 });
  /** Resolves after a while on the test's clock. */
  const after = (milliseconds: number, result = done()) =>
    new Promise<RunResult>((resolve) => void clock.after(milliseconds as never, () => resolve(result)));
  return { clock, happenings, threads, after };
}

type Interval = Extract<ThreadDefinition, { kind: "interval" }>;

function interval(run: Interval["run"], more: Partial<Interval> = {}): Interval {
  return {
    kind: "interval",
    id: "a",
    what: "script: a.ts",
    history: 100,
    interval: s(5),
    align: false,
    overlap: "skip",
    duration: undefined,
    run,
    ...more,
  };
}

test("run n starts at start + n × interval, however long the runs take", async () => {
  const { clock, threads, after } = setUp();
  const starts: number[] = [];
  const durations = [1000, 10, 4900, 0, 3333];
  threads.start(
    interval(() => {
      starts.push(clock.monotonic());
      return after(durations[starts.length - 1] ?? 1);
    }),
  );
  await clock.advance(25_000);
  expect(starts).toEqual([0, 5000, 10_000, 15_000, 20_000, 25_000]);
});

test("a thread is described by plain data", async () => {
  const { clock, threads } = setUp();
  const thread = threads.start(interval(async () => done({ n: 1 })));
  await clock.advance(0);
  expect(threads.handle(thread)).toEqual({
    thread: "a",
    kind: "interval",
    running: true,
    state: "waiting",
    interval: 5,
    runs: "script: a.ts",
  });
  expect(thread.status()).toEqual({
    id: "a",
    kind: "interval",
    state: "waiting",
    interval: 5,
    runs: 1,
    errors: 0,
    skipped: 0,
    dropped: 0,
    restarts: 0,
    startedAt: 1_700_000_000,
    lastRunAt: 1_700_000_000,
    lastDuration: 0,
    error: undefined,
  });
});

test("a run that is still going when the next is due makes that one skipped and counted", async () => {
  const { clock, threads, after, happenings } = setUp();
  let running = 0;
  let most = 0;
  const thread = threads.start(
    interval(async () => {
      most = Math.max(most, ++running);
      await after(12_000);
      running--;
      return done();
    }),
  );
  await clock.advance(29_000);
  expect(most).toBe(1);
  // Due at 0, 5, 10, 15, 20, 25; started at 0 and 15.
  expect(thread.status()).toMatchObject({ runs: 2, skipped: 4 });
  expect(happenings).toContainEqual({ type: "thread:skipped", thread: "a", runs: 1, reason: "overlap" });
});

test("a run that goes on for ten intervals and a minute is told of once", async () => {
  const { clock, threads, happenings } = setUp();
  threads.start(interval(() => new Promise(() => {}), { interval: s(7) }));
  const told = () => happenings.filter((happening) => happening.type === "log:written");
  await clock.advance(69_000);
  expect(told()).toEqual([]);
  await clock.advance(100_000);
  expect(told()).toEqual([
    {
      type: "log:written",
      level: "warn",
      thread: "a",
      text: 'its run has taken 1m10s so far and holds up all others; "timeout:" would end it',
    },
  ]);
});

test("with overlap: queue a due run starts late instead", async () => {
  const { clock, threads, after } = setUp();
  const starts: number[] = [];
  const thread = threads.start(
    interval(
      () => {
        starts.push(clock.monotonic());
        return after(starts.length === 1 ? 11_000 : 10);
      },
      { overlap: "queue" },
    ),
  );
  await clock.advance(16_000);
  expect(starts).toEqual([0, 11_000, 11_010, 15_000]);
  expect(thread.status().skipped).toBe(0);
});

test("after a pause one run makes up for all that were missed, and they are counted", async () => {
  const { clock, threads } = setUp();
  let frozen = 0;
  const monotonic = clock.monotonic.bind(clock);
  clock.monotonic = () => (monotonic() + frozen) as never;
  const starts: number[] = [];
  const thread = threads.start(
    interval(async () => {
      starts.push(clock.monotonic());
      return done();
    }),
  );
  await clock.advance(4000);
  // As after SIGSTOP and SIGCONT a minute later: the timer fires late.
  frozen = 60_000;
  await clock.advance(1000);
  await clock.advance(5000);
  expect(starts).toEqual([0, 65_000, 70_000]);
  expect(thread.status()).toMatchObject({ runs: 3, skipped: 12 });
});

test("jumps of the wall clock change the stamps, not the rhythm", async () => {
  const { clock, threads } = setUp();
  const starts: number[] = [];
  const thread = threads.start(
    interval(async () => {
      starts.push(clock.monotonic());
      return done();
    }),
  );
  await clock.advance(5000);
  clock.jumpWall(-3_600_000);
  await clock.advance(5000);
  clock.jumpWall(86_400_000);
  await clock.advance(5000);
  expect(starts).toEqual([0, 5000, 10_000, 15_000]);
  const stamps = thread.history().map((one) => one.time - 1_700_000_000);
  expect(stamps).toEqual([0, 5, -3590, 82_815]);
  expect(thread.status().skipped).toBe(0);
});

test("align puts runs on multiples of the interval, also after the clock was set back", async () => {
  const clock = new ManualClock(1_700_000_003_000);
  const threads = createThreads({ clock, events: new Events() });
  const stamps: number[] = [];
  threads.start(
    interval(
      async () => {
        stamps.push(clock.wall() / 1000 - 1_700_000_000);
        return done();
      },
      { align: true, interval: s(10) },
    ),
  );
  await clock.advance(18_000);
  expect(stamps).toEqual([3, 10, 20]);
  clock.jumpWall(-3);
  await clock.advance(10_000);
  expect(stamps.slice(3)).toEqual([30]);
  clock.jumpWall(-3_600_000);
  await clock.advance(30_000);
  const later = stamps.slice(4).map((stamp) => Math.abs(stamp % 10));
  expect(later).toEqual([0, 0]);
});

test("threads that start together are spread evenly; the first is not shifted", async () => {
  const { clock, threads } = setUp();
  const second = new Map<string, number>();
  for (let i = 0; i < 100; i++) {
    const id = `t${i}`;
    let runs = 0;
    threads.start(
      interval(
        async () => {
          if (++runs === 2) second.set(id, clock.monotonic() - 5000);
          return done();
        },
        { id },
      ),
    );
  }
  await clock.advance(6000);
  expect(second.get("t0")).toBe(0);
  const phases = [...second.values()].sort((a, b) => a - b);
  expect(phases.length).toBe(100);
  const gaps = phases.map((phase, index) => phase - (phases[index - 1] ?? 0)).slice(1);
  expect(Math.min(...gaps)).toBeGreaterThan(2);
  expect(Math.max(...gaps)).toBeLessThan(20);
  expect(phases.at(-1)).toBeLessThan(1000);
});

test("thousands of threads wait on one timer", async () => {
  const { clock, threads } = setUp();
  for (let i = 0; i < 2000; i++) threads.start(interval(async () => done(), { id: `t${i}` }));
  await clock.advance(0);
  expect(clock.pending).toBe(1);
});

test("a failing run is counted and kept as the thread's error, and the thread goes on", async () => {
  const { clock, threads, happenings } = setUp();
  const problem = { code: "step-threw", severity: "error", message: "no sensor" } as const;
  let runs = 0;
  const thread = threads.start(
    interval(async () => (++runs === 2 ? { ok: false, problem } : done({ runs }))),
  );
  await clock.advance(5000);
  expect(thread.status()).toMatchObject({ runs: 2, errors: 1, error: problem, state: "waiting" });
  expect(thread.latest()?.output).toEqual({ runs: 1 });
  expect(happenings).toContainEqual({ type: "thread:failed", thread: "a", problem });
  await clock.advance(5000);
  expect(thread.status()).toMatchObject({ runs: 3, errors: 1, error: undefined });
});

test("a body that throws is a failed run too", async () => {
  const { clock, threads } = setUp();
  const thread = threads.start(interval(() => Promise.reject(new Error("Internal error: oops"))));
  await clock.advance(5000);
  expect(thread.status()).toMatchObject({ runs: 2, errors: 2, error: { message: "Internal error: oops" } });
});

test("history is bounded, newest last", async () => {
  const { clock, threads } = setUp();
  let n = 0;
  const thread = threads.start(interval(async () => done({ n: ++n }), { history: 3 }));
  await clock.advance(50_000);
  expect(thread.history().map((one) => one.output.n)).toEqual([9, 10, 11]);
  expect(await thread.first()).toMatchObject({ output: { n: 1 } });
});

test("duration ends the thread after that long", async () => {
  const { clock, threads } = setUp();
  const thread = threads.start(interval(async () => done(), { duration: s(10) }));
  await clock.advance(60_000);
  expect(thread.status()).toMatchObject({ runs: 2, state: "finished" });
  expect(clock.pending).toBe(0);
});

test("stop lets the current run end, starts no other, and waits", async () => {
  const { clock, threads, after } = setUp();
  let ended = false;
  const thread = threads.start(interval(() => after(3000, done({ last: true }))));
  const idle = threads.start(interval(async () => done(), { id: "idle" }));
  await clock.advance(1000);
  const stopping = threads.stopAll(s(10)).then(() => {
    ended = true;
  });
  await clock.advance(1999);
  expect([ended, thread.status().state, idle.status().state]).toEqual([false, "stopping", "finished"]);
  await clock.advance(1);
  await stopping;
  expect(thread.latest()?.output).toEqual({ last: true });
  expect(clock.pending).toBe(0);
  const late = threads.start(interval(async () => done(), { id: "late" }));
  expect(late.status()).toMatchObject({ state: "finished", runs: 0 });
});

test("a run that does not end in its grace time is aborted, and not waited for for ever", async () => {
  const { clock, threads } = setUp();
  const aborted: number[] = [];
  const thread = threads.start(
    interval(
      (signal) =>
        new Promise(() => {
          signal.addEventListener("abort", () => aborted.push(clock.monotonic()));
        }),
    ),
  );
  await clock.advance(1000);
  const stopping = thread.stop(s(10));
  await clock.advance(14_000);
  await stopping;
  expect(aborted).toEqual([11_000]);
  expect(thread.status().state).toBe("finished");
});

test("a second stop with less grace speeds up the first", async () => {
  const { clock, threads } = setUp();
  const thread = threads.start(
    interval(
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(done()));
        }),
    ),
  );
  void thread.stop(s(10));
  await clock.advance(1000);
  const stopping = thread.stop(s(0));
  await clock.advance(0);
  await stopping;
  expect(clock.monotonic()).toBe(1000);
});

test("cron runs at calendar times, once each", async () => {
  const { clock, threads } = setUp();
  const stamps: number[] = [];
  const minute = 60_000;
  threads.start({
    kind: "cron",
    id: "a",
    what: "x",
    history: 10,
    duration: undefined,
    overlap: "skip",
    next: (after) => (Math.floor(after / minute) + 1) * minute,
    run: async () => {
      stamps.push(clock.wall() % minute);
      return done();
    },
  });
  await clock.advance(180_000);
  expect(stamps).toEqual([0, 0, 0]);
  clock.jumpWall(-10_000);
  await clock.advance(minute);
  expect(stamps.length).toBe(4);
  clock.jumpWall(600_000);
  await clock.advance(minute);
  expect(stamps.length).toBe(6);
  expect(threads.get("a")?.status().skipped).toBe(9);
});

test("a cron thread without a further time is finished", async () => {
  const { clock, threads } = setUp();
  const first = clock.wall() + 5000;
  const thread = threads.start({
    kind: "cron",
    id: "a",
    what: "x",
    history: 10,
    duration: undefined,
    overlap: "skip",
    next: (after) => (after < first ? first : undefined),
    run: async () => done(),
  });
  await clock.advance(60_000);
  expect(thread.status()).toMatchObject({ runs: 1, state: "finished" });
});
