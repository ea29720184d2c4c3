import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock, unwrap } from "../../src/base/index.ts";
import { startCacheDaemon } from "../../src/run/cached/index.ts";
import { takeUpdates } from "../../src/run/cached/server/quick-updates.ts";
import type { CachedFile } from "../../src/run/cached/store/cached-file.ts";
import { hashWith, NamedFiles } from "../../src/run/cached/store/named-files.ts";
import { UpdateList } from "../../src/run/cached/store/update-list.ts";
import { WriteBehind } from "../../src/run/cached/store/write-behind.ts";
import {
  Client,
  folder,
  hasRrdcached,
  makeFile,
  randomOf,
  realRrdcached,
  START,
  storedIn,
} from "./workshop.ts";

const FILES = ["a.rrd", "b.rrd", "c.rrd"];
let base = "";
beforeEach(() => {
  base = folder();
  for (const name of FILES) makeFile(join(base, name), 50);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** A batch of simple lines with everything between them that only looks like one. */
function batchOf(seed: number): string {
  const random = randomOf(seed);
  const lines: string[] = [];
  for (let count = 1; count <= 400; count++) {
    const name = FILES[Math.floor(random() * FILES.length)] ?? "";
    const at = START + count;
    const variants = [
      `UPDATE ${name} ${at}:${count}\r`,
      `UPDATE ${name} ${at}.25:${count}`,
      `UPDATE ${name} ${at - 5}:late`,
      `UPDATE ${name} ${at}.5:1 ${at}.75:2`,
      `UPDATE \\${name} ${at}:1\\:2`,
      `update ${name} ${at}:1`,
      `UPDATE x${name} ${at}:1`,
      `UPDATE ${name.slice(0, -1)} ${at}:1`,
      `UPDATE ${name}`,
      `UPDATE ${name} :1`,
      `UPDATE ${name} ${at}`,
      `UPDATE ${name} x${at}:1`,
      `UPDATE ${name} ${at}:${"1".repeat(Math.floor(random() * 200))}`,
      `UPDATE ${name} ${at}:\u00e9`,
      "UPDATE",
      "PING",
    ];
    lines.push(
      random() < 0.5
        ? `UPDATE ${name} ${at}:${count}`
        : (variants[Math.floor(random() * variants.length)] ?? ""),
    );
  }
  return `BATCH\n${lines.join("\n")}\n.\n`;
}

async function answersTo(path: string, text: string): Promise<string[]> {
  const client = new Client(path);
  client.socket.write(text);
  const said = [...(await client.answer()), ...(await client.answer())];
  for (const name of FILES) said.push(...(await client.ask(`PENDING ${name}`)));
  client.socket.destroy();
  return said;
}

describe.skipIf(!hasRrdcached && process.env.CI !== "true")("beside the real rrdcached", () => {
  for (const seed of [1, 2, 3]) {
    test(`a batch with errors among simple updates has the same answer, and the same is waiting (seed ${seed})`, async () => {
      const socket = join(base, "s.sock");
      const stop = await realRrdcached(base, socket);
      const real = await answersTo(socket, batchOf(seed));
      await stop();
      for (const name of FILES) {
        rmSync(join(base, name));
        makeFile(join(base, name), 50);
      }
      const daemon = unwrap(await startCacheDaemon({ socket, base }));
      const ours = await answersTo(socket, batchOf(seed));
      await daemon.close();
      expect(ours).toEqual(real);
      expect(ours.length).toBeGreaterThan(300);
    });
  }
});

test("wherever what has come ends, only whole lines are taken and the rest begins with a line", () => {
  const text = "UPDATE a.rrd 1600000001:1\nUPDATE b.rrd 1600000001.5:2:U\r\nUPDATE a.rrd 1600000002:3\n";
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const cache = cacheOf();
    const next = takeUpdates(cache, bytes.subarray(0, cut), 0, 9);
    const come = text.slice(0, cut);
    const whole = come.slice(0, come.lastIndexOf("\n") + 1);
    expect(next).toBe(whole.length);
    expect(cache.received).toBe(whole.split("\n").length - 1);
    expect(takeUpdates(cache, bytes, next, 9)).toBe(bytes.length);
    expect(waiting(cache, "a.rrd")).toEqual(["1600000001:1", "1600000002:3"]);
    expect(waiting(cache, "b.rrd")).toEqual(["1600000001.5:2:U"]);
  }
});

function cacheOf(): WriteBehind {
  const cache = new WriteBehind({
    clock: new ManualClock(0),
    journal: undefined,
    syncFiles: false,
    writeAfter: 300,
    mostPerFile: 1000,
    mostBytes: 1000,
    mostOpen: 4,
    mostFiles: 10,
    onProblem: ({ message }) => expect.fail(message),
  });
  for (const name of FILES) {
    const file = cache.files.look(join(base, name), name);
    if (typeof file === "string") expect.fail(file);
    else cache.files.name(name, file);
  }
  return cache;
}

function waiting(cache: WriteBehind, name: string): readonly string[] | undefined {
  return cache.files.get(join(base, name))?.updates.texts();
}

describe("names", () => {
  const fileOf = (path: string): CachedFile => ({
    path,
    updates: new UpdateList(),
    last: 0,
    due: 0,
    queued: false,
    suspended: false,
    failing: false,
  });
  const find = (names: NamedFiles, name: string) => {
    const bytes = Buffer.from(`(${name})`);
    return names.find(Buffer.from(name).reduce(hashWith, 0), bytes, 1, bytes.length - 1)?.path;
  };

  test("with the same hash are told apart, and one given again means the newer file", () => {
    const names = new NamedFiles();
    for (const name of ["Aa", "BB"]) names.set(name, fileOf(name));
    expect([find(names, "Aa"), find(names, "BB"), find(names, "C#")]).toEqual(["Aa", "BB", undefined]);
    names.set("Aa", fileOf("other"));
    expect([find(names, "Aa"), find(names, "BB")]).toEqual(["other", "BB"]);
    names.clear();
    expect(find(names, "BB")).toBeUndefined();
  });

  test("with the same hash without end: the newest are found, and never many are kept", () => {
    const names = new NamedFiles();
    const alike = Array.from({ length: 64 }, (_, number) =>
      number.toString(2).padStart(6, "0").replaceAll("0", "Aa").replaceAll("1", "BB"),
    );
    for (const name of alike) {
      names.set(name, fileOf(name));
      expect(find(names, name)).toBe(name);
    }
    expect(alike.filter((name) => find(names, name) !== undefined).length).toBeLessThanOrEqual(5);
  });
});

test("a list of updates gives back what was added, short or long, ASCII or not", () => {
  const list = new UpdateList();
  let added: string[] = [];
  const random = randomOf(7);
  for (let count = 0; count < 300; count++) {
    const update = `${count}:${"äx".repeat(Math.floor(random() * 40))}`;
    const bytes = Buffer.from(`(${update})`);
    list.add(bytes, 1, bytes.length - 1);
    added.push(update);
    if (count === 100 || count === 200) {
      added = count === 100 ? list.texts().slice(10) : [];
      list.replace(added);
    }
    if (count < 100) expect(list.texts()).toEqual(added);
    expect(list.count).toBe(added.length);
    expect(list.size).toBe(Buffer.byteLength(added.join("")));
  }
  expect(list.texts()).toEqual(added);
});

describe("the journal", () => {
  const blockOf = (lines: string) =>
    `${crc32(lines).toString(16).padStart(8, "0")} ${lines.length.toString(16).padStart(8, "0")}\n${lines}`;

  test("of a batch is one block of lines as it always was", async () => {
    const socket = join(base, "s.sock");
    const journal = join(base, "journal");
    const daemon = unwrap(await startCacheDaemon({ socket, base, journal, sync: "never" }));
    const client = new Client(socket);
    await client.ask(`UPDATE a.rrd ${START + 1}:1 ${START + 2}:2`);
    await client.ask(`UPDATE b.rrd ${START + 1}:1`);
    client.socket.write(`BATCH\nUPDATE b.rrd ${START + 2}:2\nUPDATE a.rrd ${START + 3}:3\n.\n`);
    await client.answer();
    expect(await client.answer()).toEqual(["0 errors"]);
    const [segment = ""] = readdirSync(journal).filter((name) => name.endsWith(".journal"));
    expect(readFileSync(join(journal, segment), "latin1")).toBe(
      blockOf(`p 0 ${base}/a.rrd\nu 0 ${START + 1}:1\nu 0 ${START + 2}:2\n`) +
        blockOf(`p 1 ${base}/b.rrd\nu 1 ${START + 1}:1\n`) +
        blockOf(`u 1 ${START + 2}:2\nu 0 ${START + 3}:3\n`),
    );
    client.socket.destroy();
    await daemon.close();
  });

  test("that an earlier version left is replayed", async () => {
    const journal = join(base, "journal");
    const path = join(journal, "updates.000000000007.journal");
    await unwrap(await startCacheDaemon({ socket: join(base, "s.sock"), base, journal })).close();
    writeFileSync(
      path,
      blockOf(
        `p 0 ${base}/a.rrd\nu 0 ${START + 1}:1 ${START + 2}:2\np 12 ${base}/b.rrd\nu 12 ${START + 1}:1\n`,
      ) +
        blockOf("\n") +
        blockOf(`u 12 ${START + 2}:2\nw 0 \nu 0 ${START + 3}:3\nf 12 \n`),
    );
    const daemon = unwrap(await startCacheDaemon({ socket: join(base, "s.sock"), base, journal }));
    expect(storedIn(join(base, "a.rrd"))[2]).toBe(3);
    expect(storedIn(join(base, "b.rrd"))).toEqual([]);
    await daemon.close();
  });
});
