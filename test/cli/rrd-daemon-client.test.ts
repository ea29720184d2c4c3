import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCacheDaemon } from "../../src/run/cached/index.ts";
import { hasRrdcached, realRrdcached, rrdtoolBeside } from "../cached/workshop.ts";
import { procblock } from "./in-process.ts";

/** One after the other, on two folders with a daemon each. `-d S` stands for the daemon, `-d NONE` for one that is not there. */
const session: readonly string[] = [
  "create -d S -b 1000000000 -s 10 x.rrd DS:a:GAUGE:60:U:U DS:b:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5 RRA:MAX:0.5:3:4",
  "create --daemon=S -O x.rrd DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5",
  "create -d S y.rrd DS:a:GAUGE:60:U:U",
  "create -d S nowhere/y.rrd -s 10 DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5",
  "update -d S x.rrd 1000000010:1:2 1000000020:2:3",
  "update -d S x.rrd 1000000020:2:3",
  "update -d S x.rrd -t b:a 1000000030:3:4",
  "update -d S x.rrd -t b 1000000040:7",
  "update -d S x.rrd -t zz 1000000050:7",
  "update -d S none.rrd 1000000030:3",
  "update -d S x.rrd foo",
  "update -d S x.rrd",
  "updatev -d S x.rrd 1000000040:4:5",
  "last -d S x.rrd",
  "last -d S none.rrd",
  "first -d S x.rrd",
  "first -d S x.rrd --rraindex 1",
  "first -d S x.rrd --rraindex 7",
  "first -d S none.rrd",
  "info -d S -F x.rrd",
  "lastupdate -d S x.rrd",
  "lastupdate -d S none.rrd",
  "info -d S x.rrd",
  "info -d S none.rrd",
  "fetch -d S x.rrd AVERAGE -s 1000000000 -e 1000000040",
  "fetch -d S x.rrd MAX -s 1000000000 -e 1000000040 -r 30 -a",
  "fetch -d S none.rrd AVERAGE",
  "dump -n -d S x.rrd",
  "dump -d S none.rrd",
  "list -d S .",
  "list -d S /",
  "list --daemon S -r /",
  "list -d S --noflush /",
  "list -d S /nowhere",
  "update -d S x.rrd 1000000051:6:6",
  "flushcached -d S x.rrd",
  "flushcached -d S",
  "flushcached x.rrd",
  "lastupdate x.rrd",
  "update -d S x.rrd 1000000061:8:8",
  "xport -d S -s 1000000000 -e 1000000060 DEF:x=x.rrd:a:AVERAGE XPORT:x",
  "xport -d S -s 1000000000 -e 1000000060 DEF:x=none.rrd:a:AVERAGE XPORT:x",
  "update -d S x.rrd 1000000071:8:8",
  "tune -D S x.rrd -h a:70",
  "tune -D S none.rrd -h a:70",
  "info x.rrd",
  // No such daemon.
  "last -d NONE x.rrd",
  "last -d NONE none.rrd",
  "first -d NONE x.rrd",
  "lastupdate -d NONE x.rrd",
  "info -d NONE x.rrd",
  "fetch -d NONE x.rrd AVERAGE -s 1000000000 -e 1000000040",
  "dump -d NONE x.rrd",
  "update -d NONE x.rrd 1000000090:3:3",
  "flushcached -d NONE x.rrd",
  "list -d NONE .",
  "create -d NONE made.rrd -b 1000000000 DS:a:GAUGE:60:U:U RRA:LAST:0:1:2",
  "last made.rrd",
  "xport -d NONE DEF:x=x.rrd:a:AVERAGE XPORT:x",
  "tune -D NONE x.rrd -h a:50",
  "last -d 127.0.0.1:1 x.rrd",
];

/** The same without a word of it on the command line: the environment names the daemon. */
const environment: readonly string[] = [
  "create -b 1000000000 -s 10 w.rrd DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5",
  "update w.rrd 1000000010:1",
  "last w.rrd",
  "first w.rrd",
  "lastupdate w.rrd",
  "info w.rrd",
  "update w.rrd 1000000020:2",
  "dump -n w.rrd",
  "list /",
  "update w.rrd 1000000030:2",
  "flushcached w.rrd",
  "fetch w.rrd AVERAGE -s 1000000000 -e 1000000040",
];

describe.skipIf(!hasRrdcached && process.env.CI !== "true")(
  "procblock rrd as a client of an rrdcached",
  () => {
    let dir: string;
    const stops: (() => Promise<void>)[] = [];
    const zone = process.env.TZ;
    beforeAll(async () => {
      process.env.TZ = "UTC";
      dir = realpathSync(mkdtempSync(join(tmpdir(), "procblock-client-")));
      for (const side of ["ours", "their"]) {
        mkdirSync(join(dir, side));
        stops.push(await realRrdcached(join(dir, side), join(dir, `${side}.s`)));
      }
    });
    afterAll(async () => {
      for (const stop of stops) await stop();
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
      rmSync(dir, { recursive: true });
    });

    /** What both say, as if they had worked in the same place. */
    async function both(line: string, useEnvironment: boolean) {
      const words = (side: string) =>
        line
          .split(" ")
          .map((word) => word.replace(/^((?:--daemon=)?)S$/, `$1unix:${dir}/${side}.s`))
          .map((word) => (word === "NONE" ? `unix:${dir}/none.s` : word));
      const env = (side: string) => ({
        PATH: process.env.PATH ?? "",
        ...(useEnvironment ? { RRDCACHED_ADDRESS: `unix:${dir}/${side}.s` } : {}),
      });
      const answer = await rrdtoolBeside(words("their"), { cwd: join(dir, "their"), env: env("their") });
      const told = await procblock(["rrd", ...words("ours")], { cwd: join(dir, "ours"), env: env("ours") });
      const same = (text: string) => text.replaceAll(`${dir}/ours`, "DIR").replaceAll(`${dir}/their`, "DIR");
      // Two rrdcached know their files in an order of their own.
      const sorted = (text: string) => (line.startsWith("list") ? text.split("\n").sort().join("\n") : text);
      const rows = (text: string) => text.replace(/cur_row = \d+/g, "cur_row = …");
      return {
        ours: {
          code: told.code,
          stdout: rows(sorted(same(told.stdout))),
          error: same(told.stderr)
            .replace(/^warning: .*\n/gm, "")
            .trim(),
        },
        theirs: {
          code: answer.code,
          stdout: rows(sorted(same(answer.stdout))),
          error: same(answer.stderr),
        },
      };
    }

    test("every verb says and does what rrdtool's does, line by line", async () => {
      for (const line of session) {
        const { ours, theirs } = await both(line, false);
        expect.soft(ours, line).toEqual(theirs);
      }
    });

    test("the environment names the daemon as well", async () => {
      for (const line of environment) {
        const { ours, theirs } = await both(line, true);
        expect.soft(ours, line).toEqual(theirs);
      }
    });

    test("a file that cannot be flushed is named, with what the daemon says of it", async () => {
      const address = `unix:${dir}/ours.s`;
      const told = await procblock(["rrd", "flushcached", "-d", address, "none.rrd", "x.rrd"], {
        cwd: join(dir, "ours"),
      });
      expect(told).toEqual({
        code: 1,
        stdout: "",
        stderr: `ERROR: Flushing of file "none.rrd" failed: rrdcached@${address}: No such file: ${dir}/ours/none.rrd.. Skipping remaining 1 file.\n`,
      });
    });

    test("a file made here for want of a daemon is warned of", async () => {
      const words = [
        "create",
        "-d",
        `unix:${dir}/none.s`,
        "warned.rrd",
        "DS:a:GAUGE:60:U:U",
        "RRA:LAST:0:1:2",
      ];
      const told = await procblock(["rrd", ...words], { cwd: join(dir, "ours") });
      expect(told).toEqual({
        code: 0,
        stdout: "",
        stderr: "warning: Unable to connect to rrdcached: No such file or directory: the file is made here\n",
      });
    });
  },
);

test("our own daemon is asked in the same way", async () => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "procblock-client-")));
  const socket = join(dir, "s");
  const started = await startCacheDaemon({ socket, base: dir });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  try {
    const run = async (line: string) => {
      const told = await procblock(["rrd", ...line.split(" ")], {
        cwd: dir,
        env: { PATH: "", RRDCACHED_ADDRESS: `unix:${socket}` },
      });
      return told.code === 0 ? told.stdout : told.stderr;
    };
    expect(await run("create -b 1000000000 -s 10 a.rrd DS:a:GAUGE:60:U:U RRA:LAST:0.5:1:3")).toBe("");
    expect(await run("update a.rrd 1000000010:1 1000000020:2")).toBe("");
    expect(await run("lastupdate a.rrd")).toBe(" a\n\n1000000020: 2\n");
    expect(await run("fetch a.rrd LAST -s 1000000000 -e 1000000010")).toContain(
      "1000000010: 1.0000000000e+00\n",
    );
    expect(await run("flushcached a.rrd")).toBe("");
    expect(await run("list /")).toBe("a.rrd\n");
  } finally {
    await started.value.close();
    rmSync(dir, { recursive: true });
  }
});
