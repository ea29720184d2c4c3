import { expect, test } from "vitest";
import { findNoOrder } from "./linearizable.ts";
import type { Call } from "./record-history.ts";

const call = (from: number, to: number, ask: Call["ask"], answer: string, thing: Call["thing"]): Call => ({
  thing,
  from,
  to,
  ask,
  answer,
});

test("calls that overlap may have happened in either order, others not", () => {
  const overlapping = [
    call(0, 10, ["increment"], "2", "counter"),
    call(5, 15, ["increment"], "1", "counter"),
  ];
  expect(findNoOrder("counter", overlapping)).toBeUndefined();
  const apart = [call(0, 4, ["increment"], "2", "counter"), call(5, 15, ["increment"], "1", "counter")];
  expect(findNoOrder("counter", apart)).toEqual([apart[0]]);
});

test("wrong answers are found: a value twice, a lock held by two, a message lost or in the wrong order", () => {
  const twice = [call(0, 9, ["increment"], "1", "counter"), call(1, 9, ["increment"], "1", "counter")];
  expect(findNoOrder("counter", twice)).toBeDefined();
  const both = [call(0, 9, ["acquire"], "1", "lock"), call(1, 9, ["acquire"], "2", "lock")];
  expect(findNoOrder("lock", both)).toBeDefined();
  const lost = [call(0, 1, ["push", "a"], "1", "queue"), call(2, 3, ["pop"], "undefined", "queue")];
  expect(findNoOrder("queue", lost)).toBeDefined();
  const stale = [
    call(0, 1, ["set", 1], "undefined", "register"),
    call(2, 3, ["cas", 0, 2], "true", "register"),
  ];
  expect(findNoOrder("register", stale)).toBeDefined();
});
