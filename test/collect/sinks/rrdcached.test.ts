import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EpochMilliseconds, Events, ManualClock, type Mapping } from "../../../src/base/index.ts";
import { createRrd, dumpRrd } from "../../../src/rrd/index.ts";
import { Shards } from "../../../src/run/cached/index.ts";
import { createCollector } from "../../../src/run/collect/index.ts";
import { definitionOf } from "../checking.ts";
import { freePort } from "./free-port.ts";
import { daemons, RrdcachedStore } from "./rrdcached-store.ts";
import { Sinking, startTime, upTo, wrongIn } from "./sinking.ts";

let dir = "";
let ends: (() => unknown)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sinks-"));
  ends = [];
});
afterEach(async () => {
  for (const end of ends.toReversed()) await end();
  rmSync(dir, { recursive: true, force: true });
});

function storeOf(name: keyof typeof daemons, folder = "cache", more: readonly string[] = []): RrdcachedStore {
  const store = new RrdcachedStore(dir, [...daemons[name], ...more], folder);
  ends.push(() => store.end());
  return store;
}

function sinkingTo(to: Mapping): Sinking {
  const at = new Sinking(to, dir);
  ends.push(() => at.close());
  return at;
}

const there = Object.keys(daemons) as (keyof typeof daemons)[];
const usable = there.filter(
  (name) => name !== "rrdcached" || existsSync("/usr/bin/rrdcached") || process.env.CI === "true",
);

describe.each(usable)("with %s", (name) => {
  test("the files hold what the block's own hold", async () => {
    const store = storeOf(name);
    await store.up();
    const clock = new ManualClock(startTime * 1000);
    const collector = createCollector({ clock, events: new Events(), random: () => 0.5 });
    const fields = {
      gauge: { type: "GAUGE", min: -5, max: 1e9 },
      counter: { type: "COUNTER", max: 1e6 },
      derive: { type: "DERIVE" },
      absolute: { type: "ABSOLUTE" },
      dcounter: { type: "DCOUNTER" },
      dderive: { type: "DDERIVE" },
    };
    const archives = ["AVERAGE", "MIN", "MAX", "LAST"].map((cf) => ({ cf, every: "10s", keep: "10m" }));
    const to = [{ rrdcached: { address: `unix:${store.socket}`, path: "{{key}}/x.rrd", timeout: "1h" } }];
    const definition = definitionOf(
      { path: "own-{{key}}.rrd", each: "disks", fields, archives, to },
      { dir },
    );
    for (let run = 0; run < 60; run++) {
      const disks: Mapping = {};
      for (const [index, disk] of ["sda 1", "é/../b", "c"].entries()) {
        const count = BigInt(run) * 9_007_199_254_740_993n;
        // Some runs give nothing at all: a gap, in both files.
        const values = {
          gauge: run % 7 === 3 ? null : Math.sin(run + index) * 10 ** (run % 12),
          counter: count % 4_294_967_296n,
          derive: run % 2 === 0 ? -count : count,
          absolute: run * index,
          dcounter: run * 1.5,
          dderive: -run * 0.25,
        };
        disks[disk] = run % 11 === 5 ? { gauge: null } : values;
      }
      collector.store(definition, { disks }, clock.wall() as EpochMilliseconds);
      await clock.advance(run % 13 === 12 ? 25_000 : 4900 + (run % 3) * 100);
    }
    const isDone = () => collector.figures().sinks[0]?.waiting === 0;
    while (!isDone()) {
      await clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const figures = collector.figures();
    await collector.close();
    // What is late is late for both.
    expect(figures.sinks).toMatchObject([
      { sent: figures.stored, rejected: figures.dropped, dropped: 0, failures: 0 },
    ]);
    expect(figures.stored).toBeGreaterThan(170);
    for (const key of ["sda%201", "%C3%A9%2F..%2Fb", "c"]) {
      await store.flush(`${key}/x.rrd`);
      expect(dumpOf(join(store.base, key, "x.rrd"))).toBe(dumpOf(join(dir, `own-${key}.rrd`)));
    }
  });

  test("killed and started again between and within batches, it has every value once", async () => {
    const store = storeOf(name);
    // The real one's journal is not on the disk when it answers: it is asked to end, not killed.
    const signal = name === "rrdcached" ? "SIGTERM" : "SIGKILL";
    const at = sinkingTo(store.to({ batch: 50, timeout: "1h" }));
    let last = 0;
    for (let round = 0; round < 2; round++) {
      at.add(last + 1, last + 300);
      last += 300;
      await store.up();
      const enough = last - 300 + 60 + 90 * round;
      await at.until(() => at.sink.figures().sent >= enough, 50);
      await store.down(signal);
      at.add(last + 1, last + 10);
      last += 10;
      const { failures } = at.sink.figures();
      await at.until(() => at.sink.figures().failures > failures);
    }
    await store.up();
    await at.until(() => at.sink.figures().sent === last);
    expect(at.sink.figures()).toMatchObject({ dropped: 0, rejected: 0, waiting: 0 });
    expect(await store.values()).toEqual(upTo(last));
  });

  test("a file that was deleted there is made again", async () => {
    const store = storeOf(name);
    await store.up();
    const at = sinkingTo(store.to({}));
    at.add(1, 5);
    await at.until(() => at.sink.figures().sent === 5);
    await store.flush("sub/a b.rrd");
    await store.down("SIGTERM");
    rmSync(join(store.base, "sub"), { recursive: true });
    await store.up();
    at.add(6, 9);
    await at.until(() => at.sink.figures().sent === 9);
    expect(await store.values()).toEqual([6, 7, 8, 9]);
  });

  test("values for a file of another kind are refused, counted and told of", async () => {
    const store = storeOf(name);
    await store.up();
    const archives = [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 10 }] as const;
    const source = { name: "other", type: "GAUGE", heartbeat: 10 } as const;
    createRrd(join(store.base, "x.rrd"), { step: 1, start: startTime - 1, dataSources: [source], archives });
    const at = sinkingTo(store.to({ path: "x.rrd" }));
    at.add(1, 4);
    await at.until(() => at.sink.figures().rejected === 4);
    expect(at.told).toEqual(['rrdcached says: "x.rrd" has no field "v" there']);
  });

  test("a folder outside is refused, counted and told of", async () => {
    const store = storeOf(name);
    await store.up();
    const at = sinkingTo(store.to({ path: "../x.rrd" }));
    at.add(1, 4);
    await at.until(() => at.sink.figures().rejected === 4);
    expect(at.told[0]).toMatch(/^rrdcached says: .*Permission denied/);
    expect(at.sink.figures()).toMatchObject({ sent: 0, failures: 0, waiting: 0 });
  });
});

function dumpOf(path: string): string {
  let text = "";
  const dumped = dumpRrd(path, {}, (piece) => {
    text += piece;
  });
  if (!dumped.ok) throw new Error(dumped.problems[0]?.message);
  return text;
}

test.skipIf(!usable.includes("rrdcached"))("rrdcached takes values over TCP, too", async () => {
  const port = await freePort();
  const store = storeOf("rrdcached", "cache", ["-l", `127.0.0.1:${port}`]);
  await store.up();
  const at = sinkingTo(store.to({ address: `127.0.0.1:${port}` }));
  at.add(1, 20);
  await at.until(() => at.sink.figures().sent === 20);
  expect(await store.values()).toEqual(upTo(20));
});

test("of several, one that is down holds up its own files alone", async () => {
  const stores = ["one", "two"].map((name) => storeOf("procblock rrd daemon", name));
  const address = stores.map(({ socket }) => `unix:${socket}`);
  const clock = new ManualClock(startTime * 1000);
  const collector = createCollector({ clock, events: new Events(), random: () => 0.5 });
  const to = [{ rrdcached: { address, path: "{{key}}.rrd", buffer: 50, timeout: "1h" } }];
  const definition = definitionOf(
    { path: "own-{{key}}.rrd", each: "disks", interval: 1, fields: ["v"], to },
    { dir },
  );
  const keys = Array.from({ length: 8 }, (_, index) => `disk${index}`);
  const shards = new Shards(address);
  const of = (index: number) => keys.filter((key) => shards.of(`${key}.rrd`) === index);
  expect(of(0).length * of(1).length).toBeGreaterThan(0);
  const run = (value: number) => {
    const disks = Object.fromEntries(keys.map((key) => [key, { v: value }]));
    collector.store(definition, { disks }, ((startTime + value) * 1000) as EpochMilliseconds);
  };
  const parts = () => collector.figures().sinks[0]?.parts ?? [];
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      await clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await stores[0]?.up();
  for (let value = 1; value <= 5; value++) run(value);
  await until(() => parts()[0]?.sent === 5 * of(0).length && (parts()[1]?.failures ?? 0) > 0);
  expect(parts()[1]).toMatchObject({ sent: 0, waiting: 5 * of(1).length, dropped: 0 });
  await stores[1]?.up();
  await until(() => parts()[1]?.sent === 5 * of(1).length);
  for (const index of [0, 1]) {
    for (const key of of(index)) expect(await stores[index]?.valuesOf(`${key}.rrd`)).toEqual([1, 2, 3, 4, 5]);
  }
  expect(collector.figures().sinks[0]).toMatchObject({ sent: 40, dropped: 0, rejected: 0 });
  const closed = collector.close();
  await clock.advance(10_000);
  await closed;
});

test("what a lost connection left unanswered and rrdcached had already is no error; what was late is", async () => {
  const socket = join(dir, "s.sock");
  const got: string[] = [];
  let connections = 0;
  const server: Server = createServer((client) => {
    const isFirst = ++connections === 1;
    client.on("error", () => {});
    client.on("data", (data) => {
      const text = data.toString();
      if (text.startsWith("INFO")) client.write("-1 RRD Error: opening 'x.rrd': No such file or directory\n");
      else if (text.startsWith("CREATE")) client.write("0 RRD created OK\n");
      else if (isFirst) client.destroy();
      else {
        got.push(text);
        const old = [1, 2, 3, 4].map((line) => `${line} illegal attempt to update using time 1.0\n`);
        client.write(`0 Go ahead.\n4 errors\n${old.join("")}`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  ends.push(() => server.close());
  const at = sinkingTo({ rrdcached: { address: socket, path: "x.rrd", timeout: "1h" } });
  at.add(1, 2);
  at.back(10);
  at.add(3, 3);
  at.forth(11);
  at.add(4, 4);
  await at.until(() => at.sink.figures().waiting === 0);
  expect(at.sink.figures()).toMatchObject({ sent: 3, rejected: 1, failures: 1, dropped: 0 });
  expect(got).toEqual([
    `BATCH\n${[
      [0, 1],
      [1, 2],
      [-8, 3],
      [4, 4],
    ]
      .map(([second = 0, value]) => `UPDATE x.rrd ${startTime + second}:${value}\n`)
      .join("")}.\n`,
  ]);
});

test("mistakes are told where they are made", () => {
  const wrong = (options: Mapping) => wrongIn({ rrdcached: options });
  expect(wrong({})).toEqual([
    '"rrdcached" needs "address": such as unix:/run/rrdcached.sock, or a list of them',
    '"rrdcached" needs "path": the RRD file, as rrdcached is to call it',
  ]);
  expect(wrong({ address: "unix:", path: "x.rrd" })).toEqual(['"unix:" names no socket']);
  expect(wrong({ address: [], path: "x.rrd" })).toEqual(['"address" must be 1 to 64 addresses, not 0']);
  expect(wrong({ address: ["h:1", "h:1"], path: "x.rrd" })).toEqual(['"h:1" stands there twice']);
  expect(wrong({ address: [5], path: "x.rrd" })).toEqual([
    '"address" must be text such as unix:/run/rrdcached.sock, not 5',
  ]);
  expect(wrong({ address: "h", path: "/blocks/a.rrd" })).toEqual([
    '"/blocks/a.rrd" is the file that this block writes itself',
  ]);
  expect(wrong({ address: "h", path: "{{key}}.rrd" })).toEqual(['{{key}} in "path" needs "each"']);
  expect(wrong({ address: "h", path: "x.rrd", name: "n" })).toEqual(['unknown key "name" in "rrdcached"']);
  expect(wrong({ address: "h", path: "x.rrd", buffer: 0 })).toEqual([
    '"buffer" must be a whole number from 1 to 1000000, not 0',
  ]);
});
