import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Mapping } from "../../../../src/base/index.ts";
import { freePort } from "../free-port.ts";
import { Sinking, startTime, upTo } from "../sinking.ts";
import { hardPoints, hostilePoints } from "./hostile.ts";
import { fetchText, isUsable, ServerProcess } from "./server-process.ts";

interface Found {
  readonly metric: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

/**
 * Debian has no OpenTSDB, but VictoriaMetrics, which takes `put` and tells what it got; one program of 12 MB, which
 * also reads Graphite's tags, the line protocol over TCP, and remote write.
 */
class VictoriaMetrics {
  readonly ports: Readonly<Record<"http" | "opentsdb" | "graphite" | "influx", number>>;
  readonly #process: ServerProcess;

  constructor(dir: string, ports: VictoriaMetrics["ports"]) {
    this.ports = ports;
    const folder = join(dir, "victoria");
    mkdirSync(folder);
    const words = [
      "victoria-metrics",
      `-storageDataPath=${join(folder, "data")}`,
      "-retentionPeriod=100y",
      `-httpListenAddr=127.0.0.1:${ports.http}`,
      `-opentsdbListenAddr=127.0.0.1:${ports.opentsdb}`,
      `-graphiteListenAddr=127.0.0.1:${ports.graphite}`,
      `-influxListenAddr=127.0.0.1:${ports.influx}`,
    ];
    this.#process = new ServerProcess(folder, words, () => this.#get("/health").then(() => true));
  }

  up = () => this.#process.up();
  down = (signal?: NodeJS.Signals) => this.#process.down(signal);
  hang = () => this.#process.hang();

  /** Everything that it has of these series, as it came. */
  async found(selector: string): Promise<readonly Found[]> {
    await this.#get("/internal/force_flush");
    const query = new URLSearchParams({ "match[]": selector, start: "0" });
    const lines = await this.#get(`/api/v1/export?${query}`);
    return lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Found);
  }

  async values(selector: string): Promise<readonly number[]> {
    const [series] = await this.found(selector);
    return series?.values ?? [];
  }

  #get(path: string): Promise<string> {
    return fetchText(`http://127.0.0.1:${this.ports.http}${path}`);
  }
}

describe.skipIf(!isUsable("victoria-metrics"))("the real VictoriaMetrics", () => {
  let dir = "";
  let store: VictoriaMetrics;
  let at: Sinking | undefined;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "victoria-"));
    store = new VictoriaMetrics(dir, {
      http: await freePort(),
      opentsdb: await freePort(),
      graphite: await freePort(),
      influx: await freePort(),
    });
    await store.up();
  });
  afterEach(async () => {
    await at?.close();
    at = undefined;
    await store.down();
    rmSync(dir, { recursive: true, force: true });
  });

  const kinds: Readonly<Record<string, { to(more: Mapping): Mapping; selector: string }>> = {
    opentsdb: {
      to: (more) => ({ opentsdb: { address: `127.0.0.1:${store.ports.opentsdb}`, ...more } }),
      selector: '{__name__="block.v"}',
    },
    "graphite with tags": {
      to: (more) => ({ graphite: { address: `127.0.0.1:${store.ports.graphite}`, tagged: true, ...more } }),
      selector: '{__name__="block.v"}',
    },
    "influxdb over TCP": {
      to: (more) => ({ influxdb: { url: `tcp://127.0.0.1:${store.ports.influx}`, ...more } }),
      selector: '{__name__="block_v"}',
    },
    "prometheus remote write": {
      to: (more) => ({
        prometheus: { remote_write: `http://127.0.0.1:${store.ports.http}/api/v1/write`, ...more },
      }),
      selector: '{__name__="block_v"}',
    },
  };
  const each = Object.entries(kinds);

  test.each(each)("%s: every value once, in order, at its time", async (_, { to, selector }) => {
    at = new Sinking(to({ timeout: "1h", batch: 100 }), dir);
    at.add(1, 900);
    await at.until(async () => (await store.values(selector)).length >= 900);
    const [series, more] = await store.found(selector);
    expect(more).toBeUndefined();
    expect(series?.values).toEqual(upTo(900));
    expect(series?.timestamps).toEqual(upTo(900).map((value) => (startTime + value - 1) * 1000));
    expect(at.sink.figures()).toMatchObject({ sent: 900, dropped: 0, rejected: 0, failures: 0 });
  });

  test("opentsdb: ended and started again, it has every value that was not on its way", async () => {
    const { to, selector } = kinds.opentsdb ?? { to: (more: Mapping) => more, selector: "" };
    at = new Sinking(to({ timeout: "1h", batch: 20 }), dir);
    at.add(1, 100);
    await at.until(async () => (await store.values(selector)).length >= 100);
    // What it has taken it keeps in memory for seconds: a SIGKILL would lose that for us.
    await store.down("SIGTERM");
    at.add(101, 300);
    await at.until(() => (at?.sink.figures().failures ?? 0) > 0);
    await store.up();
    await at.until(async () => (await store.values(selector)).at(-1) === 300);
    // A batch may come twice after a break.
    expect([...new Set(await store.values(selector))]).toEqual(upTo(300));
    const [series] = await store.found(selector);
    expect(series?.metric).toEqual({ __name__: "block.v", host: hostname() });
    expect(at.sink.figures()).toMatchObject({ sent: 300, dropped: 0, rejected: 0 });
  });

  test.each(each)("%s: names, tags and values of any kind arrive", async (kind, { to }) => {
    at = new Sinking(to({ timeout: "1h" }), dir);
    // It keeps decimals, of a common size within a series: the most extreme doubles are not for it.
    const hard = hardPoints(startTime).filter(({ values: [value] }) =>
      /^(0|1e-7)$|^-?\d[\d.]{0,20}$/.test(String(value)),
    );
    const ofHard = hard.map((point, index) => ({
      ...point,
      series: { ...point.series, name: `hard${index}` },
    }));
    const points = [...hostilePoints(startTime), ...ofHard];
    for (const point of points) at.sink.add(point);
    await at.until(async () => (await store.found("{index!=''}")).length >= hostilePoints(0).length);
    const found = await store.found("{index!=''}");
    expect(found.flatMap(({ metric, values }) => [Number(metric.index) + 0.5, ...values])).toEqual(
      found.flatMap(({ metric }) => [Number(metric.index) + 0.5, Number(metric.index) + 0.5]),
    );
    expect(new Set(found.map(({ metric }) => metric.index)).size).toBe(hostilePoints(0).length);
    for (const { metric, timestamps } of found) {
      expect(timestamps).toEqual([startTime * 1000]);
      // Its name, the index and the other tag, if that is not called as it calls the name itself.
      expect(Object.keys(metric).length).toBe(metric.index === "15" && !kind.startsWith("prom") ? 2 : 3);
    }
    const end = kind.startsWith("influx") || kind.startsWith("prom") ? "_v" : ".v";
    expect(hard.length).toBeGreaterThan(4);
    for (const [index, { values }] of hard.entries()) {
      expect(await store.values(`{__name__="hard${index}${end}"}`)).toEqual(values.map(Number));
    }
  });

  test.each(each.slice(0, 3))("%s: stopped, it costs a full buffer at most", async (_, { to }) => {
    await store.hang();
    at = new Sinking(to({ batch: 2000, buffer: 4000, delay: 0, timeout: "1h" }), dir);
    let added = 0;
    const figures = () => at?.sink.figures() ?? { sent: 0, dropped: 0, waiting: 0 };
    while (figures().dropped < 10_000) {
      at.add(added + 1, added + 2000);
      added += 2000;
      expect(figures().waiting).toBeLessThanOrEqual(4000);
      await at.clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
      if (added > 2_000_000) throw new Error("it takes everything");
    }
    const { sent, dropped, waiting } = figures();
    expect(sent + dropped + waiting).toBe(added);
    expect(at.told).toEqual(["more than 4000 samples wait; the oldest are dropped"]);
  });
});
