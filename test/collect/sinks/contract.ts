import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Mapping } from "../../../src/base/index.ts";
import { Sinking, upTo } from "./sinking.ts";
import type { Store } from "./store.ts";

/** What every store must get, whatever happens to it. */
export function holdsContract(make: (dir: string) => Store | Promise<Store>): void {
  let dir: string;
  let store: Store;
  let sinking: Sinking | undefined;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "sinks-"));
    store = await make(dir);
  });

  afterEach(async () => {
    await store.up().catch(() => {});
    await sinking?.close();
    sinking = undefined;
    await store.end();
    rmSync(dir, { recursive: true, force: true });
  });

  /** The clock runs far ahead of the sockets, so time-outs are long unless they are what is tested. */
  const open = (more: Mapping = {}) => {
    sinking = new Sinking(store.to({ timeout: "1h", ...more }), dir, store.from);
    return sinking;
  };

  test("gets every value once and in order", async () => {
    await store.up();
    const at = open();
    at.add(1, 1200);
    await at.until(() => at.sink.figures().sent === 1200);
    await at.until(async () => (await store.values()).length >= 1200);
    expect(await store.values()).toEqual(upTo(1200));
    expect(at.sink.figures()).toMatchObject({ dropped: 0, rejected: 0, waiting: 0, failures: 0 });
    expect(at.happenings).toEqual([]);
  });

  test("that is dead at first gets everything when it comes, and one message was enough", async () => {
    const at = open({ batch: 10 });
    at.add(1, 25);
    await at.until(() => at.sink.figures().failures >= 3);
    expect(at.told).toHaveLength(1);
    await store.up();
    await at.until(() => at.sink.figures().sent === 25);
    await at.until(async () => (await store.values()).length >= 25);
    expect(await store.values()).toEqual(upTo(25));
    expect(at.sink.figures()).toMatchObject({ dropped: 0, rejected: 0, waiting: 0 });
  });

  test("that goes and comes back gets everything in order", async () => {
    await store.up();
    const at = open({ batch: 10 });
    at.add(1, 10);
    await at.until(async () => (await store.values()).length === 10);
    await store.down();
    at.add(11, 30);
    await at.until(() => at.sink.figures().failures > 0);
    await store.up();
    await at.until(() => at.sink.figures().sent === 30);
    await at.until(async () => (await store.values()).at(-1) === 30);
    const got = await store.values();
    if (!store.mayRepeat) expect(got).toEqual(upTo(30));
    // In order but for whole batches that came again.
    expect([...new Set(got)]).toEqual(upTo(30));
  });

  test("that is dead keeps the newest, counts the others, and does not hold up the end", async () => {
    const at = open({ buffer: 20, batch: 5 });
    at.add(1, 5);
    await at.until(() => at.sink.figures().failures > 0);
    at.add(6, 50);
    expect(at.sink.figures()).toMatchObject({ dropped: 30, waiting: 20, sent: 0 });
    await at.close();
    expect(at.sink.figures()).toMatchObject({ dropped: 50, waiting: 0, sent: 0 });
    const told = at.happenings.flatMap((one) => (one.type === "sink:failed" ? [one.problem] : []));
    expect(told.at(-1)).toMatchObject({
      message: "samples that were not sent before the end are lost",
      notes: ["50 samples lost since the last message"],
    });
    expect(told).toHaveLength(2);
  });

  test("that answers nothing is given up after the grace time", async () => {
    if (store.hang === undefined) return;
    await store.hang();
    const at = open({ buffer: 20, batch: 5 });
    const started = performance.now();
    at.add(1, 50);
    expect(performance.now() - started).toBeLessThan(200);
    expect(at.sink.figures()).toMatchObject({ dropped: 30, waiting: 20 });
    await at.close(500);
    expect(at.sink.figures()).toMatchObject({ dropped: 50, waiting: 0 });
  });

  test("that answers with errors gets the batch again", async () => {
    if (store.fail === undefined) return;
    await store.fail();
    const at = open({ batch: 10 });
    at.add(1, 15);
    await at.until(() => at.sink.figures().failures >= 2);
    await store.up();
    await at.until(() => at.sink.figures().sent === 15);
    expect(await store.values()).toEqual(upTo(15));
    expect(at.told).toHaveLength(1);
  });

  test("gets what waits when the block ends", async () => {
    await store.up();
    const at = open();
    at.add(1, 700);
    await at.close(600_000);
    expect(at.sink.figures()).toMatchObject({ sent: 700, dropped: 0 });
    await at.until(async () => (await store.values()).length >= 700);
    expect(await store.values()).toEqual(upTo(700));
  });
}
