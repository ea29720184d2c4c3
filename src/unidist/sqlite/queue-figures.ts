import type { Database } from "./database.ts";

/** The position given last, and how many messages have left, of queue `?1`; no row when nothing was ever pushed. */
export const FIGURES = `SELECT max(last_removed, (SELECT max(position) FROM message WHERE thing = ?1)) AS last, removed
  FROM message WHERE thing = ?1 AND position = 0`;

export function figuresOf(database: Database, queue: bigint): { last: bigint; removed: bigint } {
  const [last = 0n, removed = 0n] = database.one(FIGURES, queue) ?? [];
  return { last: last as bigint, removed: removed as bigint };
}
