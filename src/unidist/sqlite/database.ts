import type { DatabaseSync, StatementSync } from "node:sqlite";
import { explain, isBusy, isWorthReopening, resultCode, unavailable } from "./faults.ts";
import { checkVersion, type Durability, inodeOf, openDatabase } from "./open-database.ts";
import { LONGEST_WAIT, pause, Turn } from "./patience.ts";

/** What a statement takes and gives; whole numbers come as bigints. */
export type Field = null | number | bigint | string;
export type Row = readonly Field[];

interface Waiting {
  readonly since: number;
  /** True when it is done, well or not; false: somebody else was writing. */
  attempt(isLast: boolean): boolean;
}

const INODE_CHECK = 1000;

/**
 * The connection of one thread to one file. It is opened by the first operation. Operations are carried out in the
 * order they were asked for, at once if possible, and never leave a transaction open when they return.
 */
export class Database {
  readonly path: string;
  readonly #durability: Durability;
  readonly #statements = new Map<string, StatementSync>();
  readonly #waiting: Waiting[] = [];
  readonly #turn = new Turn();
  /** Called in the operation that opened the file. */
  readonly #onOpen: () => void;
  #db: DatabaseSync | undefined;
  #inode = 0;
  #checked = 0;
  #isOver = false;
  /** Changes when another file is there: what was read from the one before is void. */
  generation = 0;

  constructor(path: string, durability: Durability, onOpen: () => void) {
    this.path = path;
    this.#durability = durability;
    this.#onOpen = onOpen;
  }

  /**
   * Carries out `work`, again and again while others are writing. It must be synchronous, and change nothing but the
   * database: what it throws undoes it. Throws `unavailable`.
   */
  run<T>(work: () => T): T | Promise<T> {
    const now = performance.now();
    if (this.#waiting.length === 0 && !this.#turn.isLong(now)) {
      try {
        return this.#attempt(work, now);
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    return new Promise<T>((resolve, reject) => {
      const attempt = (isLast: boolean) => {
        try {
          resolve(this.#attempt(work));
        } catch (error) {
          if (isBusy(error) && !isLast) return false;
          reject(isBusy(error) ? unavailable(this.path, busyFor) : error);
        }
        return true;
      };
      this.#waiting.push({ attempt, since: performance.now() });
      if (this.#waiting.length === 1) void this.#workOff();
    });
  }

  /** For looking only, and not in turn. Throws SQLite's own error when it is busy. */
  lookNow<T>(look: () => T): T {
    return this.#attempt(look);
  }

  /** For looking only, now or not at all. */
  tryNow<T>(look: () => T): T | undefined {
    try {
      return this.#attempt(look);
    } catch {
      return undefined;
    }
  }

  /** All rows. Only with `all` the end of a statement, its commit, is not only begun but seen to succeed. */
  all(sql: string, ...values: Field[]): readonly Row[] {
    return this.#prepare(sql).all(...values) as unknown as readonly Row[];
  }

  /** The only row. */
  one(sql: string, ...values: Field[]): Row | undefined {
    return this.all(sql, ...values)[0];
  }

  /** How many rows were changed. */
  change(sql: string, ...values: Field[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** Inside another transaction: a part of it. */
  transaction<T>(work: () => T): T {
    const db = this.#db;
    if (db === undefined || db.isTransaction) return work();
    this.change("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.change("COMMIT");
      return result;
    } catch (error) {
      if (db.isTransaction) this.change("ROLLBACK");
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#db !== undefined;
  }

  /** For good: nothing opens it again. */
  end(): void {
    this.#isOver = true;
    this.#close();
  }

  #close(): void {
    this.#statements.clear();
    const db = this.#db;
    this.#db = undefined;
    db?.close();
  }

  #attempt<T>(work: () => T, now = performance.now()): T {
    try {
      this.#open(now);
      return work();
    } catch (error) {
      if (isBusy(error)) throw error;
      throw this.#explain(error);
    }
  }

  #open(now: number): void {
    if (this.#isOver) throw unavailable(this.path, "it was closed");
    if (this.#db !== undefined) {
      if (now - this.#checked < INODE_CHECK) return;
      this.#checked = now;
      // Deleted or replaced under our feet: what we would write from now on nobody would see.
      if (inodeOf(this.path) === this.#inode) return;
      this.#close();
    }
    const { db, inode } = openDatabase(this.path, this.#durability);
    if (this.#inode !== inode) this.generation++;
    this.#db = db;
    this.#inode = inode;
    this.#checked = now;
    this.#onOpen();
  }

  #explain(error: unknown): unknown {
    const code = resultCode(error);
    if (code === undefined) return error;
    if (isWorthReopening(error)) this.#close();
    try {
      // A table that is missing: a newer program has changed the file meanwhile.
      if (code === 1 && this.#db !== undefined) checkVersion(this.#db, this.path);
    } catch (newer) {
      return newer;
    }
    return explain(this.path, error);
  }

  async #workOff(): Promise<void> {
    for (let tries = 0; this.#waiting.length > 0; ) {
      await pause(tries++);
      const [first] = this.#waiting;
      if (first === undefined || !first.attempt(performance.now() - first.since > LONGEST_WAIT)) continue;
      this.#waiting.shift();
      tries = 0;
      // The rest at once, as far as it goes.
      while (!this.#turn.isLong(performance.now()) && this.#waiting[0]?.attempt(false) === true)
        this.#waiting.shift();
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#db === undefined) throw unavailable(this.path, "it was closed");
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const busyFor = `another program has been writing to it for ${LONGEST_WAIT / 1000} s: look who has it open`;
