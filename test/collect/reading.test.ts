import { expect, test } from "vitest";
import { toReading } from "../../src/run/collect/reading.ts";

test.each([
  [5, "GAUGE", 5],
  [5.5, "GAUGE", 5.5],
  ["5.5", "GAUGE", 5.5],
  [" 1e3 ", "GAUGE", 1000],
  [5n, "GAUGE", 5],
  [5, "COUNTER", 5],
  ["18446744073709551615", "COUNTER", 18446744073709551615n],
  [2 ** 60, "COUNTER", 2n ** 60n],
  [-5, "DERIVE", -5],
  [5.5, "DCOUNTER", 5.5],
] as const)("%s is a %s reading.", (value, type, reading) => {
  expect(toReading(value, type)).toBe(reading);
});

test.each([
  [undefined, "GAUGE", "it is not in the result"],
  [null, "GAUGE", "it is null, not a number"],
  [true, "GAUGE", "it is true or false, not a number"],
  [[1], "GAUGE", "it is a list, not a number"],
  ["abc", "GAUGE", '"abc" is not a number'],
  ["", "GAUGE", '"" is not a number'],
  ["0x10", "GAUGE", '"0x10" is not a number'],
  ["1,5", "GAUGE", '"1,5" is not a number'],
  [Number.NaN, "GAUGE", "it is NaN"],
  ["1e999", "GAUGE", "it is Infinity"],
  [1.5, "COUNTER", "1.5 is not a whole number, as COUNTER needs; use type DCOUNTER"],
  [-1, "COUNTER", "-1 is below zero, which a COUNTER never is"],
] as const)("%s is unknown for a %s: %s.", (value, type, reason) => {
  expect(toReading(value as never, type)).toEqual({ reason });
});
