import { checkInteger } from "../limits.ts";
import type { Counter } from "../types.ts";
import type { Part } from "./part.ts";

// In SQLite a sum that does not fit becomes a floating-point number.
const ADD = `INSERT INTO counter (thing, value) VALUES (?1, ?2)
  ON CONFLICT (thing) DO UPDATE SET value = value + excluded.value
  WHERE typeof(value + excluded.value) = 'integer' RETURNING value`;
const PUT = `INSERT INTO counter (thing, value) VALUES (?1, ?2)
  ON CONFLICT (thing) DO UPDATE SET value = excluded.value`;

export class SqliteCounter implements Counter {
  readonly #part: Part;

  constructor(part: Part) {
    this.#part = part;
  }

  async get(): Promise<bigint> {
    return this.#run(() => this.#get());
  }

  async set(value: bigint | number): Promise<void> {
    const integer = checkInteger(value);
    await this.#run(() => this.#database.change(PUT, this.#part.id(), integer));
  }

  async getSet(value: bigint | number): Promise<bigint> {
    const integer = checkInteger(value);
    return this.#run(() => {
      const id = this.#part.id();
      return this.#database.transaction(() => {
        const before = this.#get();
        this.#database.change(PUT, id, integer);
        return before;
      });
    });
  }

  async increment(by: bigint | number = 1n): Promise<bigint> {
    return this.#run(() => this.#add(checkInteger(by)));
  }

  async getIncrement(by: bigint | number = 1n): Promise<bigint> {
    const integer = checkInteger(by);
    return this.#run(() => this.#add(integer) - integer);
  }

  get #database() {
    return this.#part.space.store.database;
  }

  #run<T>(work: () => T): T | Promise<T> {
    return this.#part.space.run(work);
  }

  #get(): bigint {
    return (this.#database.one("SELECT value FROM counter WHERE thing = ?", this.#part.id())?.[0] ??
      0n) as bigint;
  }

  #add(by: bigint): bigint {
    const row = this.#database.one(ADD, this.#part.id(), by);
    if (row !== undefined) return row[0] as bigint;
    // Says why; or somebody has changed it meanwhile, and it fits now.
    checkInteger(this.#get() + by);
    return this.#add(by);
  }
}
