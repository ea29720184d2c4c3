import type { Seconds } from "../../base/index.ts";
import { DEFAULT_LOG_LIMIT } from "../limits.ts";
import type { SharedValue } from "../shared-value.ts";
import type { Log, LogEntry } from "../types.ts";
import { textOfValue, valueOfText } from "../value-text.ts";
import type { Row } from "./database.ts";
import { follow } from "./follow.ts";
import type { Part } from "./part.ts";

const LIMIT = BigInt(DEFAULT_LOG_LIMIT);
const BATCH = 100;
/** Old entries are cut off now and then, so that appending costs the same however many there are. */
const CUT_EVERY = 100n;

const LAST_POSITION = `SELECT max(last, ifnull((SELECT max(position) FROM log_entry WHERE thing = ?1), 0))
  FROM thing WHERE id = ?1`;
const APPEND = `INSERT INTO log_entry (thing, position, time, body)
  VALUES (?1, (${LAST_POSITION}) + 1, ?2, ?3) RETURNING position`;
const LAST = `SELECT position, time, body FROM (SELECT * FROM log_entry
    WHERE thing = ? AND position > ? AND time >= ? ORDER BY position DESC LIMIT ?) ORDER BY position`;
const NEXT = `SELECT position, time, body FROM log_entry WHERE thing = ? AND position > ? ORDER BY position LIMIT ${BATCH}`;

export class SqliteLog implements Log {
  readonly #part: Part;

  constructor(part: Part) {
    this.#part = part;
  }

  async append(entry: SharedValue): Promise<bigint> {
    const body = textOfValue(entry);
    const { space } = this.#part;
    const { store } = space;
    const { database } = store;
    return space.run(() => {
      const id = this.#part.id();
      const position = database.one(APPEND, id, space.now, body)?.[0] as bigint;
      if (position % CUT_EVERY === 0n && position > LIMIT) {
        const sql = "DELETE FROM log_entry WHERE thing = ? AND position <= ?";
        // It is appended: an error here would deny it.
        database.tryNow(() => database.change(sql, id, position - LIMIT));
      }
      store.changed(id, store.isHeard(id));
      return position;
    });
  }

  tail(options: Parameters<Log["tail"]>[0] = {}): AsyncIterable<LogEntry> {
    const { lines = 10, since = Number.NEGATIVE_INFINITY, follow: goesOn = false, signal } = options;
    const { database } = this.#part.space.store;
    let pending: Row[] = [];
    let seen = 0n;
    const read = (id: bigint) => {
      const last = this.#last(id);
      pending = [...database.all(LAST, id, last - LIMIT, since, Math.max(0, lines))];
      seen = last;
    };
    const subscription = follow<LogEntry>(this.#part, {
      signal,
      begin: read,
      take: (id) => {
        if (pending.length === 0 && goesOn) pending = [...database.all(NEXT, id, seen)];
        const row = pending.shift();
        if (row === undefined) {
          if (!goesOn) subscription.end();
          return undefined;
        }
        if ((row[0] as bigint) > seen) seen = row[0] as bigint;
        return show(row);
      },
    });
    return subscription;
  }

  async trim({
    keep = DEFAULT_LOG_LIMIT,
    olderThan,
  }: {
    keep?: number;
    olderThan?: Seconds;
  }): Promise<number> {
    const { space } = this.#part;
    const { database } = space.store;
    const oldest = olderThan === undefined ? Number.NEGATIVE_INFINITY : space.now - olderThan;
    return space.run(() => {
      const id = this.#part.id();
      return database.transaction(() => {
        // Where the newest goes too, its position is not given again.
        database.change("UPDATE thing SET last = ? WHERE id = ?", this.#last(id), id);
        return database.change(
          `DELETE FROM log_entry WHERE thing = ?1 AND (time < ?2 OR position <=
             (SELECT position FROM log_entry WHERE thing = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?3))`,
          id,
          oldest,
          Math.min(Math.max(0, keep), DEFAULT_LOG_LIMIT),
        );
      });
    });
  }

  async length(): Promise<number> {
    const { space } = this.#part;
    const row = await space.run(() => {
      const id = this.#part.id();
      return space.store.database.one(
        "SELECT count(*) FROM log_entry WHERE thing = ? AND position > ?",
        id,
        this.#last(id) - LIMIT,
      );
    });
    return Number(row?.[0]);
  }

  #last(id: bigint): bigint {
    const { database } = this.#part.space.store;
    return (database.one(LAST_POSITION, id)?.[0] ?? 0n) as bigint;
  }
}

function show([position, time, body]: Row): LogEntry {
  return { position: position as bigint, time: time as number, entry: valueOfText(body as string) };
}
