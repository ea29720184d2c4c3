import type { SqliteSpace } from "./space.ts";
import { storedName } from "./stored-name.ts";

export type Kind = "lock" | "counter" | "bucket" | "queue" | "log";

/** A thing by its number in the store, which is looked up once. */
export class Part {
  readonly space: SqliteSpace;
  readonly name: string;
  readonly #kind: Kind;
  #id: bigint | undefined;
  #generation = -1;

  constructor(space: SqliteSpace, kind: Kind, name: string) {
    this.space = space;
    this.name = name;
    this.#kind = kind;
  }

  /** Made if it does not exist. To be called outside of transactions: what is undone must not be remembered. */
  id(): bigint {
    const { database } = this.space.store;
    if (this.#id !== undefined && this.#generation === database.generation) return this.#id;
    const space = this.space.id();
    const name = storedName(this.name);
    const find = () =>
      database.one("SELECT id FROM thing WHERE space = ? AND kind = ? AND name = ?", space, this.#kind, name);
    let row = find();
    if (row === undefined) {
      database.change(
        "INSERT OR IGNORE INTO thing (space, kind, name) VALUES (?, ?, ?)",
        space,
        this.#kind,
        name,
      );
      row = find();
    }
    this.#id = row?.[0] as bigint;
    this.#generation = database.generation;
    return this.#id;
  }
}
