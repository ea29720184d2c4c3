import type { Clock } from "../../base/index.ts";
import { checkName } from "../limits.ts";
import { SharedError } from "../shared-error.ts";
import type { Counter, Lock, LockHolder, Log, Queue, Space, State } from "../types.ts";
import { SqliteCounter } from "./counter.ts";
import { listHolders, SqliteLock } from "./lock.ts";
import { SqliteLog } from "./log.ts";
import type { Durability } from "./open-database.ts";
import { type Kind, Part } from "./part.ts";
import { SqliteQueue } from "./queue.ts";
import { SqliteState } from "./state.ts";
import { Store } from "./store.ts";
import { shownName, storedName } from "./stored-name.ts";

/** Things whose numbers are remembered; programs may use endless names. */
const MOST_KNOWN = 10_000;

/** A space in one SQLite file. Nothing is opened before the first operation. */
export class SqliteSpace implements Space {
  readonly url: string;
  readonly name: string;
  readonly clock: Clock;
  readonly queueLimit: number;
  readonly store: Store;
  /** Tells the handles of one thread apart. */
  readonly handle: bigint;
  /** What ends with this handle. */
  readonly closers = new Set<() => unknown>();
  readonly #known = new Map<string, object>();
  #id: bigint | undefined;
  #generation = -1;
  #closed = false;

  constructor(
    url: string,
    path: string,
    name: string,
    options: { clock: Clock; queueLimit: number; durability: Durability },
  ) {
    this.url = url;
    this.name = checkName("space", name);
    this.clock = options.clock;
    this.queueLimit = options.queueLimit;
    this.store = Store.shared(path, options.durability);
    this.handle = this.store.nextHandle();
  }

  lock(name: string): Lock {
    return this.#find("lock", name, (part) => new SqliteLock(part));
  }

  counter(name: string): Counter {
    return this.#find("counter", name, (part) => new SqliteCounter(part));
  }

  state(bucket: string): State {
    return this.#find("bucket", bucket, (part) => new SqliteState(part));
  }

  queue(name: string): Queue {
    return this.#find("queue", name, (part) => new SqliteQueue(part));
  }

  log(name: string): Log {
    return this.#find("log", name, (part) => new SqliteLog(part));
  }

  async locks(): Promise<readonly LockHolder[]> {
    return this.run(() => listHolders(this));
  }

  async counters(): Promise<readonly { name: string; value: bigint }[]> {
    const rows = await this.#list(
      "SELECT name, value FROM thing JOIN counter ON thing = id WHERE space = ? ORDER BY name",
    );
    return rows.map(([name, value]) => ({ name, value: value as bigint }));
  }

  async states(): Promise<readonly { name: string; keys: number }[]> {
    const rows = await this.#list(
      `SELECT name, (SELECT count(*) FROM state WHERE thing = id AND value IS NOT NULL AND (expires IS NULL OR expires > ?2)) AS keys
         FROM thing WHERE space = ?1 AND kind = 'bucket' AND keys > 0 ORDER BY name`,
      this.now,
    );
    return rows.map(([name, keys]) => ({ name, keys: Number(keys) }));
  }

  async queues(): Promise<readonly { name: string; length: number; taken: number }[]> {
    const rows = await this.#list(
      `SELECT name, max(last_removed, (SELECT max(position) FROM message AS m WHERE m.thing = id)) - removed,
           (SELECT count(*) FROM message AS m WHERE m.thing = id AND client IS NOT NULL AND until > ?2)
         FROM thing JOIN message AS figures ON figures.thing = id AND position = 0
         WHERE space = ?1 AND kind = 'queue' ORDER BY name`,
      this.now,
    );
    return rows.map(([name, length, taken]) => ({ name, length: Number(length), taken: Number(taken) }));
  }

  async logs(): Promise<readonly { name: string; length: number }[]> {
    const rows = await this.#list(
      `SELECT name, (SELECT count(*) FROM log_entry WHERE thing = id)
         FROM thing WHERE space = ? AND kind = 'log' ORDER BY name`,
    );
    return rows.map(([name, length]) => ({ name, length: Number(length) }));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Including those that come in meanwhile.
    for (const close of this.closers) {
      try {
        await close();
      } catch {
        // The store is not available: others see that this thread is gone, once it is.
      }
    }
    await this.store.close();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Seconds since the epoch. */
  get now(): number {
    return this.clock.wall() / 1000;
  }

  /** See `Database.run`. */
  run<T>(work: () => T): T | Promise<T> {
    if (this.#closed) throw this.#closedError();
    return this.store.database.run(work);
  }

  /** To be called outside of transactions. */
  id(): bigint {
    const { database } = this.store;
    if (this.#id !== undefined && this.#generation === database.generation) return this.#id;
    const name = storedName(this.name);
    const find = () => database.one("SELECT id FROM space WHERE name = ?", name);
    let row = find();
    if (row === undefined) {
      database.change("INSERT OR IGNORE INTO space (name) VALUES (?)", name);
      row = find();
    }
    this.#id = row?.[0] as bigint;
    this.#generation = database.generation;
    return this.#id;
  }

  async #list(sql: string, ...values: number[]) {
    const { database } = this.store;
    const rows = await this.run(() => {
      this.store.tidy(this.clock);
      return database.all(sql, this.id(), ...values);
    });
    return rows.map(([name, ...rest]) => [shownName(name as string), ...rest] as const);
  }

  #find<T extends object>(kind: Kind, name: string, make: (part: Part) => T): T {
    if (this.#closed) throw this.#closedError();
    const key = `${kind} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known as T;
    const made = make(new Part(this, kind, checkName(kind, name)));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, made);
    return made;
  }

  #closedError(): SharedError {
    return new SharedError("closed", `space "${this.name}" is closed`);
  }
}
