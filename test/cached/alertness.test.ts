import { expect, test } from "vitest";
import type { Milliseconds } from "../../src/base/index.ts";
import { Alertness } from "../../src/run/cached/server/alertness.ts";

/** Requests and answers on a clock of its own; a turn of the event loop takes 2 µs. */
function imagined(processors = 2) {
  let now = 0;
  const clock = { monotonic: () => now as Milliseconds };
  const turns: (() => void)[] = [];
  let turned = 0;
  const alertness = new Alertness({ clock, processors, soon: (turn) => turns.push(turn) });
  /** The client takes `own` milliseconds for itself; a server that is asleep wakes up `wake` later. */
  const exchange = (own: number, wake: number) => {
    alertness.answered();
    let left = own;
    while (left > 0 && turns.length > 0) {
      turns.shift()?.();
      turned++;
      now += 0.002;
      left -= 0.002;
    }
    if (left > 0 || turns.length === 0) now += Math.max(0, left) + wake;
    alertness.heard();
  };
  return {
    exchange,
    /** Turns per request among `count` of them. */
    turnsOf(count: number, own: number, wake: number) {
      turned = 0;
      for (let request = 0; request < count; request++) exchange(own, wake);
      return turned / count;
    },
    /** Turns after one more answer, with `step` milliseconds each, until there are no more. */
    turnsAfterAnswer(step: number) {
      alertness.answered();
      let count = 0;
      for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
        turn();
        now += step;
        count++;
      }
      return count;
    },
  };
}

test("stays awake between requests that follow closely, when waking up takes longer than they do", () => {
  const { turnsOf } = imagined();
  expect(turnsOf(32, 0.01, 0.05)).toBe(0);
  expect(turnsOf(1000, 0.01, 0.05)).toBeGreaterThan(4);
});

test("sleeps when staying awake would not shorten anything", () => {
  const { turnsOf } = imagined();
  turnsOf(100, 0.02, 0.001);
  expect(turnsOf(4000, 0.02, 0.001)).toBe(0);
});

test("a client that asks every 10 ms never keeps it awake", () => {
  const { turnsOf } = imagined();
  expect(turnsOf(500, 10, 0.05)).toBe(0);
});

test("a client that becomes slow keeps it awake for four tenths of a millisecond in all", () => {
  const { turnsOf } = imagined();
  turnsOf(1000, 0.01, 0.05);
  expect(turnsOf(1000, 10, 0.05) * 1000 * 0.002).toBeLessThan(0.42);
});

test("sleeps after a tenth of a millisecond without a request", () => {
  const { turnsOf, turnsAfterAnswer } = imagined();
  turnsOf(1000, 0.01, 0.05);
  expect(turnsAfterAnswer(0.002)).toBeLessThan(55);
});

test("never turns for ever under a clock that stands still", () => {
  const { turnsOf, turnsAfterAnswer } = imagined();
  turnsOf(1000, 0.01, 0.05);
  const turns = turnsAfterAnswer(0);
  expect(turns).toBeGreaterThan(0);
  expect(turns).toBeLessThan(2000);
});

test("sleeps on a machine with one processor", () => {
  expect(imagined(1).turnsOf(1000, 0.01, 0.05)).toBe(0);
});
