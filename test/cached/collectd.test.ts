import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { type CacheDaemon, startCacheDaemon } from "../../src/run/cached/index.ts";
import { rrdtool } from "../oracle.ts";
import { folder } from "./workshop.ts";

const program = "/usr/sbin/collectd";
const missing = !existsSync(program);
if (missing) console.warn("SKIPPED: needs collectd, which is not installed (apt-get install collectd-core)");

let base = "";
let daemon: CacheDaemon | undefined;

beforeEach(() => {
  base = folder();
  mkdirSync(join(base, "rrd"));
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(base, { recursive: true, force: true });
});

/** Stands between the two and hears everything. */
async function listenBetween(
  path: string,
  server: string,
  heard: (from: "client" | "server", line: string) => void,
) {
  const between = createServer((client) => {
    const behind = connect(server);
    for (const [from, to, name] of [
      [client, behind, "client"],
      [behind, client, "server"],
    ] as const) {
      let text = "";
      from.on("data", (bytes: Buffer) => {
        to.write(bytes);
        text += bytes.toString("latin1");
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) heard(name, line);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => between.listen(path, resolve));
  return between;
}

const settings = (socket: string) => `
BaseDir "${base}"
PIDFile "${base}/pid"
PluginDir "/usr/lib/collectd"
TypesDB "${base}/types.db"
Hostname "here"
FQDNLookup false
Interval 1
LoadPlugin load
LoadPlugin rrdcached
<Plugin rrdcached>
  DaemonAddress "unix:${socket}"
  DataDir "${base}/rrd"
  CreateFiles true
  CollectStatistics true
</Plugin>
`;

const types = `load shortterm:GAUGE:0:5000, midterm:GAUGE:0:5000, longterm:GAUGE:0:5000
queue_length value:GAUGE:0:U
gauge value:GAUGE:U:U
counter value:COUNTER:U:U
operations value:DERIVE:0:U
`;

describe.skipIf(missing && process.env.CI !== "true")("written to by the real collectd", () => {
  test("its updates and its look at the statistics are answered as it expects, and rrdtool reads the files", async () => {
    const direct = join(base, "s.sock");
    const socket = join(base, "between.sock");
    daemon = unwrap(await startCacheDaemon({ socket: direct, base: join(base, "rrd") }));
    const asked: string[] = [];
    const answered: string[] = [];
    let enough: () => void = () => undefined;
    const twice = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const between = await listenBetween(socket, direct, (from, line) => {
      (from === "client" ? asked : answered).push(line);
      const loads = asked.filter((text) => /^update .*load\.rrd /i.test(text)).length;
      if (from === "server" && loads >= 3 && answered.some((text) => text.startsWith("QueueLength:")))
        enough();
    });
    writeFileSync(join(base, "types.db"), types);
    writeFileSync(join(base, "collectd.conf"), settings(socket));
    const child = spawn(program, ["-f", "-C", join(base, "collectd.conf")], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await Promise.race([twice, ended]);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    between.close();
    await daemon.close();
    expect(said).not.toMatch(/fail/i);
    // Before librrd makes a file it wants it forgotten, which for a new one is refused, by rrdcached too.
    const forgotten = asked.filter((line) => /^forget /i.test(line));
    expect(answered.filter((line) => line.startsWith("-"))).toEqual(
      forgotten.map(() => "-1 No such file or directory"),
    );

    const file = join(base, "rrd/here/load/load.rrd");
    const sent = asked.flatMap((line) => /load\.rrd (\d+)[.\d]*:(\S+)$/.exec(line)?.slice(1, 3) ?? []);
    const read = rrdtool(["lastupdate", file]).stdout;
    expect(read).toMatch(/^ shortterm midterm longterm\n\n/);
    // The newest that was sent is the newest that is stored.
    expect(read.split("\n").at(-2)).toMatch(new RegExp(`^${sent.at(-2)}: `));
    const numbers = read.split(": ")[1]?.trim().split(" ").map(Number);
    const given = sent.at(-1)?.split(":").map(Number);
    for (const [index, number] of (numbers ?? []).entries())
      expect(number).toBeCloseTo(given?.[index] ?? -1, 5);
    expect(numbers).toHaveLength(3);
    expect(rrdtool(["lastupdate", join(base, "rrd/here/rrdcached/queue_length.rrd")]).stdout).toMatch(
      /\n\d+: \d+\.\d{6}\n$/,
    );
  });
});
