import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock, unwrap } from "../../src/base/index.ts";
import { createRrdcachedSink, parseRrdcachedAddress, startCacheDaemon } from "../../src/run/cached/index.ts";
import { Client, folder, hasRrdcached, makeFile, realRrdcached, START, storedIn } from "./workshop.ts";

let base = "";
beforeEach(() => {
  base = folder();
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe.skipIf(!hasRrdcached && process.env.CI !== "true")("with real rrdcached", () => {
  test("several of them share the files, and every update arrives", async () => {
    const sockets = [join(base, "1.sock"), join(base, "2.sock")];
    const stops = [await realRrdcached(base, sockets[0] ?? ""), await realRrdcached(base, sockets[1] ?? "")];
    const files = Array.from({ length: 12 }, (_, index) => join(base, `f ${index}.rrd`));
    for (const file of files) makeFile(file);
    const sink = createRrdcachedSink({ addresses: sockets.map((socket) => `unix:${socket}`), batch: 100 });
    for (let number = 1; number <= 40; number++)
      for (const file of files) sink.update(file, `${START + number}:${number}`);
    sink.update(join(base, "none.rrd"), `${START}:1`);
    await sink.flush();
    const figures = sink.figures();
    expect(figures).toMatchObject({ stored: 480, refused: 1, dropped: 0, buffered: 0 });
    for (const one of figures.addresses) expect(one.stored).toBeGreaterThan(0);
    await sink.close();
    for (const socket of sockets) {
      const client = new Client(socket);
      for (const file of files) await client.ask(`FLUSH ${file.replaceAll(" ", "\\ ")}`);
      client.socket.destroy();
    }
    for (const file of files)
      expect(storedIn(file)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    for (const stop of stops) await stop();
  });
});

test("a server that comes back gets what was kept, once", async () => {
  const socket = join(base, "s.sock");
  makeFile(join(base, "a.rrd"));
  const clock = new ManualClock();
  const told: string[] = [];
  const sink = createRrdcachedSink({
    addresses: [socket],
    clock,
    random: () => 1,
    onProblem: ({ message }) => told.push(message),
  });
  sink.update("a.rrd", `${START + 1}:1`);
  await sink.flush();
  expect(sink.figures()).toMatchObject({ buffered: 1, stored: 0, dropped: 0 });
  expect(told).toEqual([`rrdcached ${socket} cannot be used: connect ENOENT ${socket}`]);
  const daemon = unwrap(await startCacheDaemon({ socket, base }));
  sink.update("a.rrd", `${START + 2}:2`);
  while (sink.figures().stored < 2) await clock.advance(100);
  await sink.close();
  await daemon.close();
  expect(storedIn(join(base, "a.rrd"))).toEqual([1, 2]);
});

/** Listens, and does with each connection what it is told. */
async function standIn(path: string, treat: (socket: Socket) => void): Promise<Server> {
  const server = createServer(treat);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

test("what a lost connection left unanswered is sent again, and not counted as refused when it had arrived", async () => {
  const socket = join(base, "s.sock");
  let connections = 0;
  const server = await standIn(socket, (client) => {
    connections++;
    const first = connections === 1;
    client.on("data", () => {
      if (first) client.destroy();
      else client.write("0 Go ahead.\n1 errors\n1 illegal attempt to update using time 1.0\n");
    });
  });
  const clock = new ManualClock();
  const sink = createRrdcachedSink({ addresses: [socket], clock });
  sink.update("a.rrd", `${START + 1}:1`);
  while (sink.figures().stored < 1) await clock.advance(100);
  expect(sink.figures()).toMatchObject({ stored: 1, refused: 0, dropped: 0 });
  await sink.close();
  server.close();
});

test("a server that never answers costs a full buffer at most: the oldest are dropped and counted", async () => {
  const socket = join(base, "s.sock");
  const clients: Socket[] = [];
  const server = await standIn(socket, (client) => void clients.push(client));
  const clock = new ManualClock();
  const told: string[] = [];
  const sink = createRrdcachedSink({
    addresses: [socket],
    clock,
    batch: 10,
    mostBuffered: 50,
    onProblem: ({ code }) => told.push(code),
  });
  for (let number = 1; number <= 200; number++) sink.update("a.rrd", `${START + number}:1`);
  expect(sink.figures()).toMatchObject({ buffered: 60, dropped: 140 });
  expect(told).toEqual(["rrdcached-dropped"]);
  await clock.advance(11_000);
  expect(told).toEqual(["rrdcached-dropped", "rrdcached-lost"]);
  const closed = sink.close();
  await clock.advance(3000);
  await closed;
  expect(sink.figures()).toMatchObject({ buffered: 0, dropped: 200 });
  for (const client of clients) client.destroy();
  server.close();
});

test("line ends cannot carry commands into the protocol", async () => {
  const sink = createRrdcachedSink({ addresses: ["/nowhere"] });
  sink.update("a.rrd\nFORGET b.rrd", `${START}:1`);
  sink.update("a.rrd", `${START}:1\nFORGET b.rrd`);
  expect(sink.figures()).toMatchObject({ dropped: 2, buffered: 0 });
  await sink.close();
});

test("taking one address away moves only the paths it had", async () => {
  const { Shards } = await import("../../src/run/cached/client/shards.ts");
  const three = ["unix:/a", "unix:/b", "host:1"];
  const all = new Shards(three);
  const two = new Shards(three.slice(0, 2));
  const counts = [0, 0, 0];
  for (let index = 0; index < 3000; index++) {
    const path = `/data/node-${index}/cpu.rrd`;
    const shard = all.of(path);
    counts[shard] = (counts[shard] ?? 0) + 1;
    if (shard < 2) expect(two.of(path)).toBe(shard);
  }
  for (const count of counts) expect(count).toBeGreaterThan(850);
});

test("addresses are rrdtool's", () => {
  const parsed = (text: string) => {
    const address = parseRrdcachedAddress(text);
    return address.ok ? address.value : address.problems[0]?.message;
  };
  expect(parsed("unix:/run/x.sock")).toMatchObject({ kind: "unix", path: "/run/x.sock" });
  expect(parsed("[::1]:99")).toMatchObject({ kind: "tcp", host: "::1", port: 99 });
  expect(parsed("cache.example")).toMatchObject({ host: "cache.example", port: 42_217 });
  expect(parsed("host:99999")).toBe('"host:99999" is no address of an rrdcached');
  expect(parsed("unix:")).toBe('"unix:" names no socket');
});
