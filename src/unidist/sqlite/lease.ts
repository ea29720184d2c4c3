import type { Milliseconds, Seconds, Timer } from "../../base/index.ts";
import { SharedError } from "../shared-error.ts";
import type { Lease } from "../types.ts";
import { handOver } from "./hand-over.ts";
import type { Part } from "./part.ts";

const RELEASE_UNAWAITED = `UPDATE lock SET client = NULL, ticket = 0, lease = NULL, until = NULL
  WHERE thing = ?1 AND token = ?2 AND client = ?3 AND NOT EXISTS (SELECT 1 FROM waiter WHERE thing = ?1)`;
const IS_MINE = "SELECT 1 FROM lock WHERE thing = ? AND token = ? AND client = ?";
const LOOK_AGAIN = 50;
const LOOK_EVERY = 100;

/** A lock that this thread holds. */
export class SqliteLease implements Lease {
  readonly token: bigint;
  readonly #part: Part;
  readonly #thing: bigint;
  readonly #client: bigint;
  readonly #given: Seconds | undefined;
  readonly #controller = new AbortController();
  readonly #ignore: () => void;
  readonly #close = () => this.#closeWithSpace();
  /** Only where nobody can tell us that it was taken away. */
  #looking: NodeJS.Timeout | undefined;
  #timer: Timer | undefined;
  #isOver = false;

  /** To be made in the turn in which the lock was got. */
  constructor(part: Part, token: bigint, lease: Seconds | undefined) {
    const { space } = part;
    this.#part = part;
    this.token = token;
    this.#given = lease;
    this.#thing = part.id();
    this.#client = space.store.clients.id;
    this.#ignore = space.store.attention.add(this.#thing, () => this.#check());
    space.closers.add(this.#close);
    if (!space.store.listen()) this.#looking = setInterval(() => this.#check(), LOOK_EVERY).unref();
    this.#startTimer(lease);
  }

  get lost(): AbortSignal {
    return this.#controller.signal;
  }

  async release(): Promise<void> {
    if (this.#isOver) throw this.#notHeld();
    if (await this.#part.space.run(() => this.#giveBack())) return;
    this.#lose(`lock "${this.#part.name}" was released by someone else`);
    throw this.#notHeld();
  }

  async extend(lease = this.#given): Promise<void> {
    if (this.#isOver) throw this.#notHeld();
    const { space } = this.#part;
    const changed = await space.run(() =>
      space.store.database.change(
        "UPDATE lock SET lease = ?, until = ? WHERE thing = ? AND token = ? AND client = ?",
        lease ?? null,
        lease === undefined ? null : space.now + lease,
        this.#thing,
        this.token,
        this.#client,
      ),
    );
    if (changed === 0) {
      this.#lose(`lock "${this.#part.name}" was released by someone else`);
      throw this.#notHeld();
    }
    if (!this.#isOver) this.#startTimer(lease);
  }

  /** False when it was not ours any more. */
  #giveBack(): boolean {
    const { store, now } = this.#part.space;
    const { database } = store;
    const mine = [this.#thing, this.token, this.#client] as const;
    if (database.change(RELEASE_UNAWAITED, ...mine) > 0) {
      this.#end();
      return true;
    }
    const next = database.transaction(() =>
      database.one(IS_MINE, ...mine) === undefined ? false : handOver(database, this.#thing, now),
    );
    if (next === false) return false;
    this.#end();
    if (next !== undefined) store.changed(this.#thing, next.client !== this.#client);
    return true;
  }

  #startTimer(lease: Seconds | undefined): void {
    this.#timer?.cancel();
    this.#timer =
      lease === undefined
        ? undefined
        : this.#part.space.clock.after((lease * 1000) as Milliseconds, () => {
            this.#lose(`the lease of lock "${this.#part.name}" ended`);
            void this.#giveBackLater();
          });
  }

  /** Somebody may have taken it away. */
  #check(): void {
    if (this.#isOver) return;
    const { database } = this.#part.space.store;
    const isMine = database.tryNow(
      () => database.one(IS_MINE, this.#thing, this.token, this.#client) !== undefined,
    );
    if (isMine === false) this.#lose(`lock "${this.#part.name}" was released by someone else`);
    else if (isMine === undefined) setTimeout(() => this.#check(), LOOK_AGAIN).unref();
  }

  #lose(why: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#controller.abort(new SharedError("lost", why));
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    clearInterval(this.#looking);
    this.#ignore();
    this.#part.space.closers.delete(this.#close);
  }

  #notHeld(): SharedError {
    return new SharedError(
      "not-held",
      `lock "${this.#part.name}" is not held any more (token ${this.token})`,
    );
  }

  async #closeWithSpace(): Promise<void> {
    this.#lose("the space was closed");
    await this.#giveBackLater();
  }

  /** What cannot be given back now ends by its time, or with this thread. */
  async #giveBackLater(): Promise<void> {
    try {
      await this.#part.space.store.database.run(() => this.#giveBack());
    } catch {
      // The store is not available: others cannot get the lock there either.
    }
  }
}
