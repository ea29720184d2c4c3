import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { type CacheDaemon, startCacheDaemon } from "../../src/run/cached/index.ts";
import { describeWithRrdtool } from "../oracle.ts";
import {
  Client,
  folder,
  hasRrdcached,
  makeFile,
  realRrdcached,
  rrdtoolBeside,
  rrdtoolPlain,
  START,
  storedIn,
} from "./workshop.ts";

let base = "";
let daemon: CacheDaemon | undefined;
const problems: string[] = [];

beforeEach(() => {
  base = folder();
  problems.length = 0;
  makeFile(join(base, "a.rrd"), 20);
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(base, { recursive: true, force: true });
});

async function start(options: { mostPerFile?: number; writeAfter?: number } = {}): Promise<Client> {
  const socket = join(base, "s.sock");
  daemon = unwrap(
    await startCacheDaemon({ socket, base, ...options, onProblem: ({ message }) => problems.push(message) }),
  );
  return new Client(socket);
}

/** Answers that must equal rrdcached's, whole. (SUSPEND and RESUME of a file end rrdcached 1.7.2: not in here.) */
const session = `PING
ping extra
NOSUCH
.
STATS
QUEUE
UPDATE
UPDATE a.rrd
UPDATE a.rrd ${START + 1}:1
UPDATE a.rrd ${START + 2}:2 ${START + 3}:3
UPDATE a.rrd ${START + 2}:2
UPDATE a.rrd ${START + 4}:4 ${START + 3}:2 ${START + 5}:2
UPDATE a.rrd N:1
UPDATE a.rrd :1
UPDATE a.rrd 16000000601
UPDATE a.rrd 1600000060@1
UPDATE none.rrd ${START + 2}:1
UPDATE sub ${START + 2}:1
UPDATE ../x.rrd ${START + 2}:1
UPDATE /etc/passwd ${START + 2}:1
UPDATE sub/../a.rrd ${START + 9}:1
PENDING a.rrd
PENDING
PENDING none.rrd
INFO
INFO none.rrd
FIRST a.rrd
FIRST a.rrd 0
FIRST a.rrd 7
LAST
LAST a.rrd
LAST none.rrd
FETCH a.rrd
FETCH a.rrd AVERAGE ${START} ${START + 5}
FETCH a.rrd AVERAGE ${START} ${START + 5} x
FETCH a.rrd NOPE ${START} ${START + 5}
FETCH none.rrd AVERAGE ${START} ${START + 5}
INFO a.rrd
FLUSH
FLUSH a.rrd
FLUSH none.rrd
FLUSH ../x
STATS
RESUMEALL
WROTE a.rrd
LIST
LIST /
LIST RECURSIVE /
LIST /sub
LIST /none
LIST /..
CREATE
CREATE c.rrd
CREATE c.rrd -s 10 -b ${START} DS:x:GAUGE:60:U:U RRA:AVERAGE:0.5:1:10
CREATE c.rrd -O -s 10 -b ${START} DS:x:GAUGE:60:U:U RRA:AVERAGE:0.5:1:10
CREATE d.rrd -s 10 -b 100 DS:x:GAUGE:60:U:U RRA:AVERAGE:0.5:1:10
CREATE d.rrd -s 10 DS:x:GAUGE:60:U:U BLA
CREATE d.rrd -s 10 DS:x:NOPE:60:U:U RRA:AVERAGE:0.5:1:10
CREATE deep/dir/d.rrd -s 10 DS:x:GAUGE:60:U:U RRA:AVERAGE:0.5:1:10
BATCH
UPDATE a.rrd ${START + 10}:1
UPDATE none.rrd ${START + 10}:1
UPDATE a.rrd ${START + 10}:1
PING
BATCH
NOSUCH
UPDATE
.
UPDATE a\\.rrd ${START + 12}:1
UPDATE a.rrd ${START + 13}:1\r
PENDING a.rrd
FORGET
FORGET none.rrd
FORGET a.rrd
PENDING a.rrd
FLUSHALL`;

async function answers(client: Client): Promise<string[]> {
  const said: string[] = [];
  let inBatch = false;
  for (const line of session.split("\n")) {
    said.push(`> ${line}`);
    if (line === ".") inBatch = false;
    if (inBatch) client.socket.write(`${line}\n`);
    else said.push(...(await client.ask(line)));
    if (line === "BATCH") inBatch = true;
  }
  client.socket.destroy();
  return said;
}

describe.skipIf(!hasRrdcached && process.env.CI !== "true")("beside the real rrdcached", () => {
  test("every answer of a long session is the same text", async () => {
    const prepare = () => {
      rmSync(base, { recursive: true });
      mkdirSync(join(base, "sub"), { recursive: true });
      makeFile(join(base, "a.rrd"), 20);
      makeFile(join(base, "sub/b.rrd"), 20);
    };
    prepare();
    // Not in the folder itself: LIST shows it.
    const socket = `${base}.sock`;
    const stop = await realRrdcached(base, socket);
    const real = await answers(new Client(socket));
    await stop();
    prepare();
    const ours = await answers(await start());
    // Which row counts as written last is random in every new file.
    const comparable = (lines: string[]) => lines.map((line) => line.replace(/(cur_row 1) \d+/, "$1 ?"));
    expect(comparable(ours)).toEqual(comparable(real));
  });
});

describeWithRrdtool("driven by the real rrdtool", () => {
  test("update, fetch, info, last, first, flushcached and graph go through the socket", async () => {
    const client = await start();
    const file = join(base, "a.rrd");
    const via = ["--daemon", `unix:${join(base, "s.sock")}`];
    const updated = await rrdtoolBeside(["update", file, ...via, `${START + 1}:1`, `${START + 2}:2`]);
    expect(updated).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await client.ask(`PENDING ${file}`)).length).toBe(3);
    const period = ["AVERAGE", "-s", String(START), "-e", String(START + 4)];
    const fetched = await rrdtoolBeside(["fetch", file, ...period, ...via]);
    expect(fetched.stdout).toBe(rrdtoolPlain(["fetch", file, ...period]));
    expect(fetched.stdout).toContain("1600000002: 2.0000000000e+00");
    expect((await rrdtoolBeside(["info", file, ...via])).stdout).toBe(rrdtoolPlain(["info", file]));
    expect((await rrdtoolBeside(["last", file, ...via])).stdout).toBe(`${START + 2}\n`);
    expect((await rrdtoolBeside(["first", file, ...via])).stdout).toBe(`${START + 2 - 19}\n`);
    await rrdtoolBeside(["update", file, ...via, `${START + 3}:3`]);
    expect((await rrdtoolBeside(["flushcached", ...via, file])).code).toBe(0);
    expect(storedIn(file)).toEqual([1, 2, 3]);
    await rrdtoolBeside(["update", file, ...via, `${START + 4}:4`]);
    const drawn = await rrdtoolBeside([
      "graph",
      join(base, "g.png"),
      ...via,
      "-s",
      String(START),
      "-e",
      String(START + 4),
      `DEF:x=${file}:x:AVERAGE`,
      "PRINT:x:MAX:%lf",
    ]);
    expect(drawn.stdout).toContain("4.000000");
    const made = join(base, "new.rrd");
    const created = await rrdtoolBeside([
      "create",
      made,
      ...via,
      "-s",
      "10",
      "-b",
      String(START),
      "DS:x:GAUGE:60:U:U",
      "RRA:AVERAGE:0.5:1:10",
    ]);
    expect(created.stderr).toBe("");
    expect((await rrdtoolBeside(["list", "-r", ...via, "/"])).stdout.split("\n").sort()).toEqual([
      "",
      "a.rrd",
      "new.rrd",
    ]);
    client.socket.destroy();
  });
});

test("binary rows are doubles, and a suspended file keeps what comes until it is resumed", async () => {
  const client = await start();
  await client.ask(`UPDATE a.rrd ${START + 1}:1.5`);
  const path = join(base, "a.rrd");
  expect(await client.ask("SUSPEND a.rrd")).toEqual([`0 ${path} suspended`]);
  expect(await client.ask("SUSPEND a.rrd")).toEqual([`-1 ${path} already suspended`]);
  expect(await client.ask("FLUSH a.rrd")).toEqual([`0 Not flushed, suspended: ${base}/a.rrd.`]);
  expect(await client.ask("PENDING a.rrd")).toEqual(["1 updates pending", `${START + 1}:1.5`]);
  expect(await client.ask("RESUME a.rrd")).toEqual([`0 ${path} resumed`]);
  expect(await client.ask("RESUME a.rrd")).toEqual([`-1 ${path} not suspended`]);
  expect(await client.ask("SUSPEND none.rrd")).toEqual([
    `-1 ${join(base, "none.rrd")} - No such file or directory`,
  ]);
  const [status, ...lines] = await client.ask(`FETCHBIN a.rrd AVERAGE ${START} ${START}`);
  expect([status, ...lines.slice(0, 5)]).toEqual([
    "6 Success",
    "FlushVersion: 1",
    `Start: ${START}`,
    `End: ${START + 1}`,
    "Step: 1",
    "DSCount: 1",
  ]);
  expect(lines[5]).toBe("DSName-x: BinaryData 1 8 LITTLE");
  expect(await client.answer()).toEqual([Buffer.from(new Float64Array([1.5]).buffer).toString("latin1")]);
  client.socket.destroy();
});

test("values that the file refuses are counted and do not take the others with them", async () => {
  const client = await start();
  await client.ask(`UPDATE a.rrd ${START + 1}:1 ${START + 2}:2:2 ${START + 3}:x ${START + 4}:4`);
  await client.ask("FLUSH a.rrd");
  expect(daemon?.figures()).toMatchObject({ refused: 2, dropped: 0, written: 2, waiting: 0 });
  expect(problems).toEqual([`${join(base, "a.rrd")}: found extra data on update argument: 2`]);
  client.socket.destroy();
});

test("a file with too many waiting updates is written ahead of time; one that cannot be drops the oldest, counted", async () => {
  const client = await start({ mostPerFile: 8 });
  for (let number = 1; number <= 12; number++) await client.ask(`UPDATE a.rrd ${START + number}:${number}`);
  expect(storedIn(join(base, "a.rrd"))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await client.ask("SUSPEND a.rrd");
  for (let number = 13; number <= 20; number++) await client.ask(`UPDATE a.rrd ${START + number}:${number}`);
  expect(daemon?.figures()).toMatchObject({ waiting: 8, dropped: 3 });
  expect(problems[0]).toContain("its limit is reached");
  client.socket.destroy();
});

describe("hostile clients", () => {
  test("nothing outside the base folder is reached, by dots or by links", async () => {
    const outside = folder();
    makeFile(join(outside, "o.rrd"));
    symlinkSync(outside, join(base, "link"));
    symlinkSync(join(outside, "o.rrd"), join(base, "o.rrd"));
    const client = await start();
    for (const name of [
      "link/o.rrd",
      "o.rrd",
      "../o.rrd",
      "x/../../o.rrd",
      join(outside, "o.rrd"),
      "/etc/passwd",
    ]) {
      for (const line of [
        `UPDATE ${name} ${START + 1}:1`,
        `INFO ${name}`,
        `FETCH ${name} AVERAGE ${START} ${START + 1}`,
        `FLUSH ${name}`,
      ])
        expect((await client.ask(line))[0]).toMatch(/^-1 .*: Permission denied$/);
    }
    expect((await client.ask("CREATE link/n.rrd DS:x:GAUGE:60:U:U RRA:AVERAGE:0.5:1:9"))[0]).toMatch(
      /Permission denied$/,
    );
    expect((await client.ask("LIST /link"))[0]).toMatch(/Permission denied$/);
    expect(storedIn(join(outside, "o.rrd"))).toEqual([]);
    rmSync(outside, { recursive: true });
    client.socket.destroy();
  });

  test("an endless line ends its connection, and others go on", async () => {
    const client = await start();
    const rude = new Client(join(base, "s.sock"));
    rude.socket.write("UPDATE a.rrd ".padEnd(1.5 * 1024 * 1024, "1"));
    await rude.gone();
    expect(await client.ask("PING")).toEqual(["0 PONG"]);
    client.socket.destroy();
  });

  test("one who never reads is not answered without bound", async () => {
    const client = await start();
    const rude = new Client(join(base, "s.sock"));
    rude.socket.pause();
    const before = process.memoryUsage().rss;
    rude.socket.write("HELP\n".repeat(200_000));
    for (let count = 0; count < 50; count++) expect(await client.ask("PING")).toEqual(["0 PONG"]);
    // All answers together would be more than 130 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
    rude.socket.destroy();
    client.socket.destroy();
  });

  test("a name too long is answered with an error, and others go on", async () => {
    const client = await start();
    const long = "x".repeat(300);
    expect(await client.ask(`UPDATE ${long} ${START + 1}:1`)).toEqual(["-1 stat failed with error 36."]);
    expect((await client.ask(`LIST /${long}`))[0]).toMatch(/: stat failed with error 36\.$/);
    for (const command of ["FLUSH", "INFO", "LAST", "FORGET", "SUSPEND", "FETCH", "CREATE"])
      expect((await client.ask(`${command} ${long} AVERAGE`))[0]).toMatch(/^-1 /);
    expect(await client.ask("PING")).toEqual(["0 PONG"]);
  });

  test("garbage is answered with errors", async () => {
    const client = await start();
    client.socket.write(Buffer.from([0, 1, 2, 255, 254, 10, 13, 10, 92, 10, 32, 10]));
    expect((await client.answer())[0]).toMatch(/^-1 Unknown command: /);
    expect(await client.answer()).toEqual(["-1 Unknown command: \\"]);
    expect(await client.answer()).toEqual(["-1 Unknown command: "]);
    expect(await client.ask("UPDATE a.rrd \0:1")).toEqual(["-1 Cannot find timestamp in '\0:1'!"]);
    expect(await client.ask("PING")).toEqual(["0 PONG"]);
    client.socket.destroy();
  });
});

describe("the socket", () => {
  test("is for its owner alone, refused while another listens, replaced when nobody does", async () => {
    const client = await start();
    const socket = join(base, "s.sock");
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const second = await startCacheDaemon({ socket, base });
    expect(second.ok ? "" : second.problems[0]?.message).toBe(`another process listens on "${socket}"`);
    client.socket.destroy();
    await daemon?.close();
    // A listener whose process was killed leaves its name behind.
    const { renameSync } = await import("node:fs");
    const left = createServer();
    await new Promise<void>((resolve) => left.listen(`${socket}.made`, resolve));
    renameSync(`${socket}.made`, socket);
    await new Promise((resolve) => left.close(resolve));
    const again = await start();
    expect(await again.ask("PING")).toEqual(["0 PONG"]);
    again.socket.destroy();
  });

  test("never takes the place of a file", async () => {
    const socket = join(base, "file");
    writeFileSync(socket, "mine");
    const started = await startCacheDaemon({ socket, base });
    expect(started.ok ? "" : started.problems[0]?.message).toBe(`"${socket}" exists and is no socket`);
  });
});
