import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import {
  escapedPath,
  parseRrdcachedAddress,
  RrdcachedSession,
  Shards,
  startCacheDaemon,
} from "../../src/run/cached/index.ts";
import { folder, hasRrdcached, makeFile, realRrdcached, START } from "./workshop.ts";

let base = "";
beforeEach(() => {
  base = folder();
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const forever = new AbortController().signal;
const open = (socket: string, signal = forever) =>
  RrdcachedSession.open(unwrap(parseRrdcachedAddress(socket)), signal);

async function ours(socket: string): Promise<() => Promise<void>> {
  const daemon = unwrap(await startCacheDaemon({ socket, base }));
  return () => daemon.close();
}

describe.each([
  ["the real rrdcached", (socket: string) => realRrdcached(base, socket)],
  ["procblock rrd daemon", ours],
] as const)("with %s", (name, start) => {
  test.skipIf(name.includes("real") && !hasRrdcached && process.env.CI !== "true")(
    "questions asked together are answered in order, and refused updates are known by their place",
    async () => {
      const socket = join(base, "s.sock");
      const stop = await start(socket);
      makeFile(join(base, "a b\\.rrd"));
      const session = await open(socket);
      const path = escapedPath("a b\\.rrd");
      const answers = await session.ask(
        [
          "PING",
          "INFO none.rrd",
          `INFO ${path}`,
          "CREATE far/x.rrd DS:x:GAUGE:9:U:U RRA:AVERAGE:0:1:9",
          "PING",
        ],
        forever,
      );
      expect(answers.map(({ status }) => Math.sign(status))).toEqual([0, -1, 1, -1, 0]);
      expect(answers[2]?.lines).toContain("ds[x].type 2 GAUGE");
      const updates = [2, 1, 3].map((second) => `UPDATE ${path} ${START + second}:1`);
      const refused = await session.batch([...updates, `UPDATE none.rrd ${START}:1`], forever);
      expect(refused.map(({ index }) => index)).toEqual([1, 3]);
      expect(refused[0]?.message).toContain("illegal attempt to update");
      expect(refused[1]?.message).toContain("No such file");
      session.close();
      await stop();
      expect((await open(socket).catch((error: Error) => error)) as Error).toMatchObject({
        message: `no connection to ${socket}: ENOENT`,
      });
    },
  );
});

/** Listens, and does with each connection what it is told. */
async function standIn(path: string, treat: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

test.each([
  ["HTTP/1.1 400 Bad Request\n", '"HTTP/1.1 400 Bad Request" is no answer of an rrdcached'],
  ["0 PONG\n0 PONG\n0 PONG\n9 lines\n", "the connection was closed"],
  [`9 lines\n${"x".repeat(5_000_000)}`, "an answer without end"],
  ["-1 no\n0 x\n", '"-1 no" to BATCH'],
])("an answer that rrdcached never gives ends the session: %#", async (text, message) => {
  const socket = join(base, "s.sock");
  const server = await standIn(socket, (client) => client.once("data", () => client.end(text)));
  const session = await open(socket);
  const asked = message.includes("BATCH")
    ? session.batch(["UPDATE a.rrd 1:1"], forever)
    : session.ask(["PING", "PING", "PING", "PING"], forever);
  await expect(asked).rejects.toThrow(message);
  await expect(session.ask(["PING"], forever)).rejects.toThrow();
  server.close();
});

test("what does not answer is left when the time is over", async () => {
  const socket = join(base, "s.sock");
  const clients: Socket[] = [];
  const server = await standIn(socket, (client) => void clients.push(client));
  const abort = new AbortController();
  const session = await open(socket, abort.signal);
  const asked = session.ask(["PING"], abort.signal);
  abort.abort();
  await expect(asked).rejects.toThrow("no answer in time");
  expect(session.isLost).toBe(true);
  await expect(open(socket, abort.signal)).rejects.toThrow(`no connection to ${socket}: it does not answer`);
  for (const client of clients) client.destroy();
  server.close();
});

test("taking one address away or adding one moves only the paths it had or gets, whatever the order", () => {
  const three = ["unix:/a", "unix:/b", "host:1"];
  const all = new Shards(three);
  const two = new Shards(three.slice(0, 2));
  const turned = new Shards(three.toReversed());
  const counts = [0, 0, 0];
  for (let index = 0; index < 3000; index++) {
    const path = `/data/node-${index}/cpu.rrd`;
    const shard = all.of(path);
    counts[shard] = (counts[shard] ?? 0) + 1;
    if (shard < 2) expect(two.of(path)).toBe(shard);
    expect(turned.of(path)).toBe(2 - shard);
  }
  for (const count of counts) expect(count).toBeGreaterThan(850);
  // Where a file is must not change with a new version. (From another implementation of the same hash.)
  const paths = ["a.rrd", "b.rrd", "c.rrd", "sub/d.rrd", "é.rrd"];
  expect(paths.map((path) => all.of(path))).toEqual([2, 1, 1, 2, 1]);
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
