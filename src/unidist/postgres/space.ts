import type { Clock } from "../../base/index.ts";
import { checkName, DEFAULT_LOG_LIMIT } from "../limits.ts";
import { SharedError } from "../shared-error.ts";
import type { Counter, Lock, LockHolder, Log, Queue, Space, State } from "../types.ts";
import { nameOfText, textOfName } from "../value-text.ts";
import { PostgresCounter } from "./counter.ts";
import { type HeldLease, type HeldRow, holderOf, PostgresLock } from "./lock.ts";
import { PostgresLog } from "./log.ts";
import { type Beginnings, PostgresPart } from "./part.ts";
import { PostgresQueue } from "./queue.ts";
import { PostgresServer } from "./server.ts";
import { PostgresState } from "./state.ts";

const statements = {
  space: `with made as (insert into space (name) values ($1) on conflict do nothing returning id)
    select id from made union all select id from space where name = $1 limit 1`,
  locks:
    "select name, token, holder, since from lock where space = $1 and session is not null and (until is null or until > $2) and alive(session) order by name",
  counters: "select name, value from counter where space = $1 order by name",
  states:
    "select bucket as name, count(*) as keys from state where space = $1 and value is not null and (expires is null or expires > $2) group by bucket order by bucket",
  queues: `select q.name, count(m.position) as length, count(m.taken_until) filter (where m.taken_until > $2) as taken
    from queue q left join message m on m.queue = q.id and not m.done where q.space = $1 group by q.name order by q.name`,
  logs: "select l.name, count(e.position) as length from log l left join entry e on e.log = l.id and e.position > l.last - $2 where l.space = $1 group by l.name order by l.name",
};

type Kind = "lock" | "counter" | "state" | "queue" | "log";

/** What this process holds, by store, space and lock: all handles know of it. */
const held = new Map<string, Set<HeldLease>>();

export class PostgresSpace implements Space {
  readonly url: string;
  readonly name: string;
  readonly #clock: Clock;
  readonly #queueLimit: number;
  readonly #server: PostgresServer;
  readonly #closed = new AbortController();
  readonly #things = new Map<string, unknown>();
  readonly #ownLeases = new Set<HeldLease>();
  readonly #beginnings: Beginnings = { done: Promise.resolve() };
  #id: Promise<string> | undefined;

  constructor(url: string, name: string, clock: Clock, queueLimit: number) {
    this.#server = PostgresServer.open(url);
    this.url = this.#server.url;
    this.name = checkName("space", name);
    this.#clock = clock;
    this.#queueLimit = queueLimit;
  }

  lock(name: string): Lock {
    return this.#find("lock", "lock", name, (part) => {
      const key = JSON.stringify([this.url, this.name, name]);
      const leases = held.get(key) ?? new Set<HeldLease>();
      held.set(key, leases);
      return new PostgresLock(part, leases, this.#ownLeases);
    });
  }

  counter(name: string): Counter {
    return this.#find("counter", "counter", name, (part) => new PostgresCounter(part));
  }

  state(bucket: string): State {
    return this.#find("state", "bucket", bucket, (part) => new PostgresState(part));
  }

  queue(name: string): Queue {
    return this.#find("queue", "queue", name, (part) => new PostgresQueue(part, this.#queueLimit));
  }

  log(name: string): Log {
    return this.#find("log", "log", name, (part) => new PostgresLog(part));
  }

  async locks(): Promise<readonly LockHolder[]> {
    return (await this.#query<HeldRow>(statements.locks, () => [this.#now()])).map(holderOf);
  }

  async counters(): Promise<readonly { name: string; value: bigint }[]> {
    const rows = await this.#query<{ name: string; value: string }>(statements.counters, []);
    return rows.map(({ name, value }) => ({ name: nameOfText(name), value: BigInt(value) }));
  }

  async states(): Promise<readonly { name: string; keys: number }[]> {
    const rows = await this.#query<{ name: string; keys: string }>(statements.states, () => [this.#now()]);
    return rows.map(({ name, keys }) => ({ name: nameOfText(name), keys: Number(keys) }));
  }

  async queues(): Promise<readonly { name: string; length: number; taken: number }[]> {
    const rows = await this.#query<{ name: string; length: string; taken: string }>(statements.queues, () => [
      this.#now(),
    ]);
    return rows.map(({ name, length, taken }) => ({
      name: nameOfText(name),
      length: Number(length),
      taken: Number(taken),
    }));
  }

  async logs(): Promise<readonly { name: string; length: number }[]> {
    const rows = await this.#query<{ name: string; length: string }>(statements.logs, [DEFAULT_LOG_LIMIT]);
    return rows.map(({ name, length }) => ({ name: nameOfText(name), length: Number(length) }));
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    await Promise.all([...this.#ownLeases].map((lease) => lease.release().catch(() => {})));
    await this.#server.close();
  }

  #now(): number {
    return this.#clock.wall() / 1000 + this.#server.ahead;
  }

  #find<T>(kind: Kind, what: string, name: string, make: (part: PostgresPart) => T): T {
    this.#checkOpen();
    checkName(what, name);
    const key = JSON.stringify([kind, name]);
    const found = this.#things.get(key) as T | undefined;
    if (found !== undefined) return found;
    const space = {
      id: () => this.#spaceId(),
      server: this.#server,
      clock: this.#clock,
      closed: this.#closed.signal,
      beginnings: this.#beginnings,
    };
    const thing = make(new PostgresPart(space, kind, name));
    this.#things.set(key, thing);
    return thing;
  }

  async #query<Row extends object>(
    text: string,
    given: readonly unknown[] | (() => readonly unknown[]),
  ): Promise<Row[]> {
    this.#checkOpen();
    const id = await this.#spaceId();
    const values = typeof given === "function" ? given() : given;
    return this.#server.query<Row & Record<string, unknown>>(text, [id, ...values], { repeatable: true });
  }

  #spaceId(): Promise<string> {
    this.#id ??= this.#server
      .query<{ id: string }>(statements.space, [textOfName(this.name)], { repeatable: true })
      .then((rows) => rows[0]?.id ?? this.#again())
      .catch((error: unknown) => {
        this.#id = undefined;
        throw error;
      });
    return this.#id;
  }

  /** Somebody else made it at the very same time, and its row was not to be seen yet. */
  #again(): Promise<string> {
    this.#id = undefined;
    return this.#spaceId();
  }

  #checkOpen(): void {
    if (this.#closed.signal.aborted) throw new SharedError("closed", `space "${this.name}" is closed`);
  }
}
