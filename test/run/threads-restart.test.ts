import fc from "fast-check";
import { expect, test } from "vitest";
import { Events, type Happening, ManualClock, type Problem, type Seconds } from "../../src/base/index.ts";
import { createThreads, type LongRunBody, type RestartPolicy } from "../../src/run/index.ts";
import { firstState, nextState } from "../../src/run/threads/restart.ts";

const s = (seconds: number) => seconds as Seconds;
const problem: Problem = { code: "step-exit-status", severity: "error", message: "exit status 1" };

const policy: RestartPolicy = {
  when: "failure",
  delay: s(0.1),
  maxDelay: s(30),
  healthyAfter: s(10),
  giveUpAfter: 10,
};

function setUp(run: LongRunBody, restart: Partial<RestartPolicy> = {}) {
  const clock = new ManualClock();
  const events = new Events();
  const happenings: Happening[] = [];
  events.on((happening) => happenings.push(happening));
  const threads = createThreads({ clock, events, random: () => 1 });
  const thread = threads.start({
    kind: "long-running",
    id: "a",
    what: "shell: x",
    history: 5,
    duration: undefined,
    restart: { ...policy, ...restart },
    run,
  });
  return { clock, happenings, thread };
}

test("a crash loop backs off, then is given up, visibly", async () => {
  const { clock, happenings, thread } = setUp(async () => ({ ok: false, problem }));
  await clock.advance(200_000);
  expect(thread.status()).toMatchObject({ state: "failed", restarts: 10, errors: 11, error: problem });
  const delays = happenings.flatMap((one) => (one.type === "thread:restarting" ? [one.delay] : []));
  expect(delays).toEqual([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30]);
  expect(happenings).toContainEqual({ type: "thread:gave-up", thread: "a", problem });
  expect(clock.pending).toBe(0);
});

test("one that lives just long enough and then dies, for ever, raises an alarm", () => {
  let now = 0;
  let state = firstState(now);
  const alarms: number[] = [];
  for (let life = 1; life <= 25; life++) {
    now += 11;
    state = nextState(state, { kind: "ended", at: now, ok: false, progress: true, jitter: 1 }, policy);
    if (state.kind !== "waiting") throw new Error(`unexpected ${state.kind}`);
    expect(state.delay).toBe(0.1);
    if (state.alarm) alarms.push(life);
    state = nextState(state, { kind: "due", at: now + 0.1 }, policy);
  }
  expect(alarms).toEqual([10, 20]);
});

test("living long without a single result is not healthy", () => {
  const ended = { kind: "ended", at: 60, ok: false, progress: false, jitter: 1 } as const;
  const first = nextState(firstState(0), ended, policy);
  const second = nextState(nextState(first, { kind: "due", at: 61 }, policy), { ...ended, at: 120 }, policy);
  expect(second).toMatchObject({ kind: "waiting", attempt: 2, delay: 0.2 });
});

test("ending well is finishing, unless it is always restarted", async () => {
  const finished = setUp(async () => ({ ok: true, output: {} }));
  await finished.clock.advance(1000);
  expect(finished.thread.status()).toMatchObject({ state: "finished", restarts: 0 });
  const always = setUp(async () => ({ ok: true, output: {} }), { when: "always", giveUpAfter: 2 });
  await always.clock.advance(1000);
  expect(always.thread.status()).toMatchObject({ state: "failed", restarts: 2 });
  const never = setUp(async () => ({ ok: false, problem }), { when: "never" });
  await never.clock.advance(1000);
  expect(never.thread.status()).toMatchObject({ state: "failed", restarts: 0 });
});

test("each result counts as one run; what was dropped is counted", async () => {
  let emit: Parameters<LongRunBody>[1] = () => {};
  const { clock, happenings, thread } = setUp((signal, given) => {
    emit = given;
    return new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve({ ok: true, output: {} })),
    );
  });
  emit({ n: 1 });
  await clock.advance(2000);
  emit({ n: 2 }, 7);
  expect(thread.status()).toMatchObject({ runs: 2, dropped: 7, state: "running", lastDuration: 2 });
  expect(thread.latest()).toEqual({ time: 1_700_000_002, seconds: 2, output: { n: 2 } });
  expect(happenings).toContainEqual({ type: "thread:dropped", thread: "a", results: 7 });
  const stopping = thread.stop(s(10));
  await clock.advance(0);
  await stopping;
  expect(thread.status().state).toBe("finished");
});

test("stopping while it waits for its restart ends it", async () => {
  const { clock, thread } = setUp(async () => ({ ok: false, problem }), { delay: s(5) });
  await clock.advance(1000);
  expect(thread.status().state).toBe("restarting");
  await thread.stop(s(10));
  expect(thread.status().state).toBe("finished");
  expect(clock.pending).toBe(0);
});

test("the state machine never waits longer than max_delay, and ends once stopped", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          lived: fc.double({ min: 0, max: 100, noNaN: true }),
          ok: fc.boolean(),
          progress: fc.boolean(),
          jitter: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 40 },
      ),
      fc.constantFrom("always" as const, "failure" as const, "never" as const),
      (lives, when) => {
        let now = 0;
        let state = firstState(now);
        for (const { lived, ...end } of lives) {
          now += lived;
          state = nextState(state, { kind: "ended", at: now, ...end }, { ...policy, when });
          if (state.kind !== "waiting") break;
          expect(state.delay).toBeGreaterThanOrEqual(0.05);
          expect(state.delay).toBeLessThanOrEqual(30);
          now += state.delay;
          state = nextState(state, { kind: "due", at: now }, { ...policy, when });
          expect(state.kind).toBe("running");
        }
        const stopped = nextState(state, { kind: "stopped" }, policy);
        const last = nextState(
          stopped,
          { kind: "ended", at: now, ok: false, progress: false, jitter: 0 },
          policy,
        );
        expect(["finished", "failed"]).toContain(last.kind);
      },
    ),
    { seed: 7 },
  );
});
