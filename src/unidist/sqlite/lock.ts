import { hostname } from "node:os";
import type { Lease, Lock, LockHolder } from "../types.ts";
import type { Field, Row } from "./database.ts";
import { handOver } from "./hand-over.ts";
import { SqliteLease } from "./lease.ts";
import { type AcquireOptions, type Attempt, awaitTurn } from "./lock-waiter.ts";
import type { Part } from "./part.ts";
import type { SqliteSpace } from "./space.ts";
import { shownName } from "./stored-name.ts";

const TAKE_FREE = `INSERT INTO lock (thing, token, client, ticket, lease, until, since, host, pid, thread, block)
  VALUES (?1, 1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
  ON CONFLICT (thing) DO UPDATE SET token = token + 1, client = excluded.client, ticket = 0, lease = excluded.lease,
    until = excluded.until, since = excluded.since, host = excluded.host, pid = excluded.pid,
    thread = excluded.thread, block = excluded.block
  WHERE client IS NULL RETURNING token`;
const QUEUE_UP = `INSERT INTO waiter (thing, client, lease, host, pid, thread, block)
  VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING ticket`;
const HOLDERS = `SELECT name, token, since, host, pid, thread, block FROM lock JOIN thing ON thing = id
  WHERE client IS NOT NULL AND (until IS NULL OR until > ?)`;

const host = hostname();

/** First come, first served: who gives it back hands it to the one who has waited longest. */
export class SqliteLock implements Lock {
  readonly #part: Part;

  constructor(part: Part) {
    this.#part = part;
  }

  async acquire(options: AcquireOptions = {}): Promise<Lease | null> {
    if (options.signal?.aborted === true) return null;
    const tried = await this.#part.space.run(() => {
      const attempt = this.#takeOrQueue(options);
      // Right now, so that it hears of everything that happens to it.
      return attempt !== undefined && "token" in attempt
        ? new SqliteLease(this.#part, attempt.token, options.lease)
        : attempt;
    });
    if (tried === undefined) return null;
    if (tried instanceof SqliteLease) return tried;
    return awaitTurn(this.#part, tried.ticket, options, () => this.#takeOrQueue(options));
  }

  async isLocked(): Promise<boolean> {
    return (await this.list()).length > 0;
  }

  async list(): Promise<readonly LockHolder[]> {
    const { space } = this.#part;
    return space.run(() => {
      const id = this.#part.id();
      space.store.tidy(space.clock);
      return space.store.database.all(`${HOLDERS} AND thing = ?`, space.now, id).map(show);
    });
  }

  async breakLock(): Promise<boolean> {
    const { space } = this.#part;
    const { store, now } = space;
    const holder = await space.run(() => {
      const id = this.#part.id();
      store.tidy(space.clock);
      return store.database.transaction(() => {
        const held = store.database.one("SELECT client FROM lock WHERE thing = ? AND client IS NOT NULL", id);
        if (held !== undefined) handOver(store.database, id, now);
        return held?.[0];
      });
    });
    if (holder === undefined) return false;
    store.changed(this.#part.id(), true);
    return true;
  }

  /** Undefined: it is held, and nobody shall wait for it. */
  #takeOrQueue(options: AcquireOptions): Attempt {
    const { space } = this.#part;
    const { store, now } = space;
    const { database } = store;
    const id = this.#part.id();
    const client = store.clients.ensureId();
    const lease = options.lease ?? null;
    const holder = holderOf(options);
    const take = () =>
      database.one(TAKE_FREE, id, client, lease, lease === null ? null : now + lease, now, ...holder);
    const taken = take();
    if (taken !== undefined) return { token: taken[0] as bigint };
    // Perhaps by a dead one, or for too long.
    store.tidy(space.clock);
    if (options.timeout !== undefined && options.timeout <= 0) return tokenOf(take());
    return database.transaction(
      () =>
        tokenOf(take()) ?? {
          ticket: database.one(QUEUE_UP, id, client, lease, ...holder)?.[0] as bigint,
        },
    );
  }
}

export function listHolders(space: SqliteSpace): LockHolder[] {
  const id = space.id();
  space.store.tidy(space.clock);
  return space.store.database.all(`${HOLDERS} AND space = ? ORDER BY name`, space.now, id).map(show);
}

function tokenOf(row: Row | undefined): { token: bigint } | undefined {
  return row === undefined ? undefined : { token: row[0] as bigint };
}

function holderOf({ holder = {} }: AcquireOptions): Field[] {
  return [
    (holder.host ?? host).toWellFormed(),
    BigInt(holder.pid ?? process.pid),
    (holder.thread ?? "").toWellFormed(),
    (holder.block ?? "").toWellFormed(),
  ];
}

function show([name, token, since, host, pid, thread, block]: Row): LockHolder {
  return {
    lock: shownName(name as string),
    token: token as bigint,
    since: since as number,
    host: host as string,
    pid: Number(pid),
    thread: thread as string,
    block: block as string,
  };
}
