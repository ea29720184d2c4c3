import { describe, expect, test } from "vitest";
import {
  Events,
  type Happening,
  ManualClock,
  type Milliseconds,
  Scope,
  safeName,
  systemClock,
} from "../../src/base/index.ts";

describe("a scope", () => {
  test("runs every clean-up, last first, also when one throws, and then throws that error", async () => {
    const scope = new Scope();
    const done: string[] = [];
    scope.defer(() => void done.push("first registered"));
    scope.defer(() => {
      throw new Error("broken clean-up");
    });
    scope.defer(async () => void done.push("last registered"));
    await expect(scope.close()).rejects.toThrow("broken clean-up");
    expect(done).toEqual(["last registered", "first registered"]);
    expect(scope.signal.aborted).toBe(true);
  });

  test("is closed once, however often it is asked", async () => {
    const scope = new Scope();
    let count = 0;
    scope.defer(() => void count++);
    await Promise.all([scope.close(), scope.close()]);
    expect(count).toBe(1);
  });
});

describe("events", () => {
  test("reach every listener, also when one of them throws", () => {
    const events = new Events();
    const seen: Happening[] = [];
    events.on(() => {
      throw new Error("closed terminal");
    });
    const off = events.on((happening) => seen.push(happening));
    events.report({ type: "process:ready" });
    off();
    events.report({ type: "process:ready" });
    expect(seen).toEqual([{ type: "process:ready" }]);
  });
});

describe("a listener for some types", () => {
  test("gets those only, and makes only those wanted", () => {
    const events = new Events();
    const seen: string[] = [];
    const off = events.on((happening) => seen.push(happening.type), ["thread:started", "thread:started"]);
    events.report({ type: "process:ready" });
    events.report({ type: "thread:started", thread: "a", interval: 5 });
    expect(seen).toEqual(["thread:started"]);
    expect(events.wants("thread:started")).toBe(true);
    expect(events.wants("process:ready")).toBe(false);
    off();
    off();
    expect(events.wants("thread:started")).toBe(false);
    const offAll = events.on(() => undefined);
    expect(events.wants("process:ready")).toBe(true);
    offAll();
    expect(events.wants("process:ready")).toBe(false);
  });
});

describe("the manual clock", () => {
  test("fires timers in the order they are due, and jumps of the wall clock move none", async () => {
    const clock = new ManualClock(1_000_000);
    const fired: string[] = [];
    clock.after(20 as Milliseconds, () => fired.push(`b ${clock.wall()}`));
    clock.after(10 as Milliseconds, () => fired.push(`a ${clock.wall()}`));
    clock.after(15 as Milliseconds, () => fired.push("never")).cancel();
    clock.jumpWall(-500_000);
    await clock.advance(30);
    expect(fired).toEqual(["a 500010", "b 500020"]);
    expect(clock.pending).toBe(0);
  });
});

describe("the system clock", () => {
  test("shows the wall clock with a fraction, near Date.now", () => {
    expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(50);
  });

  test("fires a timer not before it is due, and never a cancelled one", async () => {
    const started = systemClock.monotonic();
    systemClock.after(5 as Milliseconds, () => expect.unreachable()).cancel();
    await new Promise<void>((resolve) => systemClock.after(10 as Milliseconds, resolve));
    expect(systemClock.monotonic() - started).toBeGreaterThanOrEqual(10);
  });
});

describe("a key made safe for a file name", () => {
  test.each([
    ["sda1", "sda1"],
    ["/dev/sda", "%2Fdev%2Fsda"],
    ["..", "%2E."],
    ["-rf", "%2Drf"],
    ["", "%00"],
    ["°C", "%C2%B0C"],
    ["a\u0000b", "a%00b"],
  ])("%j becomes %s", (key, name) => {
    expect(safeName(key)).toBe(name);
  });

  test("stays different for long keys that start alike, and short enough for every file system", () => {
    const one = safeName(`${"x".repeat(300)}1`);
    const other = safeName(`${"x".repeat(300)}2`);
    expect(one).not.toBe(other);
    expect(one.length).toBeLessThanOrEqual(120);
  });
});
