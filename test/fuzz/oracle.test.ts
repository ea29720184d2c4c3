import { expect, test } from "vitest";
import { findingOf } from "../../fuzz/case.ts";
import { expectClear, valueFrom } from "../../fuzz/expectations.ts";
import { Random } from "../../fuzz/random.ts";
import { failed, ok, problem } from "../../src/base/index.ts";

/** What is found when a case does this. */
function found(play: () => void): Promise<string | undefined> {
  return findingOf({ play: async () => play() }, new Random(1, 1), () => undefined);
}

test("A clear refusal and a value are no findings.", async () => {
  expect(
    await found(() => valueFrom(failed(problem("x", '"a.rrd" is too small for an RRD file')))),
  ).toBeUndefined();
  expect(await found(() => valueFrom(ok(5)))).toBeUndefined();
});

test.each([
  ["", "an empty message"],
  ["Internal error: no command", "not for users"],
  ["Cannot read properties of null", "not for users"],
  ["x.map is not a function", "not for users"],
  ["Invalid array length", "not for users"],
  ["option undefined is wrong", "not for users"],
  ["a\n    at open (open.ts:3:4)", "not for users"],
  ["y".repeat(100_000), "100000 characters"],
])("The message %j is a finding.", async (message, what) => {
  expect(await found(() => expectClear(message))).toContain(what);
});

test("What is thrown is a finding, with where it was thrown.", async () => {
  const finding = await found(() => {
    throw new TypeError("made up");
  });
  expect(finding).toMatch(/^thrown: TypeError: made up\n +at /);
});

test("80 MB in a case are a finding, used or not.", async () => {
  const kept: Uint8Array[] = [];
  expect(await found(() => kept.push(new Uint8Array(80_000_000)))).toMatch(/^took \d+ MB of memory/);
  expect(await found(() => kept.push(new Uint8Array(80_000_000).fill(1)))).toMatch(/^took \d+ MB of memory/);
  expect(await found(() => kept.push(new Uint8Array(1_000_000).fill(1)))).toBeUndefined();
});

test("Memory that was used and given back within a case is a finding.", async () => {
  const finding = await found(() => {
    for (let round = 0; round < 3; round++) Buffer.alloc(80_000_000, 1);
  });
  expect(finding).toMatch(/^took \d+ MB of memory/);
});
