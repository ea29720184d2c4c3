import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Events, ManualClock, type Mapping } from "../../../../src/base/index.ts";
import { PrometheusListener } from "../../../../src/run/collect/sinks/prometheus-listen.ts";
import { holdsContract } from "../contract.ts";
import { freePort } from "../free-port.ts";
import { pointOf, Sinking, seriesOf, startTime, upTo } from "../sinking.ts";
import type { Store } from "../store.ts";
import { AnswerThief } from "./answer-thief.ts";
import { hardPoints, hardValues, hostilePoints } from "./hostile.ts";
import { fetchText, isUsable, ServerProcess } from "./server-process.ts";

// "open sesame" in bcrypt, at its least cost.
const users = "basic_auth_users:\n  ops: $2b$04$NkOOiqGRk7xBrfgKKASHZ.lg/mK7eXVI7InH2WMht6uVbFH1UL/vK\n";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** Debian's Prometheus with an open door for remote write. */
class Prometheus implements Store {
  readonly mayRepeat = false;
  readonly port: number;
  readonly #process: ServerProcess;
  readonly #login: Record<string, string>;

  constructor(dir: string, port: number, more: { scrape?: number; hasLogin?: boolean } = {}) {
    this.port = port;
    const folder = join(dir, "prometheus");
    mkdirSync(folder);
    const scrape = { job_name: "procblock", static_configs: [{ targets: [`127.0.0.1:${more.scrape}`] }] };
    const config = {
      global: { scrape_interval: "1s", scrape_timeout: "1s" },
      scrape_configs:
        more.scrape === undefined
          ? []
          : [{ ...scrape, authorization: { credentials: "let me in" }, metrics_path: "/metrics" }],
    };
    // JSON is YAML.
    writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
    writeFileSync(join(folder, "web.yml"), more.hasLogin === true ? users : "{}");
    this.#login =
      more.hasLogin === true
        ? { Authorization: `Basic ${Buffer.from("ops:open sesame").toString("base64")}` }
        : {};
    this.#process = new ServerProcess(
      folder,
      [
        "prometheus",
        `--config.file=${join(folder, "config.yml")}`,
        `--web.config.file=${join(folder, "web.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        "--storage.tsdb.retention.time=100y",
        `--web.listen-address=127.0.0.1:${port}`,
        "--web.enable-remote-write-receiver",
      ],
      async () => (await this.#get("/-/ready")) !== "",
    );
  }

  readonly to = (more: Mapping): Mapping => ({
    prometheus: { remote_write: `http://127.0.0.1:${this.port}/api/v1/write`, ...more },
  });

  up = () => this.#process.up();
  down = () => this.#process.down();
  hang = () => this.#process.hang();
  end = () => this.#process.down();

  /** All samples of a selector; as they are stored, none interpolated. */
  async samples(selector: string, at = startTime + 7000): Promise<readonly Sample[]> {
    const query = new URLSearchParams({ query: `${selector}[2h]`, time: String(at) });
    const { data } = JSON.parse(await this.#get(`/api/v1/query?${query}`)) as {
      data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
    };
    return data.result.map(({ metric, values }) => ({ labels: metric, values }));
  }

  async values(): Promise<number[]> {
    const [series] = await this.samples("block_v");
    return (series?.values ?? []).map(([, value]) => Number(value));
  }

  #get(path: string): Promise<string> {
    return fetchText(`http://127.0.0.1:${this.port}${path}`, { headers: this.#login });
  }
}

describe.skipIf(!isUsable("prometheus"))("the real Prometheus", () => {
  let dir = "";
  let ends: (() => unknown)[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "prometheus-"));
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
    rmSync(dir, { recursive: true, force: true });
  });

  async function started(more: ConstructorParameters<typeof Prometheus>[2] = {}): Promise<Prometheus> {
    const store = new Prometheus(dir, await freePort(), more);
    ends.push(() => store.end());
    await store.up();
    return store;
  }

  function sinkingTo(to: Mapping): Sinking {
    const at = new Sinking(to, dir);
    ends.push(() => at.close());
    return at;
  }

  holdsContract(async (folder) => new Prometheus(folder, await freePort()));

  test("killed between and within batches and started again, it has every sample once", async () => {
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

  test("a batch whose answer was lost is refused the second time, and that is no loss", async () => {
    const store = await started();
    const thief = await AnswerThief.before(store.port, 2);
    ends.push(() => thief.close());
    const url = `http://127.0.0.1:${thief.port}/api/v1/write`;
    const at = sinkingTo({ prometheus: { remote_write: url, batch: 10, timeout: "1h" } });
    at.add(1, 40);
    await at.until(() => at.sink.figures().waiting === 0);
    expect(at.sink.figures()).toMatchObject({ sent: 40, rejected: 0, dropped: 0, failures: thief.stolen });
    expect(thief.stolen).toBe(2);
    expect(await store.values()).toEqual(upTo(40));
  });

  test("samples that are older than those it has are refused, counted and told of", async () => {
    const store = await started();
    const at = sinkingTo(store.to({ timeout: "1h" }));
    at.add(1, 5);
    await at.until(() => at.sink.figures().sent === 5);
    at.back(4);
    at.add(6, 6);
    await at.until(() => at.sink.figures().rejected === 1);
    expect(at.told).toEqual(["the server answers 400: out of order sample"]);
  });

  test("names, labels and values of any kind arrive", async () => {
    const store = await started();
    const at = sinkingTo(store.to({ timeout: "1h" }));
    const points = [...hostilePoints(startTime), ...hardPoints(startTime)];
    for (const point of points) at.sink.add(point);
    await at.until(() => at.sink.figures().sent === points.length);
    const found = await store.samples('{index!=""}');
    expect(found.map(({ values }) => Number(values[0]?.[1])).toSorted((a, b) => a - b)).toEqual(
      hostilePoints(0).map((_, index) => index + 0.5),
    );
    for (const { labels, values } of found) {
      const point = points.find((one) => one.values[0] === Number(values[0]?.[1]));
      const texts = point?.series.tags.map(([, value]) => value).toSorted();
      const { __name__, ...others } = labels;
      expect(Object.values(others).toSorted()).toEqual(texts);
      expect(__name__).toMatch(/^h\d+[A-Za-z0-9_]*_v$/);
      expect(values[0]?.[0]).toBe(startTime);
    }
    const [hard] = await store.samples("hard_v");
    expect(hard?.values.map(([time]) => time)).toEqual(hardValues.map((_, index) => startTime + index));
    expect(hard?.values.map(([, value]) => Number(value))).toEqual(hardValues.map(Number));
  });

  test("with a wrong password all waits, nothing tells it, and the right one lets everything in", async () => {
    const store = await started({ hasLogin: true });
    const file = join(dir, "password");
    writeFileSync(file, "wrong horse\n", { mode: 0o600 });
    const at = sinkingTo(store.to({ user: "ops", password_file: file, timeout: "1h" }));
    at.add(1, 9);
    await at.until(() => at.sink.figures().failures >= 2);
    expect(at.told).toEqual(["the server answers 401: Unauthorized"]);
    expect(at.sink.figures()).toMatchObject({ waiting: 9, dropped: 0 });
    expect(JSON.stringify(at.happenings)).not.toContain("horse");
    writeFileSync(file, "open sesame\n");
    await at.until(() => at.sink.figures().sent === 9);
    expect(await store.values()).toEqual(upTo(9));
  });

  test("it scrapes what we show, with the token", async () => {
    const port = await freePort();
    const token = join(dir, "token");
    writeFileSync(token, "let me in", { mode: 0o600 });
    const options = {
      address: { host: "127.0.0.1", port },
      hosts: [],
      expire: 60_000,
      token: { file: token },
      dir,
    };
    const context = { clock: new ManualClock(), events: new Events(), random: () => 0.5 };
    const sink = new PrometheusListener(options, context);
    ends.push(() => sink.close());
    sink.add(
      pointOf(seriesOf("disk space", { mount: '/a "b"\\c\n' }, "used", "free"), 1.5, 12345678901234567890n),
    );
    for (const point of hostilePoints(startTime)) sink.add(point);
    const store = await started({ scrape: port });
    const now = () => Date.now() / 1000;
    let found: readonly Sample[] = [];
    while (found.length === 0) found = await store.samples("disk_space_used", now());
    const { __name__, job, instance, ...own } = found[0]?.labels ?? {};
    expect(own).toEqual({ mount: '/a "b"\\c\n' });
    expect(found[0]?.values[0]?.[1]).toBe("1.5");
    const [free] = await store.samples("disk_space_free", now());
    expect(Number(free?.values[0]?.[1])).toBe(Number(12345678901234567890n));
    expect(await store.samples('{index!=""}', now())).toHaveLength(hostilePoints(0).length);
  });
});
