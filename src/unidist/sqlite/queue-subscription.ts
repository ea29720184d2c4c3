import { SharedError } from "../shared-error.ts";
import type { QueueMessage } from "../types.ts";
import type { Row } from "./database.ts";
import { follow } from "./follow.ts";
import type { Part } from "./part.ts";
import { figuresOf } from "./queue-figures.ts";
import { showMessage } from "./show-message.ts";

const BATCH = 100;
const READ = `SELECT position, time, key, body FROM message WHERE thing = ?1 AND position > ?2
  UNION ALL SELECT position, time, key, body FROM removed_message WHERE thing = ?1 AND position > ?2
  ORDER BY position LIMIT ${BATCH}`;
const FORGET = `DELETE FROM removed_message WHERE thing = ?1
  AND position <= ifnull((SELECT min(seen) FROM subscriber WHERE thing = ?1), 9223372036854775807)`;

/** Who subscribes is known to the store: what others take out of the queue is kept until it was read here. */
export function subscribe(
  part: Part,
  { from, signal }: { from?: bigint; signal?: AbortSignal },
): AsyncIterable<QueueMessage> {
  const { store } = part.space;
  const { database } = store;
  let subscriber: bigint | undefined;
  let seen = 0n;
  let pending: Row[] = [];

  const forgotten = (id: bigint) =>
    (database.one("SELECT forgotten FROM thing WHERE id = ?", id)?.[0] ?? 0n) as bigint;
  /** What is read need not be kept for us. Not done now, it is done the next time. */
  const passOn = (id: bigint) => {
    database.tryNow(() =>
      database.transaction(() => {
        database.change("UPDATE subscriber SET seen = ? WHERE id = ?", seen, subscriber ?? 0n);
        database.change(FORGET, id);
      }),
    );
  };

  return follow<QueueMessage>(part, {
    signal,
    begin: (id) => {
      const client = store.clients.ensureId();
      database.transaction(() => {
        // Before the first message is the row that is none.
        seen = from === undefined ? figuresOf(database, id).last : from < 1n ? 0n : from - 1n;
        const sql = "INSERT INTO subscriber (thing, client, seen) VALUES (?, ?, ?) RETURNING id";
        subscriber = database.one(sql, id, client, seen)?.[0] as bigint;
      });
    },
    take: (id) => {
      if (pending.length === 0) {
        pending = [...database.all(READ, id, seen)];
        const last = pending.at(-1)?.[0] as bigint | undefined;
        if (last === undefined) return undefined;
        if (from === undefined && forgotten(id) > seen)
          throw new SharedError("lost", `a subscriber of queue "${part.name}" fell 100000 messages behind`);
        seen = last;
        passOn(id);
      }
      const row = pending.shift();
      return row === undefined ? undefined : showMessage(row);
    },
    onEnd: (id) => {
      if (subscriber === undefined) return;
      database.change("DELETE FROM subscriber WHERE id = ?", subscriber);
      database.change(FORGET, id);
    },
  });
}
