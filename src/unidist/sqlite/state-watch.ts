import { SharedError } from "../shared-error.ts";
import type { StateChange } from "../types.ts";
import { valueOfText } from "../value-text.ts";
import { follow } from "./follow.ts";
import type { Part } from "./part.ts";
import { shownName } from "./stored-name.ts";

/** Of a row of `state`, with the parameter that holds the time. */
export const LIVE = (now: string) => `value IS NOT NULL AND (expires IS NULL OR expires > ${now})`;

const BATCH = 100;
const CHANGED = `SELECT key, version, value IS NULL FROM state WHERE thing = ? AND version > ? ORDER BY version LIMIT ${BATCH}`;
const READ =
  "SELECT value FROM state WHERE thing = ? AND key = ? AND version = ? AND (expires IS NULL OR expires > ?)";

interface Candidate {
  readonly key: string;
  readonly version: bigint;
}

/**
 * Every change of a bucket has a version; a watcher remembers how far it has read. Only keys are read ahead: their
 * values are looked up when somebody asks for them, so that it is always the newest.
 */
export function watchState(
  part: Part,
  keyOrPrefix: string,
  signal: AbortSignal | undefined,
): AsyncIterable<StateChange> {
  const { space } = part;
  const { database } = space.store;
  const prefix = keyOrPrefix.endsWith("*") ? keyOrPrefix.slice(0, -1) : undefined;
  const matches = (key: string) => (prefix === undefined ? key === keyOrPrefix : key.startsWith(prefix));
  const candidates: Candidate[] = [];
  let seen = 0n;
  /** What was deleted before the watching began is no news. */
  let began = 0n;

  const readAhead = (id: bigint): boolean => {
    const rows = database.all(CHANGED, id, seen);
    for (const [stored, version = 0n, isGone] of rows) {
      const key = stored as string;
      seen = version as bigint;
      if (matches(shownName(key)) && (isGone === 0n || seen > began)) candidates.push({ key, version: seen });
    }
    return rows.length === BATCH;
  };
  const forgotten = (id: bigint) =>
    (database.one("SELECT forgotten FROM thing WHERE id = ?", id)?.[0] ?? 0n) as bigint;

  return follow<StateChange>(part, {
    signal,
    begin: (id) => {
      began = (database.one("SELECT ifnull(max(version), 0) FROM state WHERE thing = ?", id)?.[0] ??
        0n) as bigint;
    },
    take: (id) => {
      for (;;) {
        const next = candidates.shift();
        if (next === undefined) {
          if (seen >= began && seen > 0n && forgotten(id) > seen)
            throw new SharedError(
              "lost",
              `a watcher of "${part.name}" has read nothing for an hour and missed changes`,
            );
          if (!readAhead(id) && candidates.length === 0) return undefined;
          continue;
        }
        const row = database.one(READ, id, next.key, next.version, space.now);
        // It has changed again, and comes later; or its time is over, which is a change to come.
        if (row === undefined) continue;
        const value = row[0] === null ? undefined : valueOfText(row[0] as string);
        return { key: shownName(next.key), value };
      }
    },
  });
}
