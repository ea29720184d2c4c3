import type { Database } from "./database.ts";
import { handOver } from "./hand-over.ts";

const TOMBSTONE_SECONDS = 3600;

/**
 * Leases, visibilities and values whose time is over. Where the wall clock was set back they would last longer than
 * they were given: the rest of their time starts anew then. Returns whether there was anything to do.
 */
export function expire(database: Database, now: number): boolean {
  const due = database.one(
    `SELECT EXISTS (SELECT 1 FROM lock WHERE until <= ?1 OR until > ?1 + lease)
         OR EXISTS (SELECT 1 FROM message INDEXED BY message_taken WHERE client IS NOT NULL AND (until <= ?1 OR until > ?1 + visibility))
         OR EXISTS (SELECT 1 FROM state INDEXED BY state_expires WHERE expires IS NOT NULL AND (expires <= ?1 OR expires > ?1 + lifetime))`,
    now,
  );
  if (due?.[0] !== 1n) return false;
  database.transaction(() => {
    database.change("UPDATE lock SET until = ?1 + lease WHERE until > ?1 + lease", now);
    database.change(
      "UPDATE message INDEXED BY message_taken SET until = ?1 + visibility WHERE client IS NOT NULL AND until > ?1 + visibility",
      now,
    );
    database.change(
      "UPDATE state SET expires = ?1 + lifetime WHERE (thing, key) IN (SELECT thing, key FROM state INDEXED BY state_expires WHERE expires IS NOT NULL AND expires > ?1 + lifetime)",
      now,
    );
    for (const [thing] of database.all("SELECT thing FROM lock WHERE until <= ?", now))
      handOver(database, thing as bigint, now);
    database.change(
      "UPDATE message INDEXED BY message_taken SET client = NULL, handle = NULL, until = NULL, visibility = NULL WHERE client IS NOT NULL AND until <= ?",
      now,
    );
    // One by one: every change has a version of its own.
    for (const [thing, key] of database.all("SELECT thing, key FROM state WHERE expires <= ?", now))
      database.change(
        `UPDATE state SET value = NULL, lifetime = NULL, expires = NULL, deleted = ?3,
           version = (SELECT max(version) + 1 FROM state WHERE thing = ?1) WHERE thing = ?1 AND key = ?2`,
        thing as bigint,
        key as string,
        now,
      );
  });
  return true;
}

/** What is left of deleted keys goes after an hour; the newest version of a bucket stays, so that versions only grow. */
export function forgetDeleted(database: Database, now: number): void {
  const old = database.all(
    "SELECT thing, key, version FROM state WHERE deleted < ?1 - ?2 AND version < (SELECT max(version) FROM state AS s WHERE s.thing = state.thing) LIMIT 1000",
    now,
    TOMBSTONE_SECONDS,
  );
  if (old.length === 0) return;
  database.transaction(() => {
    for (const [thing = 0n, key = "", version = 0n] of old) {
      const sql = "DELETE FROM state WHERE thing = ? AND key = ? AND version = ?";
      if (database.change(sql, thing, key, version) > 0)
        database.change("UPDATE thing SET forgotten = max(forgotten, ?) WHERE id = ?", version, thing);
    }
  });
}
