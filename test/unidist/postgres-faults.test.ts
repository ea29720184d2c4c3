import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Seconds } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { startProxy } from "./cut-proxy.ts";
import { startPostgres, type TestPostgres } from "./postgres-server.ts";

const ownServer = process.env.PROCBLOCK_TEST_POSTGRES === undefined;
const s = (seconds: number) => seconds as Seconds;
let postgres: TestPostgres;
let url: string;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});
beforeEach(async () => {
  url = await postgres.database();
});

async function run(statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    options: "-c search_path=procblock -c default_transaction_read_only=off",
  });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function viaProxy(port: number, parameters = ""): string {
  const through = new URL(url);
  through.port = String(port);
  through.search = parameters;
  return through.href;
}

async function startHolder(): Promise<{ child: ChildProcess; told: { token: string; message: unknown } }> {
  const program = fileURLToPath(new URL("./programs/hold.ts", import.meta.url));
  const child = spawn(process.execPath, [program, url, "a"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return { child, told: JSON.parse(String(line)) as { token: string; message: unknown } };
}

test("a holder that is killed loses its lock and its message at once", async () => {
  const space = openSpace(url, "a");
  await space.queue("jobs").push("work");
  const { child, told } = await startHolder();
  expect(told.message).toBe("work");
  expect(await space.locks()).toMatchObject([{ lock: "door", thread: "child", pid: child.pid }]);
  expect(await space.queue("jobs").take()).toBeUndefined();
  const [lock, message] = [space.lock("door").acquire(), space.queue("jobs").take({ wait: s(20) })];
  child.kill("SIGKILL");
  expect((await lock)?.token).toBe(BigInt(told.token) + 1n);
  expect(await message).toMatchObject({ message: "work", deliveries: 2 });
  await space.close();
});

test("what came while the connection was cut is seen by those who watch, once", async () => {
  const proxy = await startProxy(postgres.port);
  const [near, far] = [openSpace(viaProxy(proxy.port), "a"), openSpace(url, "a")];
  await near.state("s").set("k", 0);
  await near.state("s").set("gone", 0);
  const changes = near.state("s").watch("*")[Symbol.asyncIterator]();
  const messages = near.queue("q").subscribe()[Symbol.asyncIterator]();
  const entries = near.log("l").tail({ follow: true })[Symbol.asyncIterator]();
  const seen = [(await changes.next()).value, (await changes.next()).value];
  expect(seen).toEqual([
    { key: "gone", value: 0 },
    { key: "k", value: 0 },
  ]);
  await near.queue("q").push("before");
  await near.log("l").append("before");
  expect((await messages.next()).value?.message).toBe("before");
  expect((await entries.next()).value?.entry).toBe("before");
  const next = [changes.next(), messages.next(), entries.next()] as const;
  proxy.cut();
  await far.state("s").set("k", 1);
  await far.state("s").delete("gone");
  for (const text of ["one", "two"]) {
    await far.queue("q").push(text);
    await far.log("l").append(text);
  }
  proxy.heal();
  expect([(await next[0]).value, (await changes.next()).value]).toEqual([
    { key: "k", value: 1 },
    { key: "gone", value: undefined },
  ]);
  expect([(await next[1]).value?.message, (await messages.next()).value?.message]).toEqual(["one", "two"]);
  expect([(await next[2]).value?.entry, (await entries.next()).value?.entry]).toEqual(["one", "two"]);
  await Promise.all([near.close(), far.close()]);
  await proxy.close();
});

test("a lock is lost with the connection, its holder is told, and the next one waits no longer", async () => {
  const proxy = await startProxy(postgres.port);
  const [near, far] = [openSpace(viaProxy(proxy.port), "a"), openSpace(url, "a")];
  const lease = await near.lock("door").acquire();
  const next = far.lock("door").acquire();
  proxy.cut();
  expect((await next)?.token).toBe((lease?.token ?? 0n) + 1n);
  expect(lease?.lost.aborted).toBe(true);
  await expect(lease?.release()).rejects.toThrow("not held any more");
  proxy.heal();
  expect(await near.lock("door").isLocked()).toBe(true);
  await Promise.all([near.close(), far.close()]);
  await proxy.close();
});

test("who waits for a lock goes on waiting when the connection comes back", async () => {
  const proxy = await startProxy(postgres.port);
  const [near, far] = [openSpace(viaProxy(proxy.port), "a"), openSpace(url, "a")];
  const lease = await far.lock("door").acquire();
  const waiting = near.lock("door").acquire();
  await near.counter("n").increment();
  proxy.cut();
  proxy.heal();
  expect(await near.counter("n").get()).toBe(1n);
  await lease?.release();
  expect((await waiting)?.token).toBe(2n);
  await Promise.all([near.close(), far.close()]);
  await proxy.close();
});

test("without a server an operation fails after its time, and the next one works when it is back", async () => {
  const proxy = await startProxy(postgres.port);
  const space = openSpace(viaProxy(proxy.port, "timeout=100ms"), "a");
  await space.counter("n").increment();
  proxy.cut();
  await expect(space.counter("n").get()).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(
      /^the store postgres:\/\/procblock:…@127\.0\.0\.1:\d+\/test_\d+\S* cannot be used: /,
    ),
  });
  proxy.heal();
  expect(await space.counter("n").increment()).toBe(2n);
  await space.close();
  await proxy.close();
});

test("with onDisconnect=wait an operation goes on when the server is back", async () => {
  const proxy = await startProxy(postgres.port);
  const space = openSpace(viaProxy(proxy.port, "timeout=0&onDisconnect=wait"), "a");
  proxy.cut();
  const first = space.counter("n").increment();
  const refused = openSpace(viaProxy(proxy.port, "timeout=0"), "a");
  await expect(refused.counter("n").get()).rejects.toThrow("cannot be used");
  proxy.heal();
  expect(await first).toBe(1n);
  await Promise.all([space.close(), refused.close()]);
  await proxy.close();
});

test.runIf(ownServer)("a restart of the server costs nothing that was acknowledged", async () => {
  const space = openSpace(url, "a");
  const queue = space.queue("jobs");
  let acknowledged = 0;
  let unsure = 0;
  let going = true;
  const adding = (async () => {
    while (going) {
      try {
        await space.counter("n").increment();
        acknowledged++;
      } catch {
        unsure++;
      }
    }
  })();
  await queue.push("kept");
  const taken = await queue.take();
  expect(taken?.message).toBe("kept");
  await postgres.restart();
  // The session that had taken it is gone.
  expect(await queue.take({ wait: s(20) })).toMatchObject({ message: "kept", deliveries: 2 });
  await expect(taken?.ack()).rejects.toThrow("not held any more");
  going = false;
  await adding;
  const counted = Number(await space.counter("n").get());
  expect(counted).toBeGreaterThanOrEqual(acknowledged);
  expect(counted).toBeLessThanOrEqual(acknowledged + unsure);
  await space.close();
});

test("a store that cannot be written says why, can be read, and works again without a restart", async () => {
  const space = openSpace(url, "a");
  await space.state("s").set("k", 1);
  const name = new URL(url).pathname.slice(1);
  await run(`alter database ${name} set default_transaction_read_only = on`);
  const other = openSpace(`${url}?timeout=1s`, "a");
  await expect(other.state("s").set("k", 2)).rejects.toThrow("read-only transaction");
  await run(
    `set default_transaction_read_only = off; alter database ${name} reset default_transaction_read_only`,
  );
  await other.state("s").set("k", 3);
  expect(await space.state("s").get("k")).toBe(3);
  await Promise.all([space.close(), other.close()]);
});

test("tables of a newer version are used if they allow it, and refused if not", async () => {
  const space = openSpace(url, "a");
  await space.counter("n").set(1);
  await space.close();
  await run("update meta set version = 99");
  const again = openSpace(url, "a");
  expect(await again.counter("n").get()).toBe(1n);
  await again.close();
  await run("update meta set oldest = 99");
  const refused = openSpace(url, "a");
  await expect(refused.counter("n").get()).rejects.toMatchObject({
    code: "newer-schema",
    message: expect.stringContaining("update procblock here"),
  });
  await refused.close();
});

test("several who open a new store at the same time find one store", async () => {
  const spaces = Array.from({ length: 8 }, (_, i) => openSpace(`${url}?application_name=p${i}`, "a"));
  await Promise.all(spaces.map((space) => space.counter("n").increment()));
  expect(await spaces[0]?.counter("n").get()).toBe(8n);
  await Promise.all(spaces.map((space) => space.close()));
});

test("names and values with every odd character come back", async () => {
  const space = openSpace(url, "a");
  const odd = `\u0000\ud800"'\\%_*;--\u{1f600}\n${String.fromCharCode(...Array.from({ length: 64 }, (_, i) => i + 1))}`;
  await space.counter(odd).increment();
  await space.state(odd).set(odd, odd);
  await space.queue(odd).push(odd, { key: odd });
  await space.log(odd).append(odd);
  const lease = await space.lock(odd).acquire();
  expect(await space.counters()).toEqual([{ name: odd, value: 1n }]);
  expect(await space.state(odd).keys()).toEqual([odd]);
  expect(await space.state(odd).get(odd)).toBe(odd);
  expect(await space.queue(odd).pop()).toMatchObject({ key: odd, message: odd });
  expect(await space.locks()).toMatchObject([{ lock: odd }]);
  await lease?.release();
  await space.close();
});

test("a hundred increments from each of four handles add up", async () => {
  const spaces = Array.from({ length: 4 }, () => openSpace(url, "a"));
  await Promise.all(
    spaces.flatMap((space) => Array.from({ length: 100 }, () => space.counter("n").increment())),
  );
  expect(await spaces[0]?.counter("n").get()).toBe(400n);
  await Promise.all(spaces.map((space) => space.close()));
});
