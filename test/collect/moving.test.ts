import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { procblock } from "../cli/in-process.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";

/** The README's example, run on files as the real programs make them. */
const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8");
const example = /```yaml\n(# moving\.yaml\n[\s\S]*?)```/.exec(readme)?.[1] ?? "";

const collectd = ["/usr/sbin/collectd", "/usr/local/sbin/collectd"].find((path) => existsSync(path));
/** Steps of history that files have. */
const HISTORY = 30;
const now = Math.floor(Date.now() / 10_000) * 10;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "procblock-moving-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** With the folders of the machine's programs in the test's own; the network that every machine has. */
function placed(text: string): string {
  return text.replaceAll("/var/lib/", `${dir}/`).replaceAll('"eth0:"', '"lo:"');
}

function stepsOf(...threads: readonly string[]): string {
  const steps = example.split(/^(?= {2}- )/m).slice(1);
  return `run:\n${steps.filter((step) => threads.some((thread) => step.includes(`thread_id: ${thread}\n`))).join("")}`;
}

async function collectOnce(name: string, text: string) {
  writeFileSync(join(dir, name), placed(text));
  const told = await procblock(["run", name, "--once", "--log-level", "warn"], { cwd: dir });
  expect(told).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(told.stdout) as { run: Record<string, Record<string, number>> };
}

/** Rows of the time before the block came. */
function history(file: string, cf: string, step: number): string {
  const end = String(now - 3 * step);
  return rrdtool(["fetch", file, cf, "-s", String(now - HISTORY * step), "-e", end, "-r", String(step)])
    .stdout;
}

/** What rrdtool says of the file but for what updates change. */
function fixedInfo(file: string): string[] {
  const lines = rrdtool(["info", file]).stdout.split("\n");
  return lines.filter((line) => !/last_|cur_row|value|unknown|cdp_prep/.test(line));
}

function lastReadings(file: string): string[] {
  return rrdtool(["lastupdate", file]).stdout.trim().split("\n").at(-1)?.split(": ")[1]?.split(" ") ?? [];
}

/** Runs `collect` and checks that all the files say of the time before is as it was. */
async function goesOn(files: readonly string[], step: number, collect: () => Promise<void>): Promise<void> {
  const seen = () =>
    files.map((file) => [fixedInfo(file), history(file, "AVERAGE", step), history(file, "MAX", step)]);
  const before = seen();
  for (const [, average] of before) expect(average).toMatch(/: -?[\d.]+e/);
  await collect();
  expect(seen()).toEqual(before);
  for (const file of files) {
    expect(Number(rrdtool(["last", file]).stdout)).toBeGreaterThanOrEqual(now);
    expect(readdirSync(dirname(file)).filter((name) => name.includes(".old"))).toEqual([]);
  }
}

describeWithRrdtool("Moving from munin and Cacti", () => {
  const munin = (field: string) => join(dir, `munin/localdomain/web1-if_eth0-${field}.rrd`);

  test("munin's files, one field each, get counts under the name 42", async () => {
    mkdirSync(join(dir, "munin/localdomain"), { recursive: true });
    const files = [munin("down-c"), munin("up-c")];
    // As munin 2.0 makes them, seen in its log.
    const archives = [1, 6, 24, 288].flatMap((steps, index) =>
      ["AVERAGE", "MIN", "MAX"].map((cf) => `RRA:${cf}:0.5:${steps}:${[576, 432, 540, 450][index]}`),
    );
    for (const file of files) {
      const start = String(now - (HISTORY + 1) * 300);
      rrdtool(["create", file, "--start", start, "-s", "300", "DS:42:COUNTER:600:0:U", ...archives]);
      rrdtool(["update", file, ...past(300, (index) => `${index * 3000}`)]);
    }
    await goesOn(files, 300, async () => {
      const { run } = await collectOnce("munin.yaml", stepsOf("munin"));
      expect(lastReadings(munin("down-c"))).toEqual([String(run.eth0?.["down-c"])]);
      expect(lastReadings(munin("up-c"))).toEqual([String(run.eth0?.["up-c"])]);
    });
  });

  test("Cacti's file with two counters", async () => {
    mkdirSync(join(dir, "cacti/rra"), { recursive: true });
    const file = join(dir, "cacti/rra/web1_traffic_in_5.rrd");
    const archives = ["AVERAGE", "MAX"].flatMap((cf) =>
      ["1:600", "6:700", "24:775", "288:797"].map((rest) => `RRA:${cf}:0.5:${rest}`),
    );
    const sources = ["traffic_in", "traffic_out"].map((name) => `DS:${name}:COUNTER:600:0:100000000`);
    rrdtool([
      "create",
      file,
      "--step",
      "300",
      "-b",
      String(now - (HISTORY + 1) * 300),
      ...sources,
      ...archives,
    ]);
    rrdtool(["update", file, ...past(300, (index) => `${index * 300}:${index * 600}`)]);
    await goesOn([file], 300, async () => {
      const { run } = await collectOnce("cacti.yaml", stepsOf("cacti"));
      expect(lastReadings(file)).toEqual([String(run.in), String(run.out)]);
    });
  });
});

/** Updates up to a step ago. */
function past(step: number, values: (index: number) => string): string[] {
  return Array.from({ length: HISTORY }, (_, index) => `${now - (HISTORY - index) * step}:${values(index)}`);
}

describeWithCollectd("Moving from collectd", () => {
  let daemon: Collectd;
  beforeAll(async () => {
    daemon = await Collectd.start(dir);
    for (let index = 0; index < HISTORY; index++) {
      const ago = HISTORY - index;
      await daemon.put("load/load", 10, ago, `${index}:2:3`);
      await daemon.put("df-root/df_complex-free", 10, ago, `${index * 1000}`);
      // More seldom: however busy the machine, the block comes before the heartbeat is over.
      await daemon.put("interface-eth0/if_octets", 60, ago, `${index * 100}:${index * 200}`);
      await daemon.put("disk-sda/disk_ops", 60, ago, `${index * 10}:${index * 20}`);
    }
    await daemon.stop();
  });
  afterAll(() => daemon.kill());

  const made = (name: string) => join(dir, "collectd/rrd/web1", `${name}.rrd`);

  test("the README's block goes on with its files, and draws them", async () => {
    await goesOn([made("load/load"), made("df-root/df_complex-free")], 10, async () => {
      const { run } = await collectOnce("collectd.yaml", stepsOf("load", "disks"));
      const { shortterm, midterm, longterm } = run;
      expect(lastReadings(made("load/load")).map(Number)).toEqual([shortterm, midterm, longterm]);
      expect(lastReadings(made("df-root/df_complex-free")).map(Number)).toEqual([run.free?.root]);
    });
    expect(readFileSync(join(dir, "load.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  test("counters go on without a gap, whatever the block calls them", async () => {
    const block = `run:
  - set: {octets: {in: 3000, out: 6000}, ops: {read: 300, write: 600}}
  - timeseries collect:
      path: /var/lib/collectd/rrd/web1/interface-eth0/if_octets.rrd
      adopt: true
      fields: {rx: {from: octets.in}, tx: {from: octets.out, type: DERIVE}}
  - timeseries collect:
      path: /var/lib/collectd/rrd/web1/disk-sda/disk_ops.rrd
      adopt: true
      fields: {read: {from: ops.read}, write: {from: ops.write}}
`;
    const files = [made("interface-eth0/if_octets"), made("disk-sda/disk_ops")];
    await goesOn(files, 60, async () => void (await collectOnce("counters.yaml", block)));
    for (const file of files) {
      // Up to the row in which the block's sample came.
      const span = ["-s", String(now - 180), "-e", String(now - 60), "-r", "60"];
      const rows = rrdtool(["fetch", file, "AVERAGE", ...span])
        .stdout.trim()
        .split("\n")
        .slice(2, 5);
      expect(rows.join()).not.toContain("nan");
    }
  });

  test("another type than collectd's is told with its place before anything runs", async () => {
    const text = example.replace("fields: [value]", "fields: {value: {type: COUNTER}}");
    const path = "df-root/df_complex-free.rrd\n";
    writeFileSync(
      join(dir, "wrong.yaml"),
      placed(text).replace("df-{{key}}/df_complex-free.rrd\n      each: free\n", path),
    );
    const told = await procblock(["validate", "wrong.yaml"], { cwd: dir });
    expect(told.code).toBe(2);
    expect(told.stderr).toMatch(
      /^\S*wrong\.yaml:\d+:\d+: error: field "value" is GAUGE in ".*", the block says type: COUNTER\n/,
    );
    expect(told.stderr).toContain("write type: GAUGE, or leave type out: the file's own is taken");
  });
});

/** The real one, fed through its socket, so that no time has to pass. */
class Collectd {
  readonly #process: ChildProcess;
  readonly #socket: Socket;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess, socket: Socket) {
    this.#process = child;
    this.#socket = socket;
    this.#answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  static async start(dir: string): Promise<Collectd> {
    const path = join(dir, "collectd.sock");
    writeFileSync(
      join(dir, "collectd.conf"),
      `BaseDir "${dir}"
PIDFile "${dir}/collectd.pid"
Hostname "web1"
FQDNLookup false
Interval 10
WriteThreads 1
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "${path}"
</Plugin>
LoadPlugin rrdtool
<Plugin rrdtool>
  DataDir "${dir}/collectd/rrd"
  CreateFilesAsync false
</Plugin>
`,
    );
    const child = spawn(collectd ?? "collectd", ["-f", "-C", join(dir, "collectd.conf")], {
      stdio: "ignore",
    });
    return new Collectd(child, await reach(dir, path));
  }

  /** `ago`: how many intervals. */
  async put(name: string, interval: number, ago: number, values: string): Promise<void> {
    this.#socket.write(`PUTVAL "web1/${name}" interval=${interval} ${now - ago * interval}:${values}\n`);
    const { value } = await this.#answers.next();
    expect(value).toBe("0 Success: 1 value has been dispatched.");
  }

  /** It writes all it has taken before it ends; what still stands in its queue it would throw away. */
  async stop(): Promise<void> {
    await this.put("last/gauge-last", 10, 1, "1");
    while (!(await this.#knows("last/gauge-last")));
    this.#socket.destroy();
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
  }

  async #knows(name: string): Promise<boolean> {
    this.#socket.write(`GETVAL "web1/${name}"\n`);
    const { value = "" } = await this.#answers.next();
    const count = Math.max(0, Number.parseInt(value, 10));
    for (let line = 0; line < count; line++) await this.#answers.next();
    return count > 0;
  }

  kill(): void {
    if (this.#process.exitCode === null) this.#process.kill("SIGKILL");
  }
}

/** The socket appears a moment after the start, and takes connections a moment after that. */
async function reach(dir: string, path: string): Promise<Socket> {
  const watcher = watch(dir);
  try {
    while (!existsSync(path)) await once(watcher, "change");
  } finally {
    watcher.close();
  }
  for (;;) {
    const socket = connect(path);
    const connected = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (connected) return socket;
  }
}

function describeWithCollectd(title: string, suite: () => void): void {
  const missing = collectd === undefined || spawnSync("rrdtool", ["--version"]).error !== undefined;
  if (!missing) describe(title, suite);
  else if (process.env.CI === "true") {
    test(`${title} needs collectd`, () => {
      throw new Error(
        "collectd is not installed (apt-get install collectd-core); with CI=true nothing is skipped",
      );
    });
  } else {
    console.warn(
      `SKIPPED: "${title}" needs collectd, which is not installed (apt-get install collectd-core)`,
    );
    describe.skip(title, suite);
  }
}
