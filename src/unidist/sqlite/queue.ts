import type { Seconds } from "../../base/index.ts";
import { checkName, queueFull } from "../limits.ts";
import { SharedError } from "../shared-error.ts";
import type { SharedValue } from "../shared-value.ts";
import type { Queue, QueueMessage, TakenMessage } from "../types.ts";
import { textOfValue } from "../value-text.ts";
import type { Row } from "./database.ts";
import type { Part } from "./part.ts";
import { FIGURES, figuresOf } from "./queue-figures.ts";
import { subscribe } from "./queue-subscription.ts";
import { showMessage } from "./show-message.ts";
import { Takers } from "./takers.ts";

const DEFAULT_VISIBILITY = 30 as Seconds;

const PUSH = `INSERT INTO message (thing, position, time, key, body)
  SELECT ?1, last + 1, ?2, ?3, ?4 FROM (${FIGURES}) WHERE last - removed + ?5 <= ?6 RETURNING position`;
const PUSH_NEXT = "INSERT INTO message (thing, position, time, key, body) VALUES (?, ?, ?, ?, ?)";
/** Not taken, and no other of its key is being worked on: so the order of a key holds. */
const AVAILABLE = `SELECT position FROM message AS m WHERE thing = ?1 AND position > 0 AND (client IS NULL OR until <= ?2)
  AND (key IS NULL OR NOT EXISTS (SELECT 1 FROM message AS t INDEXED BY message_taken
    WHERE t.thing = ?1 AND t.key = m.key AND t.client IS NOT NULL AND t.until > ?2)) ORDER BY position`;
const POPPED = "RETURNING position, time, key, body";
/** For one much faster than with a limit that is a parameter. */
const POP = `DELETE FROM message WHERE thing = ?1 AND position = (${AVAILABLE} LIMIT 1) ${POPPED}`;
const POP_MANY = `DELETE FROM message WHERE thing = ?1 AND position IN (${AVAILABLE} LIMIT ?3) ${POPPED}`;
const TAKE = `UPDATE message SET client = ?3, handle = ?4, visibility = ?5, until = ?2 + ?5, deliveries = deliveries + 1
  WHERE thing = ?1 AND position = (${AVAILABLE} LIMIT 1) RETURNING position, time, key, body, deliveries`;
const IS_MINE = "thing = ? AND position = ? AND client = ? AND deliveries = ? AND until > ?";
const GIVE_BACK = "UPDATE message SET client = NULL, handle = NULL, visibility = NULL, until = NULL";
const PEEK = `SELECT position, time, key, body FROM (SELECT * FROM message
  WHERE thing = ? AND position > 0 ORDER BY position DESC LIMIT ?) ORDER BY position`;

export class SqliteQueue implements Queue {
  readonly #part: Part;
  readonly #takers: Takers;
  #hasTaken = false;
  /** The generation of the database in which the row of position 0 was seen. */
  #counted = -1;

  constructor(part: Part) {
    this.#part = part;
    this.#takers = new Takers(part, (visibility) => this.#take(visibility));
  }

  async push(message: SharedValue, options: { key?: string } = {}): Promise<bigint> {
    return this.#push([textOfValue(message)], options.key, (last) => last);
  }

  async pushMany(
    messages: readonly SharedValue[],
    options: { key?: string } = {},
  ): Promise<readonly bigint[]> {
    const bodies = messages.map(textOfValue);
    if (bodies.length === 0) return [];
    const first = (last: bigint) => last - BigInt(bodies.length) + 1n;
    return this.#push(bodies, options.key, (last) => bodies.map((_, index) => first(last) + BigInt(index)));
  }

  async pop(): Promise<QueueMessage | undefined> {
    return (await this.#pop(1))[0];
  }

  async popMany(most: number): Promise<readonly QueueMessage[]> {
    return this.#pop(most);
  }

  async take(options: { visibility?: Seconds; wait?: Seconds } = {}): Promise<TakenMessage | undefined> {
    const { visibility = DEFAULT_VISIBILITY, wait } = options;
    const taken = await this.#part.space.run(() => this.#take(visibility));
    if (taken !== undefined || wait === undefined || wait <= 0) return taken;
    return this.#takers.wait(wait, visibility);
  }

  async peek(options: { last?: number } = {}): Promise<readonly QueueMessage[]> {
    const { database } = this.#part.space.store;
    const rows = await this.#part.space.run(() =>
      database.all(PEEK, this.#part.id(), Math.max(0, options.last ?? 25)),
    );
    return rows.map(showMessage);
  }

  async trim(options: { keep?: number; olderThan?: Seconds }): Promise<number> {
    const { space } = this.#part;
    const { database } = space.store;
    return space.run(() => {
      const id = this.#part.id();
      return database.change(
        `DELETE FROM message WHERE thing = ?1 AND position > 0 AND (
             position < (SELECT ifnull(min(position), 9223372036854775807) FROM message WHERE thing = ?1 AND position > 0 AND time >= ?2)
             OR position <= (SELECT position FROM message WHERE thing = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?3))`,
        id,
        options.olderThan === undefined ? Number.NEGATIVE_INFINITY : space.now - options.olderThan,
        Math.max(0, Math.min(options.keep ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
      );
    });
  }

  async length(): Promise<number> {
    const { space } = this.#part;
    return space.run(() => {
      const { last, removed } = figuresOf(space.store.database, this.#part.id());
      return Number(last - removed);
    });
  }

  subscribe(options: { from?: bigint; signal?: AbortSignal } = {}): AsyncIterable<QueueMessage> {
    return subscribe(this.#part, options);
  }

  #push<T>(
    bodies: readonly string[],
    key: string | undefined,
    positions: (last: bigint) => T,
  ): T | Promise<T> {
    if (key !== undefined) checkName("key", key);
    const { space, name } = this.#part;
    const { store, queueLimit } = space;
    const { database } = store;
    // JSON keeps what SQLite's text cannot.
    const storedKey = key === undefined ? null : JSON.stringify(key);
    return space.run(() => {
      const id = this.#part.id();
      this.#ensureFigures(id);
      const push = (body: string, count: number) =>
        database.one(PUSH, id, space.now, storedKey, body, count, queueLimit)?.[0] as bigint | undefined;
      const [only = ""] = bodies;
      const last =
        bodies.length === 1
          ? push(only, 1)
          : database.transaction(() => {
              const first = push(only, bodies.length);
              if (first === undefined) return undefined;
              let position = first;
              for (const body of bodies.slice(1))
                database.change(PUSH_NEXT, id, ++position, space.now, storedKey, body);
              return position;
            });
      if (last === undefined) throw queueFull(name, queueLimit);
      store.changed(id, store.isHeard(id));
      return positions(last);
    });
  }

  /** To be called outside of transactions: what is undone must not be remembered. */
  #ensureFigures(id: bigint): void {
    const { database } = this.#part.space.store;
    if (this.#counted === database.generation) return;
    const sql =
      "INSERT OR IGNORE INTO message (thing, position, time, body, removed, last_removed) VALUES (?, 0, 0, '', 0, 0)";
    database.change(sql, id);
    this.#counted = database.generation;
  }

  async #pop(most: number): Promise<QueueMessage[]> {
    const { space } = this.#part;
    const { store } = space;
    const { database } = store;
    if (!(most >= 1)) return [];
    const rows = await space.run(() => {
      const id = this.#part.id();
      const pop = () =>
        most < 2
          ? database.all(POP, id, space.now)
          : database.all(POP_MANY, id, space.now, Math.min(Math.floor(most), Number.MAX_SAFE_INTEGER));
      const popped = pop();
      return popped.length === 0 && this.#mayBeDead(id) ? pop() : popped;
    });
    // In whatever order SQLite deleted them.
    return rows.map(showMessage).sort((a, b) => (a.position < b.position ? -1 : 1));
  }

  /** In an operation. */
  #take(visibility: Seconds): TakenMessage | undefined {
    const { space } = this.#part;
    const { store, now, handle } = space;
    const id = this.#part.id();
    const client = store.clients.ensureId();
    const take = () => store.database.one(TAKE, id, now, client, handle, visibility);
    let row = take();
    if (row === undefined && this.#mayBeDead(id)) row = take();
    if (row === undefined) return undefined;
    if (!this.#hasTaken) space.closers.add(() => this.#giveAllBack(client));
    this.#hasTaken = true;
    return this.#hold(id, client, row);
  }

  /** Whether what others have taken may be free now. */
  #mayBeDead(id: bigint): boolean {
    const { store, clock } = this.#part.space;
    const sql =
      "SELECT 1 FROM message INDEXED BY message_taken WHERE thing = ? AND client IS NOT NULL LIMIT 1";
    return store.database.one(sql, id) !== undefined && store.tidy(clock);
  }

  #hold(id: bigint, client: bigint, row: Row): TakenMessage {
    const { space, name } = this.#part;
    const { store } = space;
    const { database } = store;
    const [position = 0n, , key, , deliveries = 0n] = row;
    const mine = () => [id, position, client, deliveries, space.now] as const;
    const end = async (change: () => number, isNews: boolean) => {
      const changed = await space.run(() => {
        const count = change();
        if (count > 0 && isNews) store.changed(id, store.isHeard(id));
        return count;
      });
      if (changed > 0) return;
      throw new SharedError(
        "lost",
        `message ${position} of queue "${name}" is not held any more: its time was over or it was trimmed`,
      );
    };
    const remove = () => database.change(`DELETE FROM message WHERE ${IS_MINE}`, ...mine());
    return {
      ...showMessage(row),
      deliveries: Number(deliveries),
      // The next of its key may go now.
      ack: () => end(remove, key !== null),
      nack: () => end(() => database.change(`${GIVE_BACK} WHERE ${IS_MINE}`, ...mine()), true),
    };
  }

  /** With the space, what it has taken and not acknowledged. */
  async #giveAllBack(client: bigint): Promise<void> {
    const { store, handle } = this.#part.space;
    const { database } = store;
    await database.run(() => {
      const id = this.#part.id();
      const given = database.change(
        `${GIVE_BACK} WHERE thing = ? AND client = ? AND handle = ?`,
        id,
        client,
        handle,
      );
      if (given > 0) store.changed(id, store.isHeard(id));
    });
  }
}
