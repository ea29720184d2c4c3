import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Mapping } from "../../../../src/base/index.ts";
import { holdsContract } from "../contract.ts";
import { freePort } from "../free-port.ts";
import { Sinking, startTime, upTo } from "../sinking.ts";
import type { Store } from "../store.ts";
import { AnswerThief } from "./answer-thief.ts";
import { hardPoints, hardValues, hostilePoints } from "./hostile.ts";
import { fetchText, isUsable, ServerProcess } from "./server-process.ts";

interface Found {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string)[])[];
}

/** Debian's InfluxDB 1.6 with a database `d`. */
class Influxdb implements Store {
  readonly mayRepeat = false;
  readonly port: number;
  readonly udp: number;
  readonly #process: ServerProcess;
  #login: readonly string[] = [];
  #isMade = false;

  constructor(dir: string, [port, udp, backup]: readonly [number, number, number], hasLogin = false) {
    this.port = port;
    this.udp = udp;
    const folder = join(dir, "influxdb");
    mkdirSync(folder);
    const at = (name: string) => JSON.stringify(join(folder, name));
    const config = `reporting-disabled = true
bind-address = "127.0.0.1:${backup}"
[meta]
  dir = ${at("meta")}
[data]
  dir = ${at("data")}
  wal-dir = ${at("wal")}
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${hasLogin}
[[udp]]
  enabled = true
  bind-address = "127.0.0.1:${udp}"
  database = "d"
  batch-size = 1
`;
    writeFileSync(join(folder, "influxdb.conf"), config);
    const isReady = () => fetchText(`http://127.0.0.1:${port}/ping`).then(() => true);
    this.#process = new ServerProcess(folder, ["influxd", "-config", join(folder, "influxdb.conf")], isReady);
  }

  readonly to = (more: Mapping): Mapping => ({
    influxdb: { url: `http://127.0.0.1:${this.port}`, database: "d", ...more },
  });

  async up(): Promise<void> {
    await this.#process.up();
    if (this.#isMade) return;
    this.#isMade = true;
    if (this.#login.length > 0)
      await this.query(`CREATE USER ops WITH PASSWORD '${this.#login[1]}' WITH ALL PRIVILEGES`);
    await this.query("CREATE DATABASE d");
  }

  down = () => this.#process.down();
  hang = () => this.#process.hang();
  end = () => this.#process.down();

  /** From now on queries log in like this; before the first `up`: made so. */
  login(user: string, password: string): this {
    this.#login = [user, password];
    return this;
  }

  async query(text: string): Promise<readonly Found[]> {
    const body = new URLSearchParams({ q: text, db: "d", epoch: "ms" });
    const url = `http://127.0.0.1:${this.port}/query`;
    const headers: Record<string, string> = {};
    if (this.#login.length > 0)
      headers.Authorization = `Basic ${Buffer.from(this.#login.join(":")).toString("base64")}`;
    const { results } = JSON.parse(await fetchText(url, { method: "POST", body, headers })) as {
      results: { series?: Found[]; error?: string }[];
    };
    if (results[0]?.error !== undefined) throw new Error(results[0].error);
    return results[0]?.series ?? [];
  }

  async values(): Promise<number[]> {
    const [series] = await this.query("SELECT v FROM block");
    return (series?.values ?? []).map(([, value]) => Number(value));
  }
}

describe.skipIf(!isUsable("influxd"))("the real InfluxDB", () => {
  let dir = "";
  let ends: (() => unknown)[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "influxdb-"));
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
    rmSync(dir, { recursive: true, force: true });
  });

  const made = async (folder: string, hasLogin?: boolean) =>
    new Influxdb(folder, [await freePort(), await freePort(), await freePort()], hasLogin);

  async function started(): Promise<Influxdb> {
    const store = await made(dir);
    ends.push(() => store.end());
    await store.up();
    return store;
  }

  function sinkingTo(to: Mapping): Sinking {
    const at = new Sinking(to, dir);
    ends.push(() => at.close());
    return at;
  }

  holdsContract(made);

  test("killed between and within batches and started again, it has every value once", async () => {
    const store = await started();
    const at = sinkingTo(store.to({ batch: 20, timeout: "1h" }));
    at.add(1, 400);
    await at.until(() => at.sink.figures().sent >= 100, 50);
    await store.down();
    at.add(401, 450);
    await at.until(() => at.sink.figures().failures > 0);
    await store.up();
    await at.until(() => at.sink.figures().sent === 450);
    expect(await store.values()).toEqual(upTo(450));
    expect(at.sink.figures()).toMatchObject({ dropped: 0, rejected: 0, waiting: 0 });
  });

  test("a batch whose answer was lost comes again and is there once", async () => {
    const store = await started();
    const thief = await AnswerThief.before(store.port, 2);
    ends.push(() => thief.close());
    const url = `http://127.0.0.1:${thief.port}`;
    const at = sinkingTo({ influxdb: { url, database: "d", batch: 10, timeout: "1h" } });
    at.add(1, 40);
    await at.until(() => at.sink.figures().waiting === 0);
    expect(at.sink.figures()).toMatchObject({ sent: 40, rejected: 0, failures: 2 });
    expect(await store.values()).toEqual(upTo(40));
  });

  test("a field that is text there is refused, counted and told of; the others are stored", async () => {
    const store = await started();
    await fetchText(`http://127.0.0.1:${store.port}/write?db=d`, {
      method: "POST",
      body: `block v="text" ${startTime}000000000`,
    });
    const at = sinkingTo(store.to({ timeout: "1h" }));
    at.add(1, 3);
    const other = { name: "other", tags: [], fields: [{ name: "v", type: "GAUGE" as const }] };
    at.sink.add({ time: startTime, series: other, values: [7] });
    await at.until(() => at.sink.figures().waiting === 0);
    expect(at.sink.figures()).toMatchObject({ sent: 1, rejected: 3, failures: 0 });
    expect(at.told[0]).toContain("field type conflict");
    expect(await store.query("SELECT v FROM other")).toMatchObject([{ values: [[startTime * 1000, 7]] }]);
  });

  test("names, tags and values of any kind arrive", async () => {
    const store = await started();
    const at = sinkingTo(store.to({ timeout: "1h" }));
    const points = [...hostilePoints(startTime), ...hardPoints(startTime)];
    for (const point of points) at.sink.add(point);
    await at.until(() => at.sink.figures().waiting === 0);
    expect(at.sink.figures()).toMatchObject({ sent: points.length, rejected: 0 });
    const found = await store.query(`SELECT v FROM /^h\\d/ GROUP BY "index"`);
    expect(found.map(({ values }) => values[0])).toHaveLength(hostilePoints(0).length);
    for (const { name, tags, values } of found) {
      const index = Number(tags?.index);
      expect(values).toEqual([[startTime * 1000, index + 0.5]]);
      const sent = points[index]?.series.name ?? "";
      // Backslashes and control characters cannot be written in line protocol.
      expect(name).toBe(sent.replaceAll(/[\\\p{Cc}\u2028]/gu, "_"));
    }
    const [hard] = await store.query("SELECT v FROM hard");
    expect(hard?.values).toEqual(
      hardValues.map((value, index) => [(startTime + index) * 1000, Number(value)]),
    );
  });

  test("with a wrong password all waits, nothing tells it, and the right one lets everything in", async () => {
    const store = (await made(dir, true)).login("ops", "open sesame");
    ends.push(() => store.end());
    await store.up();
    const file = join(dir, "password");
    writeFileSync(file, "wrong horse\n", { mode: 0o600 });
    const at = sinkingTo(store.to({ user: "ops", password_file: file, timeout: "1h" }));
    at.add(1, 9);
    await at.until(() => at.sink.figures().failures >= 2);
    expect(at.told).toEqual(['the server answers 401: {"error":"authorization failed"}']);
    expect(at.sink.figures()).toMatchObject({ waiting: 9, dropped: 0 });
    expect(JSON.stringify(at.happenings)).not.toContain("horse");
    writeFileSync(file, "open sesame\n");
    await at.until(() => at.sink.figures().sent === 9);
    expect(await store.values()).toEqual(upTo(9));
  });

  test("a database that is not there yet gets everything when it is made", async () => {
    const store = await started();
    const at = sinkingTo(store.to({ database: "later", timeout: "1h" }));
    at.add(1, 5);
    await at.until(() => at.sink.figures().failures >= 1);
    expect(at.told).toEqual(['the server answers 404: {"error":"database not found: \\"later\\""}']);
    await store.query("CREATE DATABASE later");
    await at.until(() => at.sink.figures().sent === 5);
    expect(await store.query("SELECT v FROM later.autogen.block")).toMatchObject([
      { values: upTo(5).map((value) => [(startTime + value - 1) * 1000, value]) },
    ]);
  });

  test("datagrams arrive, too", async () => {
    const store = await started();
    const at = sinkingTo({ influxdb: { url: `udp://127.0.0.1:${store.udp}`, timeout: "1h" } });
    at.add(1, 50);
    await at.until(async () => (await store.values()).length === 50);
    expect(await store.values()).toEqual(upTo(50));
  });
});
