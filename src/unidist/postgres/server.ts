import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Pool, PoolClient, PoolConfig, QueryResultRow } from "pg";
import { SharedError } from "../shared-error.ts";
import { withoutPassword } from "../store-url.ts";
import { Awake } from "./awake.ts";
import { Bells } from "./bells.ts";
import { failureOf, unavailable } from "./failure.ts";
import { migrate } from "./migrate.ts";
import { schemaName, sessionLockClass } from "./schema.ts";
import { type ServerOptions, serverOptions } from "./server-options.ts";

/** Most connections for operations, beside the one of the session. */
const MOST_CONNECTIONS = 4;
const HEARTBEAT = 5_000;
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 1_000;

/**
 * The connection that stands for this process: it holds an advisory lock, and all that the process holds in the store
 * is its own as long as that one is there. It also hears the notifications.
 */
export interface Session {
  readonly id: number;
  /** Aborted when the connection is gone, and with it everything held. */
  readonly lost: AbortSignal;
}

interface OpenSession extends Session {
  readonly client: Client;
  readonly controller: AbortController;
  readonly heartbeat: NodeJS.Timeout;
}

const open = new Map<string, PostgresServer>();

/** One server, as all spaces of this process that name it use it. */
export class PostgresServer {
  /** Without the password. */
  readonly url: string;
  readonly bells = new Bells();
  readonly #id: string;
  readonly #options: ServerOptions;
  readonly #names = new Map<string, string>();
  /** Spaces whose notifications are heard. */
  readonly #heard = new Set<string>();
  readonly #awake = new Awake();
  #handles = 0;
  #pool: Promise<Pool> | undefined;
  #atHand: PoolClient | undefined;
  #session: Promise<OpenSession> | undefined;
  #connected = false;
  /** Seconds that the server's clock is ahead of this machine's. */
  #ahead = 0;

  static open(url: string): PostgresServer {
    const server = open.get(url) ?? new PostgresServer(url);
    open.set(url, server);
    server.#handles++;
    return server;
  }

  constructor(url: string) {
    this.#id = url;
    this.url = withoutPassword(url);
    this.#options = serverOptions(url);
  }

  get ahead(): number {
    return this.#ahead;
  }

  async close(): Promise<void> {
    if (--this.#handles > 0) return;
    open.delete(this.#id);
    const [session, pool] = [this.#session, this.#pool];
    this.#session = undefined;
    this.#pool = undefined;
    this.#atHand?.release();
    this.#atHand = undefined;
    this.#awake.begin();
    try {
      const opened = await session?.catch(() => undefined);
      if (opened !== undefined) await this.#endSession(opened, new Error("the space was closed"));
      await (await pool?.catch(() => undefined))?.end();
    } finally {
      this.#awake.end();
    }
  }

  /**
   * Runs one statement. `repeatable`: it may run twice, so it is tried again after a connection was lost. Throws
   * `SharedError` `unavailable`, `overflow`.
   */
  async query<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[],
    how: { repeatable: boolean },
  ): Promise<Row[]> {
    // What a first connection makes has to be there.
    if (!this.#connected) await this.session();
    return this.#patiently(async () => {
      const client = await this.#client();
      try {
        const { rows } = await client.query<Row>({
          name: this.#nameOf(text),
          text,
          values: values as unknown[],
        });
        this.#giveBack(client);
        return rows;
      } catch (error) {
        const failure = failureOf(error);
        if (failure === "connection") client.release(true);
        else this.#giveBack(client);
        if (failure === "connection" && !how.repeatable)
          throw unavailable(this.url, error, "; whether the operation took effect is not known");
        throw error;
      }
    });
  }

  /** The session of this process; connects if there is none. */
  session(): Promise<Session> {
    this.#session ??= this.#patiently(() => this.#connect()).catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  /** Notifications of this space ring the bells from now on, also when the connection was lost in between. */
  listen(space: string): Promise<Session> {
    return this.#patiently(async () => {
      const session = (await this.session()) as OpenSession;
      if (!this.#heard.has(space)) {
        await session.client.query(`listen procblock_${space}`);
        this.#heard.add(space);
      }
      return session;
    });
  }

  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    this.#awake.begin();
    try {
      return await this.#tryOften(attempt);
    } finally {
      this.#awake.end();
    }
  }

  async #tryOften<T>(attempt: () => Promise<T>): Promise<T> {
    const end = performance.now() + this.#options.patience;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof SharedError) throw error;
        const failure = failureOf(error);
        if (failure === "overflow") throw new SharedError("overflow", "it does not fit in a 64-bit counter");
        if (failure === "other") throw error;
        if (failure === "store" || performance.now() >= end || this.#handles === 0)
          throw unavailable(this.url, error);
        // Jitter: all who lost the same server do not come back at once.
        await sleep(pause * (0.5 + Math.random()));
      }
    }
  }

  /** The one that was used last is kept at hand: a pool's own hand-over costs a third of a short statement. */
  #client(): PoolClient | Promise<PoolClient> {
    const client = this.#atHand;
    if (client === undefined) return this.#fromPool();
    this.#atHand = undefined;
    return client;
  }

  async #fromPool(): Promise<PoolClient> {
    this.#pool ??= this.#makePool();
    return (await this.#pool).connect();
  }

  #giveBack(client: PoolClient): void {
    if (this.#atHand === undefined && this.#handles > 0) this.#atHand = client;
    else client.release();
  }

  async #makePool(): Promise<Pool> {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ ...this.#config(), max: MOST_CONNECTIONS, allowExitOnIdle: true });
    // An idle connection that breaks is replaced when the next one is needed.
    pool.on("error", () => {});
    // One that breaks while it works fails its query.
    pool.on("connect", (client) =>
      client.on("error", () => {
        if (this.#atHand !== client) return;
        this.#atHand = undefined;
        client.release(true);
      }),
    );
    return pool;
  }

  #config(): PoolConfig {
    return {
      connectionString: this.#options.connectionString,
      application_name: "procblock",
      connectionTimeoutMillis: 5_000,
      query_timeout: 15_000,
      keepAlive: true,
      options: `-c search_path=${schemaName} -c statement_timeout=10s -c client_min_messages=error`,
    };
  }

  async #connect(): Promise<OpenSession> {
    const { default: pg } = await import("pg");
    const client = new pg.Client(this.#config());
    client.on("error", () => {});
    try {
      await client.connect();
      await migrate(client, this.url);
      const { rows } = await client.query<{ id: number; now: number }>(
        `insert into session (host, pid, since) values ($1, $2, extract(epoch from clock_timestamp()))
         returning id, since as now`,
        [hostname(), process.pid],
      );
      const { id = 0, now = 0 } = rows[0] ?? {};
      this.#ahead = now - Date.now() / 1000;
      await client.query("select pg_advisory_lock($1, $2)", [sessionLockClass, id]);
      await client.query("delete from session where id <> $1 and not alive(id)", [id]);
      // A machine that vanished keeps nothing for longer than this.
      await client.query(
        "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3",
      );
      for (const space of this.#heard) await client.query(`listen procblock_${space}`);
      // What happened meanwhile was not heard.
      this.bells.ringAll();
      return this.#watch(client, id);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
  }

  #watch(client: Client, id: number): OpenSession {
    const controller = new AbortController();
    const session: OpenSession = {
      id,
      client,
      controller,
      lost: controller.signal,
      heartbeat: setInterval(() => {
        client.query("select").catch((error: unknown) => this.#endSession(session, error));
      }, HEARTBEAT).unref(),
    };
    client.on("notification", ({ channel, payload = "" }) =>
      this.bells.ring(`${channel.slice("procblock_".length)}:${payload}`),
    );
    client.on("end", () => void this.#endSession(session, new Error("the connection was lost")));
    client.on("error", (error) => void this.#endSession(session, error));
    // An open space alone keeps no process alive. (The types do not know it.)
    (client as unknown as { unref(): void }).unref();
    this.#connected = true;
    return session;
  }

  async #endSession(session: OpenSession, reason: unknown): Promise<void> {
    if (session.lost.aborted) return;
    const current = await this.#session?.catch(() => undefined);
    if (current === session) this.#session = undefined;
    if (session.lost.aborted) return;
    this.#connected = false;
    clearInterval(session.heartbeat);
    session.controller.abort(unavailable(this.url, reason));
    // Whoever waits has lost its place: it looks again, and so makes a new session.
    this.bells.ringAll();
    await session.client.end().catch(() => {});
  }

  /** Prepared once per connection. */
  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `procblock${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}
