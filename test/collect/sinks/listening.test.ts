import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Events, type Happening, ManualClock } from "../../../src/base/index.ts";
import { type ListenOptions, PrometheusListener } from "../../../src/run/collect/sinks/prometheus-listen.ts";
import { readSecret, redact } from "../../../src/run/collect/sinks/secret.ts";
import { pointOf, seriesOf, wrongIn } from "./sinking.ts";

const dir = mkdtempSync(join(tmpdir(), "sinks-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function listening(more: Partial<ListenOptions> = {}) {
  const clock = new ManualClock();
  const address = { host: "127.0.0.1", port: 0 };
  const options = { address, hosts: [], expire: 60_000, token: undefined, dir, ...more };
  const sink = new PrometheusListener(options, { clock, events: new Events(), random: () => 0.5 });
  while (sink.port === undefined) await new Promise((resolve) => setImmediate(resolve));
  return { clock, sink, port: sink.port };
}

function get(port: number, headers: Record<string, string> = {}, path = "/metrics"): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { host: "127.0.0.1", port, path, headers, agent: false };
  request(options, (response) => {
    let text = "";
    response.on("data", (piece) => {
      text += piece;
    });
    response.on("end", () => resolve(`${response.statusCode} ${text}`));
  })
    .on("error", reject)
    .end();
  return promise;
}

test("the latest values are shown until they are too old", async () => {
  const { sink, port, clock } = await listening();
  const series = seriesOf("cpu", { host: 'a"b' }, "user");
  sink.add(pointOf(series, 1));
  sink.add(pointOf(series, 2));
  expect(await get(port)).toBe('200 # TYPE cpu_user gauge\ncpu_user{host="a\\"b"} 2\n');
  await clock.advance(61_000);
  expect(await get(port)).toBe("200 ");
  await sink.close();
});

test("requests by a foreign name or for anything else are refused", async () => {
  const { sink, port } = await listening({ hosts: ["monitor.example"] });
  expect(await get(port, { Host: "evil.example" })).toBe("403 ");
  expect(await get(port, { Host: `monitor.example:${port}` })).toBe("200 ");
  expect(await get(port, {}, "/")).toBe("404 ");
  await sink.close();
});

test("with a token only who has it is answered", async () => {
  writeFileSync(join(dir, "token"), "abc\n", { mode: 0o600 });
  const { sink, port } = await listening({ token: { file: "token" } });
  expect(await get(port)).toBe("401 ");
  expect(await get(port, { Authorization: "Bearer abd" })).toBe("401 ");
  expect(await get(port, { Authorization: "Bearer abc" })).toBe("200 ");
  await sink.close();
});

test("an address that is taken is tried again with growing pauses, told of once, and used when it is free", async () => {
  const clock = new ManualClock();
  const events = new Events();
  const told: Happening[] = [];
  events.on((happening) => told.push(happening));
  const taken = await listening();
  const address = { host: "127.0.0.1", port: taken.port };
  const options = { address, hosts: [], expire: 60_000, token: undefined, dir };
  const sink = new PrometheusListener(options, { clock, events, random: () => 0.5 });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  while (sink.figures().failures < 4) {
    await clock.advance(100);
    await turn();
  }
  expect(clock.monotonic()).toBeGreaterThanOrEqual(0.75 * (1000 + 2000 + 4000));
  await taken.sink.close();
  sink.add(pointOf(seriesOf("a", {}, "v"), 1));
  while (sink.port === undefined) {
    await clock.advance(1000);
    await turn();
  }
  expect(await get(taken.port)).toContain("a_v 1\n");
  await sink.close();
  sink.add(pointOf(seriesOf("a", {}, "v"), 1));
  expect(sink.figures()).toMatchObject({ sent: 1, dropped: 1 });
  expect(told.map(({ type }) => type)).toEqual(["sink:failed", "sink:closed"]);
});

test("a secret file that others can read is refused, and secrets do not get into messages", () => {
  writeFileSync(join(dir, "open"), "abc");
  chmodSync(join(dir, "open"), 0o644);
  expect(readSecret({ file: "open" }, dir)).toMatchObject({
    message: `"${join(dir, "open")}" holds a secret and can be read by others`,
  });
  expect(readSecret({ env: "PROCBLOCK_NO_SUCH" }, dir)).toMatchObject({
    message: "the environment variable PROCBLOCK_NO_SUCH is not set",
  });
  expect(redact("wrong token abc\nsaid abc", "abc")).toBe("wrong token *** said ***");
});

test("mistakes in `to` are told where they are made", () => {
  expect(wrongIn({ prometheus: { listen: "0.0.0.0:9464" } })).toEqual([
    '"listen" on an address that others can reach needs a token',
  ]);
  expect(wrongIn({ influxdb: { url: "http://a:b@c" } })).toEqual(['"url" must not hold a user or password']);
  expect(wrongIn({ influx: {} })).toEqual(['unknown store "influx" in "to" — did you mean "influxdb"?']);
  expect(wrongIn({ sql: { database: "postgres://h/d" } })).toEqual([
    'only SQLite files can be written to as yet: "database" is the name of one',
  ]);
  expect(wrongIn({ graphite: { address: "a b" } })).toEqual([
    '"address" must be an address such as 127.0.0.1:2003, not "a b"',
  ]);
  expect(wrongIn({ redis: { address: "h", tags: { a: "{{key}}" } } })).toEqual([
    '{{key}} in "a" needs "each"',
  ]);
});
