import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Mapping } from "../../../src/base/index.ts";
import { freePort } from "./free-port.ts";
import { daemons, RrdcachedStore } from "./rrdcached-store.ts";
import type { Store } from "./store.ts";
import {
  readGraphiteLine,
  readInfluxLine,
  readPutLine,
  readWriteRequest,
  unsnappy,
} from "./strict-readers.ts";

const hasRrdcached = existsSync("/usr/bin/rrdcached");
const hasRedis = spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;

class HttpStore implements Store {
  readonly mayRepeat = true;
  readonly to: Store["to"];
  readonly #read: (body: Buffer) => number[];
  readonly #port: number;
  readonly #got: number[] = [];
  #mode: "well" | "deaf" | "broken" = "well";
  #server: HttpServer | undefined;

  constructor(port: number, to: (port: number, more: Mapping) => Mapping, read: (body: Buffer) => number[]) {
    this.#port = port;
    this.#read = read;
    this.to = (more) => to(port, more);
  }

  async up(): Promise<void> {
    this.#mode = "well";
    if (this.#server !== undefined) return;
    const server = createHttpServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        if (this.#mode === "deaf") return;
        if (this.#mode === "broken") {
          response.writeHead(503).end("too busy");
          return;
        }
        this.#got.push(...this.#read(Buffer.concat(pieces)));
        response.writeHead(204).end();
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async hang(): Promise<void> {
    await this.up();
    this.#mode = "deaf";
  }

  async fail(): Promise<void> {
    await this.up();
    this.#mode = "broken";
  }

  values(): number[] {
    return this.#got;
  }

  end(): Promise<void> {
    return this.down();
  }
}

class LineStore implements Store {
  readonly mayRepeat = true;
  readonly to: Store["to"];
  readonly #read: (line: string) => number;
  readonly #port: number;
  readonly #got: number[] = [];
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(port: number, to: (port: number, more: Mapping) => Mapping, read: (line: string) => number) {
    this.#port = port;
    this.#read = read;
    this.to = (more) => to(port, more);
  }

  async up(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      let rest = "";
      socket.setEncoding("utf8");
      socket.on("error", () => {});
      socket.on("data", (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#got.push(this.#read(line));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
    await closed;
  }

  values(): number[] {
    return this.#got;
  }

  end(): Promise<void> {
    return this.down();
  }
}

class RedisStore implements Store {
  readonly mayRepeat = false;
  readonly to: Store["to"];
  readonly #dir: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  constructor(port: number, dir: string) {
    this.#port = port;
    this.#dir = dir;
    this.to = (more) => ({ redis: { address: `127.0.0.1:${port}`, ...more } });
  }

  async up(): Promise<void> {
    if (this.#process !== undefined) {
      this.#process.kill("SIGCONT");
      this.#cli("config", "set", "requirepass", "");
      return;
    }
    const words = ["--port", String(this.#port), "--bind", "127.0.0.1", "--dir", this.#dir, "--save", ""];
    this.#process = spawn("redis-server", [...words, "--appendonly", "yes", "--appendfsync", "always"], {
      stdio: "ignore",
    });
    while (this.#cli("ping").trim() !== "PONG") await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async down(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await ended;
  }

  async hang(): Promise<void> {
    if (this.#process === undefined) await this.up();
    this.#process?.kill("SIGSTOP");
  }

  async fail(): Promise<void> {
    if (this.#process === undefined) await this.up();
    this.#cli("config", "set", "requirepass", "open sesame");
  }

  values(): number[] {
    const text = this.#cli("--json", "xrange", "procblock:block", "-", "+");
    const entries = JSON.parse(text) as [string, string[]][];
    return entries.map(([, words]) => Number(words[words.indexOf("v") + 1]));
  }

  end(): Promise<void> {
    return this.down();
  }

  #cli(...words: string[]): string {
    const login = ["--no-auth-warning", "-a", "open sesame"];
    const isLogin = words[0] === "config" && words[3] === "";
    const all = ["-p", String(this.#port), ...(isLogin ? login : []), ...words];
    return spawnSync("redis-cli", all, { encoding: "utf8", timeout: 5000 }).stdout;
  }
}

class FolderStore implements Store {
  readonly mayRepeat = false;
  readonly to: Store["to"];
  readonly #dir: string;
  readonly #read: (dir: string) => number[];

  constructor(dir: string, to: (dir: string, more: Mapping) => Mapping, read: (dir: string) => number[]) {
    this.#dir = join(dir, "store");
    this.#read = read;
    this.to = (more) => to(this.#dir, more);
  }

  async up(): Promise<void> {
    if (existsSync(`${this.#dir}.away`)) renameSync(`${this.#dir}.away`, this.#dir);
    else mkdirSync(this.#dir, { recursive: true });
  }

  async down(): Promise<void> {
    if (existsSync(this.#dir)) renameSync(this.#dir, `${this.#dir}.away`);
  }

  values(): number[] {
    return existsSync(this.#dir) ? this.#read(this.#dir) : [];
  }

  async end(): Promise<void> {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** SQLite's own locks make it deaf. */
class SqlStore extends FolderStore {
  readonly #file: string;
  #lock: DatabaseSync | undefined;

  constructor(dir: string) {
    super(dir, (folder, more) => ({ sql: { database: join(folder, "a.sqlite"), ...more } }), readSql);
    this.#file = join(dir, "store", "a.sqlite");
  }

  override async up(): Promise<void> {
    this.#lock?.close();
    this.#lock = undefined;
    await super.up();
  }

  async hang(): Promise<void> {
    await super.up();
    this.#lock = new DatabaseSync(this.#file);
    this.#lock.exec("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE");
  }

  override async end(): Promise<void> {
    this.#lock?.close();
    this.#lock = undefined;
    await super.end();
  }
}

function readSql(folder: string): number[] {
  if (!existsSync(join(folder, "a.sqlite"))) return [];
  const database = new DatabaseSync(join(folder, "a.sqlite"), { readOnly: true });
  try {
    return database
      .prepare("SELECT value FROM samples ORDER BY rowid")
      .all()
      .map(({ value }) => Number(value));
  } catch {
    return [];
  } finally {
    database.close();
  }
}

function readJsonl(folder: string): number[] {
  const file = join(folder, "a.jsonl");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { values: { v: number } }).values.v);
}

const influxValues = (body: Buffer) =>
  body
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line) => readInfluxLine(line).fields.v ?? Number.NaN);

const remoteValues = (body: Buffer) =>
  readWriteRequest(unsnappy(body)).flatMap(({ samples }) => samples.map(({ value }) => value));

/** Every kind of store, by the name that tests show. */
export const stores: Readonly<Record<string, (dir: string) => Promise<Store>>> = {
  influxdb: async () =>
    new HttpStore(
      await freePort(),
      (port, more) => ({ influxdb: { url: `http://127.0.0.1:${port}`, database: "d", ...more } }),
      influxValues,
    ),
  "prometheus remote write": async () =>
    new HttpStore(
      await freePort(),
      (port, more) => ({ prometheus: { remote_write: `http://127.0.0.1:${port}/api/v1/write`, ...more } }),
      remoteValues,
    ),
  "influxdb over TCP": async () =>
    new LineStore(
      await freePort(),
      (port, more) => ({ influxdb: { url: `tcp://127.0.0.1:${port}`, ...more } }),
      (line) => readInfluxLine(line).fields.v ?? Number.NaN,
    ),
  graphite: async () =>
    new LineStore(
      await freePort(),
      (port, more) => ({ graphite: { address: `127.0.0.1:${port}`, ...more } }),
      (line) => readGraphiteLine(line).value,
    ),
  opentsdb: async () =>
    new LineStore(
      await freePort(),
      (port, more) => ({ opentsdb: { address: `127.0.0.1:${port}`, ...more } }),
      (line) => readPutLine(line).value,
    ),
  ...(hasRedis ? { redis: async (dir: string) => new RedisStore(await freePort(), dir) } : {}),
  ...(hasRrdcached ? { rrdcached: async (dir: string) => new RrdcachedStore(dir, daemons.rrdcached) } : {}),
  "procblock rrd daemon": async (dir) => new RrdcachedStore(dir, daemons["procblock rrd daemon"]),
  sql: async (dir) => new SqlStore(dir),
  jsonl: async (dir) =>
    new FolderStore(
      dir,
      (folder, more) => ({ jsonl: { path: join(folder, "a.jsonl"), ...more } }),
      readJsonl,
    ),
};
