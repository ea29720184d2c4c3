import type { Database } from "./database.ts";

/**
 * Whoever holds the lock has it no longer; who has waited longest has it now. To be called in a transaction. The
 * client that got it must be told, and the one that lost it, if it did not give it back itself.
 */
export function handOver(database: Database, thing: bigint, now: number): { client: bigint } | undefined {
  const next = database.one(
    "SELECT ticket, client, lease, host, pid, thread, block FROM waiter WHERE thing = ? ORDER BY ticket LIMIT 1",
    thing,
  );
  if (next === undefined) {
    database.change(
      "UPDATE lock SET client = NULL, ticket = 0, lease = NULL, until = NULL WHERE thing = ?",
      thing,
    );
    return undefined;
  }
  const [ticket = 0n, client = 0n, lease = null, ...holder] = next;
  database.change("DELETE FROM waiter WHERE ticket = ?", ticket);
  database.change(
    "UPDATE lock SET token = token + 1, ticket = ?, client = ?, lease = ?, host = ?, pid = ?, thread = ?, block = ?, until = ?, since = ? WHERE thing = ?",
    ticket,
    client,
    lease,
    ...holder,
    lease === null ? null : now + Number(lease),
    now,
    thing,
  );
  return { client: client as bigint };
}
