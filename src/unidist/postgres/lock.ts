import { hostname } from "node:os";
import type { Milliseconds, Seconds, Timer } from "../../base/index.ts";
import { SharedError } from "../shared-error.ts";
import type { Holder, Lease, Lock, LockHolder } from "../types.ts";
import { nameOfText } from "../value-text.ts";
import type { Bell } from "./bells.ts";
import type { PostgresPart } from "./part.ts";
import type { Session } from "./server.ts";

const statements = {
  acquire: "select got, ticket, free_at from lock_acquire($1, $2, $3, $4, $5, $6, $7, $8)",
  release: "select lock_release($1, $2, $3) as token",
  giveUp: "delete from waiter where space = $1 and name = $2 and ticket = $3",
  extend:
    "update lock set until = $4 where space = $1 and name = $2 and token = $3 and session = $5 and (until is null or until > $6) returning token",
  held: "select token from lock where space = $1 and name = $2 and session is not null and (until is null or until > $3)",
  list: "select name, token, holder, since from lock where space = $1 and name = $2 and session is not null and (until is null or until > $3) and alive(session)",
};

/** How often who waits looks whether the holder still lives: nobody is told when a connection ends. */
const LOOK = 500 as Milliseconds;

type AcquireOptions = NonNullable<Parameters<Lock["acquire"]>[0]>;

interface Attempt {
  readonly got: string | null;
  readonly ticket: string | null;
  readonly free_at: number | null;
}

/** A row of the store, as `list` and the space's `locks` show it. */
export interface HeldRow {
  readonly name: string;
  readonly token: string;
  readonly holder: string;
  readonly since: number;
}

export function holderOf({ name, token, holder, since }: HeldRow): LockHolder {
  return { ...(JSON.parse(holder) as Holder), lock: nameOfText(name), token: BigInt(token), since };
}

export class PostgresLock implements Lock {
  readonly #part: PostgresPart;
  readonly #held: Set<HeldLease>;
  readonly #own: Set<HeldLease>;
  /** Those who ask through this handle get their places in the order they asked. */
  #asked: Promise<unknown> = Promise.resolve();

  /** `held`: what this process holds of this lock, through whatever handle; `own`: of all locks, through this handle. */
  constructor(part: PostgresPart, held: Set<HeldLease>, own: Set<HeldLease>) {
    this.#part = part;
    this.#held = held;
    this.#own = own;
  }

  async acquire(options: AcquireOptions = {}): Promise<Lease | null> {
    const { timeout, signal } = options;
    if (signal?.aborted === true) return null;
    // Set now: what the store takes to answer is part of the time.
    const over = new Expiry(this.#part, timeout);
    const before = this.#asked;
    const { promise, resolve: hasPlace } = Promise.withResolvers<void>();
    this.#asked = promise;
    const { bell, session, remove } = await this.#part.bell().catch((error: unknown) => {
      hasPlace();
      throw error;
    });
    await before;
    const ring = () => bell.ring();
    over.onEnd = ring;
    signal?.addEventListener("abort", ring);
    this.#part.closed.addEventListener("abort", ring);
    try {
      return await this.#wait(bell, session, over, options, hasPlace);
    } finally {
      hasPlace();
      over.cancel();
      remove();
      signal?.removeEventListener("abort", ring);
      this.#part.closed.removeEventListener("abort", ring);
    }
  }

  async #wait(
    bell: Bell,
    first: Session,
    over: Expiry,
    options: AcquireOptions,
    hasPlace: () => void,
  ): Promise<Lease | null> {
    const givenUp = () => options.signal?.aborted === true || this.#part.closed.aborted;
    let session = first;
    let ticket: string | null = null;
    for (;;) {
      if (session.lost.aborted) {
        // Its place among the waiters went with the session.
        session = await this.#part.server.session();
        ticket = null;
      }
      const wait = !over.ended && !(options.timeout !== undefined && options.timeout <= 0);
      const attempt: Attempt = await this.#attempt(session, ticket, options, wait && !givenUp());
      ticket = attempt.ticket;
      hasPlace();
      if (attempt.got !== null) {
        const lease = new HeldLease(
          this.#part,
          [this.#held, this.#own],
          session,
          BigInt(attempt.got),
          options.lease,
        );
        if (!givenUp()) return lease;
        await lease.release();
        return null;
      }
      if (!wait || givenUp()) {
        if (ticket !== null) await this.#part.query(statements.giveUp, [ticket], { repeatable: true });
        return null;
      }
      await this.#ringOrLook(bell, attempt.free_at);
    }
  }

  async #attempt(
    session: Session,
    ticket: string | null,
    options: AcquireOptions,
    wait: boolean,
  ): Promise<Attempt> {
    const { holder = {}, lease } = options;
    const shown: Holder = {
      host: holder.host ?? hostname(),
      pid: holder.pid ?? process.pid,
      thread: holder.thread ?? "",
      block: holder.block ?? "",
    };
    const values = [session.id, ticket, JSON.stringify(shown), this.#part.now(), lease ?? null, wait];
    // Repeated after a lost connection it finds what the first one took to be a dead session's.
    const [row] = await this.#part.query<Attempt>(statements.acquire, values, { repeatable: true });
    return row ?? { got: null, ticket, free_at: null };
  }

  async #ringOrLook(bell: Bell, freeAt: number | null): Promise<void> {
    const { clock } = this.#part;
    const left = freeAt === null ? LOOK : Math.min(LOOK, (freeAt - this.#part.now()) * 1000);
    if (left <= 0) return;
    const timer = clock.after(left as Milliseconds, () => bell.ring());
    // The end of a lease is looked for on its own: a moved clock jumps over `LOOK`.
    await bell.wait();
    timer.cancel();
  }

  async isLocked(): Promise<boolean> {
    return (await this.list()).length > 0;
  }

  async list(): Promise<readonly LockHolder[]> {
    const rows = await this.#part.query<HeldRow>(statements.list, () => [this.#part.now()], {
      repeatable: true,
    });
    return rows.map(holderOf);
  }

  async breakLock(): Promise<boolean> {
    if (!(await this.isLocked())) return false;
    const [row] = await this.#part.query<{ token: string | null }>(statements.release, [null], {
      repeatable: true,
    });
    if (row === undefined || row.token === null) return false;
    for (const lease of this.#held)
      if (String(lease.token) === row.token) lease.lose("was released by someone else");
    return true;
  }
}

/** A time that an operation has; undefined: as long as it takes. */
class Expiry {
  ended = false;
  onEnd = (): void => {};
  readonly #timer: Timer | undefined;

  constructor({ clock }: PostgresPart, time: Seconds | undefined) {
    if (time === undefined) return;
    this.#timer = clock.after((time * 1000) as Milliseconds, () => {
      this.ended = true;
      this.onEnd();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}

export class HeldLease implements Lease {
  readonly token: bigint;
  readonly #part: PostgresPart;
  readonly #all: readonly Set<HeldLease>[];
  readonly #session: Session;
  readonly #time: Seconds | undefined;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  #timer: Timer | undefined;

  constructor(
    part: PostgresPart,
    all: readonly Set<HeldLease>[],
    session: Session,
    token: bigint,
    time: Seconds | undefined,
  ) {
    this.#part = part;
    this.#all = all;
    this.#session = session;
    this.token = token;
    this.#time = time;
    for (const set of all) set.add(this);
    this.#expire(time);
    session.lost.addEventListener("abort", this.#sessionLost);
    if (session.lost.aborted) this.#sessionLost();
    else void this.#watch();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  readonly release = async (): Promise<void> => {
    this.#checkHeld();
    this.#end();
    const [row] = await this.#part.query<{ token: string | null }>(statements.release, [this.token], {
      repeatable: true,
    });
    if (row?.token !== String(this.token) && !this.#session.lost.aborted) throw this.#notHeld();
  };

  readonly extend = async (time = this.#time): Promise<void> => {
    this.#checkHeld();
    const until = time === undefined ? null : this.#part.later(time);
    const values = [this.token, until, this.#session.id, this.#part.now()];
    const [row] = await this.#part.query(statements.extend, values, { repeatable: true });
    if (row === undefined) {
      this.lose("ended");
      throw this.#notHeld();
    }
    this.#expire(time);
  };

  lose(why: string): void {
    if (this.#ended.signal.aborted) return;
    this.#end();
    this.#lost.abort(new SharedError("lost", `lock "${this.#part.name}" ${why}`));
  }

  readonly #sessionLost = () => this.lose("was lost with the connection to the store");

  /** Somebody may break it from elsewhere. */
  async #watch(): Promise<void> {
    let remove = () => {};
    try {
      const heard = await this.#part.bell();
      remove = heard.remove;
      const { bell } = heard;
      this.#ended.signal.addEventListener("abort", () => bell.ring());
      if (this.#ended.signal.aborted) return;
      for (;;) {
        await bell.wait();
        if (this.#ended.signal.aborted) return;
        const now = this.#part.now();
        const rows = await this.#part.query<{ token: string }>(statements.held, [now], { repeatable: true });
        if (!rows.some(({ token }) => token === String(this.token)))
          this.lose("was released by someone else");
      }
    } catch {
      // Whether it is held is not known while the store is away; when its session ended it is told.
    } finally {
      remove();
    }
  }

  #expire(time: Seconds | undefined): void {
    this.#timer?.cancel();
    this.#timer =
      time === undefined
        ? undefined
        : this.#part.clock.after((time * 1000) as Milliseconds, () =>
            this.lose("was held to the end of its lease"),
          );
  }

  #checkHeld(): void {
    if (this.#ended.signal.aborted) throw this.#notHeld();
  }

  #notHeld(): SharedError {
    return new SharedError(
      "not-held",
      `lock "${this.#part.name}" is not held any more (token ${this.token})`,
    );
  }

  #end(): void {
    this.#timer?.cancel();
    for (const set of this.#all) set.delete(this);
    this.#session.lost.removeEventListener("abort", this.#sessionLost);
    this.#ended.abort();
  }
}
