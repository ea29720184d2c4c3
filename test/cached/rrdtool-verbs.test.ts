import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { startCacheDaemon } from "../../src/run/cached/index.ts";
import { describeWithRrdtool } from "../oracle.ts";
import { folder, hasRrdcached, makeFile, realRrdcached, rrdtoolBeside, START } from "./workshop.ts";

let base = "";
afterEach(() => rmSync(base, { recursive: true, force: true }));

const period = ["-s", String(START), "-e", String(START + 6)];

/** `FILE` is a file that is there, `NEW` one that is made, `NONE` one that is not there; `--daemon` comes behind the verb. */
const calls: readonly (readonly string[])[] = [
  ["update", "FILE", `${START + 1}:1`, `${START + 2}:2`],
  ["update", "FILE", `${START + 2}:2`],
  ["update", "FILE", `${START + 3}@3`],
  ["update", "FILE", "garbage"],
  ["update", "FILE", "-t", "x", `${START + 3}:3`],
  ["update", "FILE", "-t", "y", `${START + 3}:3`],
  ["update", "NONE", `${START + 2}:2`],
  ["update", "FILE"],
  ["updatev", "FILE", `${START + 3}:3`],
  ["last", "FILE"],
  ["last", "NONE"],
  ["lastupdate", "FILE"],
  ["lastupdate", "NONE"],
  ["first", "FILE"],
  ["first", "FILE", "--rraindex", "1"],
  ["first", "NONE"],
  ["fetch", "FILE", "AVERAGE", ...period],
  ["fetch", "FILE", "MAX", ...period],
  ["fetch", "NONE", "AVERAGE", ...period],
  ["update", "FILE", `${START + 4}:4`],
  ["info", "FILE"],
  ["info", "NONE"],
  ["dump", "FILE"],
  ["update", "FILE", `${START + 5}:5`],
  ["xport", ...period, "DEF:x=FILE:x:AVERAGE", "XPORT:x:it"],
  ["update", "FILE", `${START + 6}:6`],
  ["graph", "-", ...period, "--imginfo", "%s", "DEF:x=FILE:x:AVERAGE", "PRINT:x:LAST:%lf"],
  ["graphv", "-", "-a", "CSV", ...period, "DEF:x=FILE:x:AVERAGE", "LINE:x#000000"],
  ["graph", "-", ...period, "DEF:x=NONE:x:AVERAGE", "PRINT:x:LAST:%lf"],
  ["create", "NEW", "-s", "10", "-b", String(START), "DS:x:GAUGE:60:U:U", "RRA:AVERAGE:0.5:1:10"],
  ["create", "NEW", "-O", "-s", "10", "-b", String(START), "DS:x:GAUGE:60:U:U", "RRA:AVERAGE:0.5:1:10"],
  ["create", "NEW", "-s", "10", "-b", String(START), "DS:x:GAUGE:60:U:U"],
  ["create", "NEW", "-s", "10", "-b", String(START), "DS:x:WRONG:60:U:U", "RRA:AVERAGE:0.5:1:10"],
  ["list", "/"],
  ["list", "-r", "/"],
  ["list", "/none"],
  ["flushcached", "FILE"],
  ["flushcached", "NONE"],
  ["tune", "FILE", "--heartbeat", "x:90"],
  ["tune", "NONE", "--heartbeat", "x:90"],
  ["info", "NEW"],
];

async function said(socket: string): Promise<string[]> {
  const names: Record<string, string> = {
    FILE: join(base, "a.rrd"),
    NEW: join(base, "new.rrd"),
    NONE: join(base, "none.rrd"),
  };
  const lines: string[] = [];
  for (const [verb = "", ...rest] of calls) {
    const words = rest.map((word) => word.replace(/\b(FILE|NEW|NONE)\b/, (name) => names[name] ?? name));
    const { code, stdout, stderr } = await rrdtoolBeside([verb, "--daemon", `unix:${socket}`, ...words]);
    lines.push(`> ${verb} ${rest.join(" ")}`, String(code), stdout, stderr);
  }
  // Which row counts as written last is random in every new file.
  return lines.map((line) => line.replaceAll(/(cur_row = )\d+/g, "$1?"));
}

function prepare(): void {
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base);
  makeFile(join(base, "a.rrd"), 20);
}

describeWithRrdtool("rrdtool with --daemon", () => {
  test.skipIf(!hasRrdcached && process.env.CI !== "true")(
    "every verb prints and returns the same with our daemon as with rrdcached",
    async () => {
      base = folder();
      prepare();
      const socket = `${base}.sock`;
      const stop = await realRrdcached(base, socket);
      const real = await said(socket);
      await stop();
      prepare();
      const daemon = unwrap(await startCacheDaemon({ socket, base }));
      const ours = await said(socket);
      await daemon.close();
      expect(ours).toEqual(real);
      // And it is no agreement on failures alone.
      expect(real.filter((line) => line === "0").length).toBeGreaterThanOrEqual(20);
    },
  );
});
