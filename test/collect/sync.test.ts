import { expect, test } from "vitest";
import { ManualClock, type Milliseconds } from "../../src/base/index.ts";
import { nodeStorage, type Storage, type StorageFile } from "../../src/rrd/index.ts";
import { SyncRounds } from "../../src/run/collect/sync-rounds.ts";
import { Collecting } from "./collecting.ts";

/** Counts syncs, and lets them fail. */
class Disk {
  atOnce = 0;
  beside = 0;
  broken = false;

  readonly storage: Storage = {
    ...nodeStorage,
    open: (path, mode) => this.#wrap(nodeStorage.open(path, mode)),
  };

  #wrap(file: StorageFile): StorageFile {
    return {
      read: (...args) => file.read(...args),
      write: (...args) => file.write(...args),
      sync: () => {
        this.atOnce++;
        if (this.broken) throw fault();
      },
      syncBeside: (done) => {
        this.beside++;
        const error = this.broken ? fault() : undefined;
        queueMicrotask(() => done(error));
      },
      status: () => file.status(),
      setMode: (mode) => file.setMode(mode),
      close: () => file.close(),
    };
  }
}

function fault(): Error {
  return Object.assign(new Error("EIO: made up"), { code: "EIO", syscall: "fsync" });
}

test.each([
  [undefined, { atOnce: 0, beside: 0 }],
  ["never", { atOnce: 0, beside: 0 }],
  ["always", { atOnce: 3, beside: 0 }],
  ["interval", { atOnce: 0, beside: 3 }],
])("With sync: %s three samples, 5 seconds apart, are synced like this.", async (sync, counts) => {
  const disk = new Disk();
  using at = new Collecting({ storage: disk.storage });
  const value = { path: "x.rrd", fields: ["a"], ...(sync === undefined ? {} : { sync }) };
  await at.run(at.definition(value), [{ a: 1 }, { a: 2 }, { a: 3 }]);
  await at.collector.close();
  expect({ atOnce: disk.atOnce, beside: disk.beside }).toEqual(counts);
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [2], 10: [3] });
});

test("Samples of one second are synced together, and what is left when it ends.", async () => {
  const disk = new Disk();
  using at = new Collecting({ storage: disk.storage });
  const definition = at.definition({ path: "x.rrd", fields: ["a"], sync: "interval", interval: 1 }, 0.1);
  await at.run(
    definition,
    Array.from({ length: 20 }, (_, a) => ({ a })),
    0.1,
  );
  expect(disk.beside).toBe(1);
  await at.collector.close();
  expect(disk.beside).toBe(2);
});

test.each(["always", "interval"])(
  "After a sync that failed (%s) the file is told of once, rests ever longer, and goes on when a sync goes through.",
  async (sync) => {
    const disk = new Disk();
    using at = new Collecting({ storage: disk.storage });
    const definition = at.definition({ path: "x.rrd", fields: ["a"], sync });
    await at.run(definition, [{ a: 1 }]);
    disk.broken = true;
    await at.clock.advance(5000);
    await at.run(definition, [{ a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }, { a: 6 }, { a: 7 }, { a: 8 }]);
    const failing = at.told;
    expect(failing).toEqual(['store:failed: cannot sync "x.rrd": fsync failed with EIO']);
    // One per attempt to go on, not one per sample and second.
    expect(disk.atOnce + disk.beside).toBeLessThan(10);
    disk.broken = false;
    await at.clock.advance(120_000);
    await at.run(definition, [{ a: 9 }]);
    await at.clock.advance(5000);
    await at.collector.close();
    expect(at.told.slice(1)).toEqual([expect.stringContaining('"x.rrd" works again')]);
    expect(at.collector.figures()).toMatchObject({ stored: 9, dropped: 0 });
    // The last came after a silence longer than the heartbeat.
    expect(Object.values(at.rows("x.rrd")).flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  },
);

test("A file that was closed to make room for others is synced all the same.", async () => {
  const disk = new Disk();
  using at = new Collecting({ storage: disk.storage, openFiles: 2 });
  const definition = at.definition({ path: "{{key}}.rrd", each: "all", fields: ["value"], sync: "interval" });
  await at.run(definition, [{ all: [1, 2, 3, 4, 5, 6] }]);
  await at.clock.advance(1000);
  expect(disk.beside).toBe(6);
  expect(at.collector.figures().openFiles).toBeLessThanOrEqual(2);
  await at.collector.close();
});

test("What cannot be synced within the time that closing has is counted.", async () => {
  const clock = new ManualClock();
  const rounds = new SyncRounds(clock);
  const slow = () => ({ syncBeside: () => clock.advance(60) });
  for (let file = 0; file < 10; file++) rounds.written(slow());
  expect(await rounds.close(100 as Milliseconds)).toBeGreaterThan(0);
  expect(await rounds.close(100 as Milliseconds)).toBe(0);
});

test.each(["in a round", "at the end"])("A disk that hangs %s does not hold up closing.", async (when) => {
  const clock = new ManualClock();
  const rounds = new SyncRounds(clock);
  const never = () => new Promise<void>(() => undefined);
  rounds.written({ syncBeside: never });
  rounds.written({ syncBeside: never });
  rounds.written({ syncBeside: async () => undefined });
  if (when === "in a round") await clock.advance(1000);
  let left: number | undefined;
  const closed = rounds.close(100 as Milliseconds).then((files) => {
    left = files;
  });
  await clock.advance(99);
  expect(left).toBeUndefined();
  await clock.advance(1);
  await closed;
  // Taken from the end: one goes through before both ways hang.
  expect([left, clock.pending]).toEqual([2, 0]);
});
