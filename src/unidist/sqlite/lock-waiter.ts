import type { Milliseconds } from "../../base/index.ts";
import type { Lease, Lock } from "../types.ts";
import { SqliteLease } from "./lease.ts";
import type { Part } from "./part.ts";

export type AcquireOptions = NonNullable<Parameters<Lock["acquire"]>[0]>;

export type Attempt = { token: bigint } | { ticket: bigint } | undefined;

const TRY_AGAIN = 1000;
const GRANTED = "SELECT token FROM lock WHERE thing = ? AND ticket = ? AND client = ?";

/** Whoever gives the lock back writes our ticket into it. `again` lines up anew, for when we were taken for dead. */
export function awaitTurn(
  part: Part,
  firstTicket: bigint,
  options: AcquireOptions,
  again: () => Attempt,
): Promise<Lease | null> {
  const { space } = part;
  const { database, clients, attention } = space.store;
  const thing = part.id();
  let ticket = firstTicket;

  return new Promise((resolve, reject) => {
    let isSettled = false;
    let hasFailed = false;
    const settle = (token: bigint | undefined) => {
      if (isSettled) return;
      isSettled = true;
      stopWaiting();
      timer?.cancel();
      options.signal?.removeEventListener("abort", giveUp);
      space.closers.delete(leave);
      const lease = token === undefined ? null : new SqliteLease(part, token, options.lease);
      if (hasFailed) void lease?.release().catch(() => undefined);
      else resolve(lease);
    };
    const granted = () => database.one(GRANTED, thing, ticket, clients.id)?.[0] as bigint | undefined;

    const check = () => {
      if (isSettled) return;
      const found = database.tryNow((): Attempt => {
        const token = granted();
        if (token !== undefined) return { token };
        return database.one("SELECT 1 FROM waiter WHERE ticket = ?", ticket) === undefined
          ? again()
          : { ticket };
      });
      // Undefined: the store cannot be read now. We look again soon.
      if (found === undefined) return;
      if ("token" in found) settle(found.token);
      else ticket = found.ticket;
    };
    /** Out of the line, unless the lock is ours by now. */
    const leave = async () => {
      const token = await database.run(() =>
        database.change("DELETE FROM waiter WHERE ticket = ?", ticket) > 0 ? undefined : granted(),
      );
      settle(token);
    };
    const giveUp = () =>
      void leave().catch((error: unknown) => {
        // Nobody waits for the answer any more, but as long as we stand in line we may get the lock.
        hasFailed = true;
        reject(error);
        if (database.isOpen) setTimeout(giveUp, TRY_AGAIN).unref();
      });

    space.store.listen();
    const stopWaiting = attention.wait(thing, space.clock, check);
    const timer =
      options.timeout === undefined
        ? undefined
        : space.clock.after((options.timeout * 1000) as Milliseconds, giveUp);
    options.signal?.addEventListener("abort", giveUp);
    space.closers.add(leave);
    if (options.signal?.aborted === true || space.isClosed) giveUp();
    else check();
  });
}
