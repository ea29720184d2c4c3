import type { Clock } from "../../base/index.ts";
import { Attention } from "./attention.ts";
import { Clients } from "./clients.ts";
import { Database } from "./database.ts";
import { expire, forgetDeleted } from "./expire.ts";
import type { Durability } from "./open-database.ts";
import { WakeFile } from "./wake-file.ts";

const TIDY_EVERY = 60_000;

/** Those of this thread; the last space that closes closes the file. */
const stores = new Map<string, Store>();

/** One file as one thread sees it, for all its spaces. */
export class Store {
  readonly database: Database;
  readonly clients: Clients;
  readonly attention: Attention;
  readonly #key: string;
  readonly #wakeFile: WakeFile;
  /** Handles in this thread are told apart by a number. */
  #handles = 0;
  #open = 0;
  #isFirstOpen = true;
  #tidied = Number.NEGATIVE_INFINITY;

  private constructor(key: string, path: string, durability: Durability) {
    this.#key = key;
    this.database = new Database(path, durability, () => this.#opened());
    this.clients = new Clients(this.database);
    this.attention = new Attention(this.database, (clock) => this.tidy(clock));
    this.#wakeFile = new WakeFile(`${path}.wake`, () => this.#woken());
  }

  static shared(path: string, durability: Durability): Store {
    const key = `${durability} ${path}`;
    const store = stores.get(key) ?? new Store(key, path, durability);
    stores.set(key, store);
    store.#open++;
    return store;
  }

  nextHandle(): bigint {
    return BigInt(++this.#handles);
  }

  /** Others wake this thread from now on. False when they cannot: then it has to look by itself. */
  listen(): boolean {
    return this.#wakeFile.listen();
  }

  /** To be called outside of transactions. Others wake this thread when the thing changes. */
  listenTo(thing: bigint): void {
    this.listen();
    const client = this.clients.ensureId();
    const known = this.database.one("SELECT 1 FROM listener WHERE thing = ? AND client = ?", thing, client);
    if (known === undefined)
      this.database.change("INSERT OR IGNORE INTO listener (thing, client) VALUES (?, ?)", thing, client);
  }

  /** For a statement's end: whether somebody else listens to the thing. */
  isHeard(thing: bigint): boolean {
    const sql = "SELECT 1 FROM listener WHERE thing = ? AND client <> ? LIMIT 1";
    return this.database.one(sql, thing, this.clients.id) !== undefined;
  }

  /** After a commit. */
  changed(thing: bigint, isHeard: boolean): void {
    if (isHeard) this.wakeOthers();
    this.attention.changed(thing);
  }

  wakeOthers(): void {
    this.#wakeFile.touch();
  }

  /** What dead ones held and what is over goes to who waits for it. Returns whether there was any. */
  tidy(clock: Clock): boolean {
    const now = clock.wall() / 1000;
    const reaped = this.clients.reap(now);
    const isTidier = expire(this.database, now) || reaped;
    if (isTidier) {
      this.wakeOthers();
      // Not at once: somebody's operation is going on.
      queueMicrotask(() => this.attention.callAll());
    }
    return isTidier;
  }

  /** Now and then, with an operation that writes: nobody may be waiting who would look. */
  tidyNowAndThen(clock: Clock): void {
    if (performance.now() - this.#tidied < TIDY_EVERY) return;
    this.#tidied = performance.now();
    this.tidy(clock);
    forgetDeleted(this.database, clock.wall() / 1000);
  }

  async close(): Promise<void> {
    if (--this.#open > 0) return;
    stores.delete(this.#key);
    try {
      if (this.database.isOpen && (await this.database.run(() => this.clients.leave(Date.now() / 1000))))
        this.wakeOthers();
    } catch {
      // The store is not available: others see that this thread is gone, once it is.
    }
    this.attention.end();
    this.#wakeFile.close();
    this.database.end();
  }

  #opened(): void {
    if (this.#isFirstOpen) this.clients.reap(Date.now() / 1000);
    this.#isFirstOpen = false;
  }

  #woken(): void {
    if (!this.attention.isEmpty) {
      this.attention.lookNow();
      return;
    }
    // Nobody here waits any more: no need to be woken.
    const { id } = this.clients;
    if (id !== 0n)
      this.database.tryNow(() => this.database.change("DELETE FROM listener WHERE client = ?", id));
  }
}
