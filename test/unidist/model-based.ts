import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock, type Seconds } from "../../src/base/index.ts";
import type { Lease, Space, TakenMessage } from "../../src/unidist/index.ts";

const MOST = 2n ** 63n - 1n;

interface Message {
  readonly value: number;
  readonly key: string | undefined;
  readonly position: bigint;
  deliveries: number;
  /** When it is free again; -Infinity when nobody has it. */
  until: number;
}

interface Held {
  until: number;
  isReleased: boolean;
}

/** What a space should be, in plain words. Time is in seconds. */
interface Model {
  now: number;
  counter: bigint;
  state: Map<string, { value: unknown; expires: number }>;
  messages: Message[];
  pushed: bigint;
  /** Those that a caller holds, with the delivery that he got. */
  taken: { message: Message; delivery: number }[];
  entries: { position: bigint; time: number }[];
  appended: bigint;
  lock: Held | undefined;
  token: bigint;
  leases: Held[];
}

interface Real {
  readonly space: Space;
  readonly clock: ManualClock;
  readonly taken: TakenMessage[];
  readonly leases: Lease[];
}

/** One operation: done to both, and compared. */
class Step implements fc.AsyncCommand<Model, Real> {
  readonly #text: string;
  readonly #run: (model: Model, real: Real) => Promise<void>;
  constructor(text: string, run: (model: Model, real: Real) => Promise<void>) {
    this.#text = text;
    this.#run = run;
  }
  check() {
    return true;
  }
  run(model: Model, real: Real) {
    return this.#run(model, real);
  }
  toString() {
    return this.#text;
  }
}

const live = (model: Model, key: string) => {
  const entry = model.state.get(key);
  return entry === undefined || entry.expires <= model.now ? undefined : entry.value;
};
const isFree = (model: Model, message: Message) =>
  message.until <= model.now &&
  (message.key === undefined ||
    model.messages.every((other) => other.key !== message.key || other.until <= model.now));
const nextFree = (model: Model) => model.messages.find((message) => isFree(model, message));
const remove = (model: Model, message: Message) => {
  model.messages = model.messages.filter((other) => other !== message);
};
const isHeld = (model: Model) => model.lock !== undefined && model.lock.until > model.now;
/** The code of the error, or undefined. */
const failure = async (call: Promise<unknown>) => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const key = fc.constantFrom("a", "b", "\ud800");
const value = fc.constantFrom<unknown[]>(0, 1, "x", null, { a: [1n] });
const maybeKey = fc.constantFrom(undefined, "a", "b");

const steps = [
  fc.bigInt({ min: -3n, max: 3n }).map(
    (by) =>
      new Step(`increment(${by})`, async (model, { space }) => {
        model.counter += by;
        expect(await space.counter("c").increment(by)).toBe(model.counter);
      }),
  ),
  fc.constantFrom(MOST, -MOST - 1n, 0n).map(
    (to) =>
      new Step(`getSet(${to}) and past the end`, async (model, { space }) => {
        const counter = space.counter("c");
        expect(await counter.getSet(to)).toBe(model.counter);
        model.counter = to;
        if (to !== 0n) expect(await failure(counter.increment(to > 0n ? 1n : -1n))).toBe("overflow");
        expect(await counter.get()).toBe(to);
        await counter.set(0n);
        model.counter = 0n;
      }),
  ),
  fc.tuple(key, value, fc.constantFrom(undefined, 3, 10)).map(
    ([name, to, after]) =>
      new Step(`set(${JSON.stringify(name)}, …, ${after})`, async (model, { space }) => {
        if (after === undefined) await space.state("s").set(name, to as never);
        else await space.state("s").setWithExpiry(name, to as never, after as Seconds);
        model.state.set(name, { value: to, expires: model.now + (after ?? Number.POSITIVE_INFINITY) });
      }),
  ),
  key.map(
    (name) =>
      new Step(`delete(${JSON.stringify(name)})`, async (model, { space }) => {
        expect(await space.state("s").delete(name)).toBe(live(model, name) !== undefined);
        model.state.delete(name);
      }),
  ),
  fc.tuple(key, value, value).map(
    ([name, expected, to]) =>
      new Step(`compareAndSet(${JSON.stringify(name)})`, async (model, { space }) => {
        const isExpected = isDeepStrictEqual(live(model, name), expected);
        expect(await space.state("s").compareAndSet(name, expected as never, to as never)).toBe(isExpected);
        if (isExpected) model.state.set(name, { value: to, expires: Number.POSITIVE_INFINITY });
      }),
  ),
  fc.constant(
    new Step("entries()", async (model, { space }) => {
      const names = [...model.state.keys()].filter((name) => live(model, name) !== undefined).sort();
      expect([...(await space.state("s").keys())].sort()).toEqual(names);
      const entries = await space.state("s").entries();
      for (const name of names) expect(entries[name]).toEqual(live(model, name));
    }),
  ),
  fc.tuple(fc.integer({ min: 0, max: 3 }), maybeKey).map(
    ([count, messageKey]) =>
      new Step(`pushMany(${count}, ${messageKey})`, async (model, { space }) => {
        const values = Array.from({ length: count }, (_, index) => Number(model.pushed) + index);
        const options = messageKey === undefined ? {} : { key: messageKey };
        const positions = await space.queue("q").pushMany(values, options);
        for (const number of values)
          model.messages.push({
            value: number,
            key: messageKey,
            position: ++model.pushed,
            deliveries: 0,
            until: Number.NEGATIVE_INFINITY,
          });
        expect(positions).toEqual(
          model.messages.slice(-count || model.messages.length).map((m) => m.position),
        );
      }),
  ),
  fc.integer({ min: 1, max: 3 }).map(
    (most) =>
      new Step(`popMany(${most})`, async (model, { space }) => {
        const wanted: number[] = [];
        for (let next = nextFree(model); next !== undefined && wanted.length < most; next = nextFree(model)) {
          wanted.push(next.value);
          remove(model, next);
        }
        const popped = most === 1 ? [await space.queue("q").pop()] : await space.queue("q").popMany(most);
        expect(popped.filter(Boolean).map((item) => item?.message)).toEqual(wanted);
      }),
  ),
  fc.constantFrom(2, 5).map(
    (visibility) =>
      new Step(`take(${visibility})`, async (model, { space, taken }) => {
        const next = nextFree(model);
        const got = await space.queue("q").take({ visibility: visibility as Seconds });
        expect(got?.message).toBe(next?.value);
        if (next === undefined || got === undefined) return;
        next.until = model.now + visibility;
        expect(got.deliveries).toBe(++next.deliveries);
        taken.push(got);
        model.taken.push({ message: next, delivery: next.deliveries });
      }),
  ),
  fc.tuple(fc.boolean(), fc.nat(5)).map(
    ([isAck, which]) =>
      new Step(`${isAck ? "ack" : "nack"} of ${which}`, async (model, { taken }) => {
        const index = taken.length === 0 ? 0 : which % taken.length;
        const [held, real] = [model.taken[index], taken[index]];
        if (held === undefined || real === undefined) return;
        const { message } = held;
        const isMine =
          model.messages.includes(message) &&
          message.until > model.now &&
          message.deliveries === held.delivery;
        expect(await failure(isAck ? real.ack() : real.nack())).toBe(isMine ? undefined : "lost");
        if (!isMine) return;
        if (isAck) remove(model, message);
        else message.until = Number.NEGATIVE_INFINITY;
      }),
  ),
  fc.nat(6).map(
    (keep) =>
      new Step(`trim(${keep})`, async (model, { space }) => {
        const removed = Math.max(0, model.messages.length - keep);
        expect(await space.queue("q").trim({ keep })).toBe(removed);
        model.messages = model.messages.slice(removed);
      }),
  ),
  fc.constant(
    new Step("peek() and length()", async (model, { space }) => {
      expect(await space.queue("q").length()).toBe(model.messages.length);
      const seen = await space.queue("q").peek({ last: 3 });
      expect(seen.map(({ position }) => position)).toEqual(model.messages.slice(-3).map((m) => m.position));
    }),
  ),
  fc.constant(
    new Step("append()", async (model, { space }) => {
      expect(await space.log("l").append("entry")).toBe(++model.appended);
      model.entries.push({ position: model.appended, time: model.now });
    }),
  ),
  fc.tuple(fc.nat(4), fc.constantFrom(undefined, 5)).map(
    ([keep, olderThan]) =>
      new Step(`trim of the log (${keep}, ${olderThan})`, async (model, { space }) => {
        const kept = model.entries
          .slice(Math.max(0, model.entries.length - keep))
          .filter(({ time }) => olderThan === undefined || time >= model.now - olderThan);
        const options = olderThan === undefined ? { keep } : { keep, olderThan: olderThan as Seconds };
        expect(await space.log("l").trim(options)).toBe(model.entries.length - kept.length);
        model.entries = kept;
        const seen: bigint[] = [];
        for await (const { position } of space.log("l").tail({ lines: 3 })) seen.push(position);
        expect(seen).toEqual(kept.slice(-3).map(({ position }) => position));
      }),
  ),
  fc.constantFrom(2, 6, Number.POSITIVE_INFINITY).map(
    (lease) =>
      new Step(`acquire(${lease})`, async (model, { space, leases }) => {
        const options = Number.isFinite(lease) ? { lease: lease as Seconds } : {};
        const got = await space.lock("door").acquire({ timeout: 0 as Seconds, ...options });
        expect(got === null).toBe(isHeld(model));
        if (got === null) return;
        expect(got.token).toBeGreaterThan(model.token);
        model.token = got.token;
        model.lock = { until: model.now + lease, isReleased: false };
        model.leases.push(model.lock);
        leases.push(got);
      }),
  ),
  fc.tuple(fc.nat(5), fc.boolean()).map(
    ([which, isRelease]) =>
      new Step(`${isRelease ? "release" : "extend"} of ${which}`, async (model, { leases }) => {
        const index = leases.length === 0 ? 0 : which % leases.length;
        const [held, real] = [model.leases[index], leases[index]];
        if (held === undefined || real === undefined) return;
        const isMine = model.lock === held && isHeld(model);
        const call = isRelease ? real.release() : real.extend(4 as Seconds);
        expect(await failure(call)).toBe(isMine ? undefined : "not-held");
        // Who gave it back himself has not lost it.
        expect(real.lost.aborted).toBe(!isMine && !held.isReleased);
        if (!isMine) return;
        if (isRelease) {
          held.isReleased = true;
          model.lock = undefined;
        } else held.until = model.now + 4;
      }),
  ),
  fc.constant(
    new Step("breakLock()", async (model, { space }) => {
      expect(await space.lock("door").isLocked()).toBe(isHeld(model));
      expect(await space.lock("door").breakLock()).toBe(isHeld(model));
      model.lock = undefined;
    }),
  ),
  fc.constantFrom(1, 3, 7).map(
    (seconds) =>
      new Step(`${seconds} s pass`, async (model, { clock }) => {
        model.now += seconds;
        await clock.advance(seconds * 1000);
      }),
  ),
];

/** Every backend does what a plain description does, whatever is done to it one after the other. */
export function modelContract(make: (clock: ManualClock) => Space, runs: number): void {
  test("whatever is done to it, it behaves as its description", async () => {
    const commands = fc.commands(steps, { maxCommands: 100, size: "max" });
    const property = fc.asyncProperty(commands, async (list) => {
      const clock = new ManualClock();
      const space = make(clock);
      const model: Model = {
        now: 0,
        counter: 0n,
        state: new Map(),
        messages: [],
        pushed: 0n,
        taken: [],
        entries: [],
        appended: 0n,
        lock: undefined,
        token: 0n,
        leases: [],
      };
      try {
        await fc.asyncModelRun(() => ({ model, real: { space, clock, taken: [], leases: [] } }), list);
      } finally {
        await space.close();
      }
    });
    await fc.assert(property, { numRuns: runs, seed: 20_260_101 });
  });
}
