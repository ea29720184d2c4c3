import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Mapping } from "../../../../src/base/index.ts";
import { freePort } from "../free-port.ts";
import { Sinking, upTo } from "../sinking.ts";
import { hostilePoints } from "./hostile.ts";
import { isUsable, ServerProcess } from "./server-process.ts";

/** Debian's carbon-cache, which keeps Graphite's whisper files; a row per second for two hours. */
class Carbon {
  /** What is older than its files reach back it does not take. */
  readonly from = Math.floor(Date.now() / 1000) - 3600;
  readonly #dir: string;
  readonly #port: number;
  readonly #process: ServerProcess;

  constructor(dir: string, [port, pickle, query]: readonly [number, number, number]) {
    this.#dir = join(dir, "carbon");
    this.#port = port;
    mkdirSync(join(this.#dir, "whisper"), { recursive: true });
    const config = `[cache]
STORAGE_DIR = ${this.#dir}
CONF_DIR = ${this.#dir}
LOG_DIR = ${this.#dir}
PID_DIR = ${this.#dir}
LOCAL_DATA_DIR = ${join(this.#dir, "whisper")}
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = 10000
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${port}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = ${pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = ${query}
ENABLE_TAGS = False
CARBON_METRIC_INTERVAL = 0
`;
    writeFileSync(join(this.#dir, "carbon.conf"), config);
    writeFileSync(join(this.#dir, "storage-schemas.conf"), "[all]\npattern = .*\nretentions = 1s:2h\n");
    const words = ["carbon-cache", `--config=${join(this.#dir, "carbon.conf")}`, "--debug", "start"];
    this.#process = new ServerProcess(this.#dir, words, () => this.#answers());
  }

  readonly to = (more: Mapping = {}): Mapping => ({
    graphite: { address: `127.0.0.1:${this.#port}`, prefix: "test", timeout: "1h", ...more },
  });

  up(): Promise<void> {
    rmSync(join(this.#dir, "carbon-cache-a.pid"), { force: true });
    return this.#process.up();
  }
  down = () => this.#process.down();
  hang = () => this.#process.hang();

  /** The values that a file on the disk has, by their time. */
  rows(path: string): Map<number, number> {
    const file = join(this.#dir, "whisper", `${path.replaceAll(".", "/")}.wsp`);
    if (!existsSync(file)) return new Map();
    const words = ["--json", `--from=${this.from - 1}`, `--until=${this.from + 3600}`, file];
    const { stdout } = spawnSync("whisper-fetch", words, { encoding: "utf8" });
    const found = JSON.parse(stdout) as { start: number; step: number; values: (number | null)[] };
    const rows = found.values.map((value, index) => [found.start + index * found.step, value] as const);
    return new Map(rows.flatMap(([time, value]) => (value === null ? [] : [[time, value] as const])));
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
  }
}

// It takes seconds to start, and gives no answers: what every store must get is tested with stand-ins for it, and here
// what only it can show.
describe.skipIf(!isUsable("carbon-cache"))("the real carbon-cache", () => {
  let dir = "";
  let carbon: Carbon;
  let at: Sinking | undefined;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "carbon-"));
    carbon = new Carbon(dir, [await freePort(), await freePort(), await freePort()]);
  });
  afterEach(async () => {
    await at?.close();
    at = undefined;
    await carbon.down();
    rmSync(dir, { recursive: true, force: true });
  });

  const rowsOf = (last: number) => new Map(upTo(last).map((value) => [carbon.from + value - 1, value]));

  test("killed and started again, it has every value that was not on its way, under its time", async () => {
    await carbon.up();
    at = new Sinking(carbon.to({ batch: 20 }), dir, carbon.from);
    at.add(1, 100);
    // What it has read but not written dies with it: it answers nothing, so nobody can send that again.
    await at.until(() => carbon.rows("test.block.v").size === 100);
    await carbon.down();
    at.add(101, 300);
    await at.until(() => (at?.sink.figures().failures ?? 0) > 0);
    await carbon.up();
    await at.until(() => at?.sink.figures().sent === 300);
    await at.until(() => carbon.rows("test.block.v").size >= 300);
    expect(carbon.rows("test.block.v")).toEqual(rowsOf(300));
    expect(at.sink.figures()).toMatchObject({ dropped: 0, rejected: 0, waiting: 0 });
  });

  test("stopped, it costs a full buffer at most, and every drop is counted", async () => {
    await carbon.up();
    await carbon.hang();
    at = new Sinking(carbon.to({ batch: 2000, buffer: 4000, delay: 0 }), dir, carbon.from);
    // The system takes some megabytes for it; then nothing goes any more.
    let added = 0;
    const figures = () => at?.sink.figures() ?? { sent: 0, dropped: 0, waiting: 0, rejected: 0 };
    while (figures().dropped < 10_000) {
      at.add(added + 1, added + 2000);
      added += 2000;
      expect(figures().waiting).toBeLessThanOrEqual(4000);
      await at.clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
      if (added > 2_000_000) throw new Error("it takes everything");
    }
    const { sent, dropped, waiting, rejected } = figures();
    expect(sent + dropped + waiting).toBe(added);
    expect(rejected).toBe(0);
    expect(at.told).toEqual(["more than 4000 samples wait; the oldest are dropped"]);
  });

  test("names of any kind become paths, each of its own", async () => {
    await carbon.up();
    at = new Sinking(carbon.to(), dir, carbon.from);
    const points = hostilePoints(carbon.from);
    for (const point of points) at.sink.add(point);
    await at.until(() => at?.sink.figures().sent === points.length);
    const word = (text: string) => text.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 200);
    for (const [index, { series }] of points.entries()) {
      const path = ["test", series.name, ...series.tags.map(([, value]) => value), "v"].map(word).join(".");
      await at.until(() => carbon.rows(path).size > 0);
      expect(carbon.rows(path)).toEqual(new Map([[carbon.from, index + 0.5]]));
    }
  });
});
