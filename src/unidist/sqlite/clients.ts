import type { Database } from "./database.ts";
import { handOver } from "./hand-over.ts";
import { isGone, ownThread, type ThreadIdentity } from "./thread-identity.ts";

/** This thread as the store knows it, and those that the store believes to be there. */
export class Clients {
  readonly #database: Database;
  readonly #self = ownThread();
  #id: bigint | undefined;
  #generation = -1;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Of this thread; 0 when it never held or awaited anything. */
  get id(): bigint {
    return this.#generation === this.#database.generation ? (this.#id ?? 0n) : 0n;
  }

  /** To be called outside of transactions: what is undone must not be remembered. */
  ensureId(): bigint {
    if (this.id !== 0n) return this.id;
    const { host, boot, pid, started, thread, threadStarted } = this.#self;
    const row = this.#database.one(
      "INSERT INTO client (host, boot, pid, started, thread, thread_started) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
      host,
      boot,
      pid,
      started,
      thread,
      threadStarted,
    );
    this.#id = row?.[0] as bigint;
    this.#generation = this.#database.generation;
    return this.#id;
  }

  /** Takes away what dead threads and processes hold. Returns whether there was any. */
  reap(now: number): boolean {
    const dead = this.#others().filter(({ identity }) => isGone(identity));
    for (const { id } of dead) this.#remove(id, now);
    return dead.length > 0;
  }

  /** When nothing is held any more. Returns whether somebody may have waited for it. */
  leave(now: number): boolean {
    if (this.id === 0n) return false;
    this.#remove(this.id, now);
    this.#id = undefined;
    return true;
  }

  #others(): { id: bigint; identity: ThreadIdentity }[] {
    const rows = this.#database.all(
      "SELECT id, host, boot, pid, started, thread, thread_started FROM client WHERE id <> ?",
      this.id,
    );
    return rows.map(([id, host, boot, pid, started, thread, threadStarted]) => ({
      id: id as bigint,
      identity: {
        host: host as string,
        boot: boot as string,
        pid: Number(pid),
        started: started as string,
        thread: Number(thread),
        threadStarted: threadStarted as string,
      },
    }));
  }

  #remove(id: bigint, now: number): void {
    const database = this.#database;
    database.transaction(() => {
      database.change("DELETE FROM waiter WHERE client = ?", id);
      for (const [thing] of database.all("SELECT thing FROM lock WHERE client = ?", id))
        handOver(database, thing as bigint, now);
      database.change(giveBack, id);
      database.change("DELETE FROM listener WHERE client = ?", id);
      database.change("DELETE FROM subscriber WHERE client = ?", id);
      database.change(
        "DELETE FROM removed_message WHERE position <= ifnull((SELECT min(seen) FROM subscriber AS s WHERE s.thing = removed_message.thing), position)",
      );
      database.change("DELETE FROM client WHERE id = ?", id);
    });
  }
}

// INDEXED BY: there may be a hundred thousand messages, and few are taken.
const giveBack =
  "UPDATE message INDEXED BY message_taken SET client = NULL, handle = NULL, until = NULL, visibility = NULL WHERE client IS NOT NULL AND client = ?";
