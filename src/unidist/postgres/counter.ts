import { checkInteger } from "../limits.ts";
import { SharedError } from "../shared-error.ts";
import type { Counter } from "../types.ts";
import type { PostgresPart } from "./part.ts";

const insert =
  "insert into counter as c (space, name, value) values ($1, $2, $3) on conflict (space, name) do update";

const statements = {
  get: "select value from counter where space = $1 and name = $2",
  set: `${insert} set value = excluded.value`,
  getSet: `${insert} set previous = c.value, value = excluded.value returning previous`,
  increment: `${insert} set value = c.value + excluded.value returning value`,
};

type Value = { readonly value: string };

export class PostgresCounter implements Counter {
  readonly #part: PostgresPart;

  constructor(part: PostgresPart) {
    this.#part = part;
  }

  async get(): Promise<bigint> {
    const [row] = await this.#part.query<Value>(statements.get, [], { repeatable: true });
    return BigInt(row?.value ?? 0);
  }

  async set(value: bigint | number): Promise<void> {
    await this.#part.query(statements.set, [checkInteger(value)], { repeatable: true });
  }

  async getSet(value: bigint | number): Promise<bigint> {
    const [row] = await this.#part.query<{ previous: string }>(statements.getSet, [checkInteger(value)], {
      repeatable: false,
    });
    return BigInt(row?.previous ?? 0);
  }

  async increment(by: bigint | number = 1n): Promise<bigint> {
    const amount = checkInteger(by);
    try {
      const [row] = await this.#part.query<Value>(statements.increment, [amount], { repeatable: false });
      return BigInt(row?.value ?? 0);
    } catch (error) {
      // The server says only that it is out of range; the sum is for the message.
      if (error instanceof SharedError && error.code === "overflow")
        checkInteger((await this.get()) + amount);
      throw error;
    }
  }

  async getIncrement(by: bigint | number = 1n): Promise<bigint> {
    const amount = checkInteger(by);
    return (await this.increment(amount)) - amount;
  }
}
