import fc from "fast-check";
import { expect, test } from "vitest";
import { Events, type Happening, ManualClock, problem } from "../../../src/base/index.ts";
import { BufferedSink, type BufferOptions } from "../../../src/run/collect/sinks/buffered-sink.ts";
import type { Point, SendOutcome } from "../../../src/run/collect/sinks/sink.ts";
import { seriesOf, upTo } from "./sinking.ts";

const series = seriesOf("a", {}, "v");
const failure: SendOutcome = { kind: "failed", problem: problem("sink-failed", "no") };
const rejection: SendOutcome = { kind: "rejected", problem: problem("sink-failed", "never") };

/** What a store does with a batch; `slow`: takes it, but only when told, whatever the signal says. */
type Mood = "well" | "fails" | "deaf" | "slow" | "throws" | "picky";

/** A sink before a store of any mood, on a clock that is moved by hand. */
class Moody {
  readonly clock = new ManualClock();
  readonly happenings: Happening[] = [];
  readonly sink: BufferedSink;
  mood: Mood = "well";
  random = 0.5;
  /** When each attempt began, ms. */
  readonly attempts: number[] = [];
  readonly taken: number[] = [];
  closed = false;
  added = 0;
  most = 0;
  busy = 0;
  #release: (() => void)[] = [];

  constructor(options: Partial<BufferOptions> = {}) {
    const events = new Events();
    events.on((happening) => this.happenings.push(happening));
    const transport = {
      send: (points: readonly Point[], signal: AbortSignal) => this.#send(points, signal),
      close: () => {
        this.closed = true;
      },
    };
    const all = { buffer: 20, batch: 5, delay: 1000, timeout: 10_000, ...options };
    const context = { clock: this.clock, events, random: () => this.random };
    this.sink = new BufferedSink("moody", "there", transport, all, context);
  }

  add(count: number): void {
    for (let index = 0; index < count; index++) {
      this.sink.add({ time: this.added, series, values: [++this.added] });
    }
  }

  release(): void {
    for (const done of this.#release.splice(0)) done();
  }

  /** Moves the clock in small steps, so that what waits for promises gets its turn. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 100) await this.clock.advance(Math.min(left, 100));
  }

  async #send(points: readonly Point[], signal: AbortSignal): Promise<SendOutcome> {
    this.attempts.push(this.clock.monotonic());
    this.busy++;
    this.most = Math.max(this.most, this.busy);
    try {
      return await this.#answer(points, signal);
    } finally {
      this.busy--;
    }
  }

  async #answer(points: readonly Point[], signal: AbortSignal): Promise<SendOutcome> {
    const values = points.map(({ values }) => Number(values[0]));
    switch (this.mood) {
      case "fails":
        return failure;
      case "throws":
        throw new Error("a fault of ours");
      case "deaf":
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        return failure;
      case "slow":
        await new Promise<void>((resolve) => this.#release.push(resolve));
        break;
      case "picky":
        if (values.some((value) => value % 7 === 0)) return rejection;
        break;
      case "well":
    }
    this.taken.push(...values);
    return { kind: "sent" };
  }
}

test("pauses double up to a minute, are cut by up to a half by chance, and are short again after a success", async () => {
  for (const random of [0, 0.5, 0.999]) {
    const at = new Moody({ delay: 0 });
    at.random = random;
    at.mood = "fails";
    at.add(1);
    while (at.attempts.length < 10) await at.pass(100);
    const pauses = at.attempts.slice(1).map((time, index) => time - (at.attempts[index] ?? 0));
    const wanted = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000 * (0.5 + random / 2));
    for (const [index, pause] of pauses.entries())
      expect(Math.abs(pause - (wanted[index] ?? 0))).toBeLessThan(1);
    at.mood = "well";
    await at.pass(61_000);
    expect(at.sink.figures()).toMatchObject({ sent: 1, failures: 10, waiting: 0 });
    at.mood = "fails";
    at.add(1);
    const before = at.attempts.length;
    await at.pass(2000);
    expect(at.attempts.length - before).toBeGreaterThanOrEqual(2);
  }
});

test("a store that names a time is left alone until then, but for a minute at most", async () => {
  const at = new Moody({ delay: 0 });
  const attempts: number[] = [];
  const transport = {
    send: async () => {
      attempts.push(at.clock.monotonic());
      return { ...failure, retryAfter: attempts.length === 1 ? 20_000 : 1e9 };
    },
    close: () => {},
  };
  const options = { buffer: 5, batch: 5, delay: 0, timeout: 1000 };
  const sink = new BufferedSink("a", "b", transport, options, {
    clock: at.clock,
    events: new Events(),
    random: () => 0,
  });
  sink.add({ time: 1, series, values: [1] });
  await at.pass(90_000);
  expect(attempts.map((time) => time - (attempts[0] ?? 0))).toEqual([0, 20_000, 80_000]);
});

test("a batch that is still on its way when its time is over is not sent beside itself, and is there once", async () => {
  const at = new Moody({ delay: 0, timeout: 1000 });
  at.mood = "slow";
  at.add(3);
  await at.pass(60_000);
  expect(at.attempts).toHaveLength(1);
  expect(at.sink.figures()).toMatchObject({ sent: 0, waiting: 3 });
  expect(at.sink.figures().failures).toBeGreaterThan(2);
  at.release();
  at.mood = "well";
  await at.pass(60_000);
  expect(at.sink.figures()).toMatchObject({ sent: 3, waiting: 0, dropped: 0 });
  expect(at.taken).toEqual([1, 2, 3]);
});

test("one refused sample does not take the others with it", async () => {
  const at = new Moody({ delay: 100, buffer: 100, batch: 50 });
  at.mood = "picky";
  at.add(50);
  await at.pass(60_000);
  expect(at.taken).toEqual(upTo(50).filter((value) => value % 7 !== 0));
  expect(at.sink.figures()).toMatchObject({ sent: 43, rejected: 7, dropped: 0, waiting: 0 });
});

test("trouble, recovery and end are told with counts", async () => {
  const at = new Moody({ delay: 0, buffer: 5 });
  at.mood = "throws";
  at.add(8);
  await at.pass(500);
  at.mood = "well";
  await at.pass(120_000);
  at.add(1);
  await at.pass(1000);
  await at.sink.close(1000);
  expect(at.happenings).toEqual([
    {
      type: "sink:failed",
      sink: "moody there",
      problem: {
        ...problem("sink-full", "more than 5 samples wait; the oldest are dropped"),
        notes: ["1 sample lost since the last message"],
      },
      counts: { sent: 0, dropped: 1, rejected: 0, failures: 0, waiting: 5 },
    },
    {
      type: "sink:recovered",
      sink: "moody there",
      counts: { sent: 6, dropped: 3, rejected: 0, failures: 1, waiting: 0 },
    },
    {
      type: "sink:closed",
      sink: "moody there",
      counts: { sent: 6, dropped: 3, rejected: 0, failures: 1, waiting: 0 },
    },
  ]);
});

test("whatever a store does: bounded, in order, nothing twice, and every sample is accounted for", async () => {
  const step = fc.record({
    mood: fc.constantFrom<Mood>("well", "fails", "deaf", "slow", "throws", "picky"),
    add: fc.integer({ min: 0, max: 12 }),
    pass: fc.integer({ min: 0, max: 15_000 }),
    release: fc.boolean(),
  });
  const options = fc.record({
    buffer: fc.integer({ min: 1, max: 30 }),
    batch: fc.integer({ min: 1, max: 10 }),
    delay: fc.constantFrom(0, 100, 1000),
    timeout: fc.constantFrom(100, 3000),
  });
  const scene = fc.asyncProperty(options, fc.array(step, { maxLength: 12 }), async (given, steps) => {
    const at = new Moody({ ...given, batch: Math.min(given.batch, given.buffer) });
    for (const { mood, add, pass, release } of steps) {
      at.mood = mood;
      at.add(add);
      if (release) at.release();
      await at.pass(pass);
      const { sent, dropped, rejected, waiting } = at.sink.figures();
      expect(sent + dropped + rejected + waiting).toBe(at.added);
      expect(waiting).toBeLessThanOrEqual(given.buffer);
    }
    const end = at.clock.monotonic();
    let isOver = false;
    const closed = at.sink.close(2000).then(() => {
      isOver = true;
    });
    while (!isOver) await at.pass(100);
    await closed;
    expect(at.clock.monotonic() - end).toBeLessThanOrEqual(2200);
    at.release();
    at.sink.add({ time: 0, series, values: [0] });
    const { sent, dropped, rejected, waiting } = at.sink.figures();
    expect(sent + dropped + rejected).toBe(at.added + 1);
    expect(waiting).toBe(0);
    expect(at.closed).toBe(true);
    expect(at.most).toBeLessThanOrEqual(1);
    expect(at.taken).toEqual([...new Set(at.taken)].toSorted((a, b) => a - b));
    expect(at.happenings.at(-1)?.type).toBe("sink:closed");
    // Nothing is lost in silence.
    if (dropped + rejected > 1) expect(at.happenings.some(({ type }) => type === "sink:failed")).toBe(true);
  });
  await fc.assert(scene, { seed: 20_231_114, numRuns: 100 });
});
