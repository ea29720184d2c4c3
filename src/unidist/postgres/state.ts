import { isDeepStrictEqual } from "node:util";
import { emptyMapping, type Seconds, setKey } from "../../base/index.ts";
import { checkName } from "../limits.ts";
import { copyShareable, type SharedMapping, type SharedValue } from "../shared-value.ts";
import type { State, StateChange } from "../types.ts";
import { nameOfText, textOfName, textOfValue, valueOfText } from "../value-text.ts";
import { ChangeReader } from "./change-reader.ts";
import type { PostgresPart } from "./part.ts";
import { StateChanges } from "./state-changes.ts";

const here = "from state where space = $1 and bucket = $2";
const present = "value is not null and (expires is null or expires > $3)";

const statements = {
  get: `select value, version, expires ${here} and key = $3`,
  put: "select put, had from state_put($1, $2, $3, $4, $5, $6, $7, $8)",
  keys: `select key ${here} and ${present} order by key`,
  entries: `select key, value ${here} and ${present} order by key`,
  purge: "select state_purge($1, $2, $3)",
};

/** Seconds that a deleted key is remembered, for watchers who were cut off. */
const REMEMBERED = 3600;
/** Deletions between two looks for what can be forgotten. */
const PURGE_EVERY = 200;

interface Row {
  readonly value: string | null;
  readonly version: string;
  readonly expires: number | null;
}

interface Put {
  /** So many seconds from now. */
  readonly expires?: number;
  /** Only if this is the key's version; "0": it was never there. */
  readonly version?: string;
  /** Only if this is the value's text. */
  readonly text?: string;
}

export class PostgresState implements State {
  readonly #part: PostgresPart;
  #deletions = 0;

  constructor(part: PostgresPart) {
    this.#part = part;
  }

  async get(key: string): Promise<SharedValue | undefined> {
    return (await this.#read(key)).value;
  }

  async set(key: string, value: SharedValue): Promise<void> {
    await this.#put(key, textOfValue(value), {});
  }

  async setWithExpiry(key: string, value: SharedValue, after: Seconds): Promise<void> {
    await this.#put(key, textOfValue(value), { expires: after });
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#put(key, null, {})).had;
  }

  async keys(): Promise<readonly string[]> {
    const rows = await this.#query<{ key: string }>(statements.keys, () => [this.#part.now()]);
    return rows.map(({ key }) => nameOfText(key));
  }

  async entries(): Promise<SharedMapping> {
    const rows = await this.#query<{ key: string; value: string }>(statements.entries, () => [
      this.#part.now(),
    ]);
    const all: SharedMapping = emptyMapping();
    for (const { key, value } of rows) setKey(all as never, nameOfText(key), valueOfText(value) as never);
    return all;
  }

  async update(
    key: string,
    change: (value: SharedValue | undefined) => SharedValue | undefined,
  ): Promise<SharedValue | undefined> {
    for (;;) {
      const { value, version } = await this.#read(key);
      const next = change(value);
      const text = next === undefined ? null : textOfValue(next);
      if ((await this.#put(key, text, { version })).done) return next;
    }
  }

  async compareAndSet(
    key: string,
    expected: SharedValue | undefined,
    value: SharedValue | undefined,
  ): Promise<boolean> {
    const text = value === undefined ? null : textOfValue(value);
    // Most often what is there was written just as it is expected, and one question is enough.
    if (expected !== undefined && (await this.#put(key, text, { text: textOfValue(expected) })).done)
      return true;
    const wanted = expected === undefined ? undefined : copyShareable(expected);
    for (;;) {
      const found = await this.#read(key);
      if (!isDeepStrictEqual(found.value, wanted)) return false;
      if ((await this.#put(key, text, { version: found.version })).done) return true;
    }
  }

  watch(keyOrPrefix: string, signal?: AbortSignal): AsyncIterable<StateChange> {
    const changes = new StateChanges(this.#part, keyOrPrefix);
    const reader = new ChangeReader<StateChange>(this.#part, {
      signal,
      follow: true,
      begin: () => changes.begin(),
      more: () => changes.more(),
      due: () => changes.due(),
    });
    this.#part.begins(reader.begun);
    return reader;
  }

  async #read(key: string): Promise<{ value: SharedValue | undefined; version: string }> {
    const [row] = await this.#query<Row>(statements.get, [textOfName(key)]);
    const now = this.#part.now();
    if (row === undefined) return { value: undefined, version: "0" };
    const there = row.value !== null && (row.expires === null || row.expires > now);
    return { value: there ? valueOfText(row.value) : undefined, version: row.version };
  }

  async #put(key: string, value: string | null, how: Put): Promise<{ done: boolean; had: boolean }> {
    checkName("key", key);
    await this.#part.begun;
    const { expires, version = null, text = null } = how;
    // Setting the same once more changes nothing but the version.
    const repeatable = version === null && text === null && value !== null;
    const [row] = await this.#part.query<{ put: string | null; had: boolean }>(
      statements.put,
      () => [textOfName(key), value, this.#part.now(), this.#expiry(expires), version, text],
      { repeatable },
    );
    if (value === null && ++this.#deletions % PURGE_EVERY === 0)
      await this.#query(statements.purge, () => [this.#part.now() - REMEMBERED]);
    return { done: row?.put !== null, had: row?.had === true };
  }

  #expiry(after: number | undefined): number | null {
    return after === undefined ? null : this.#part.later(after);
  }

  #query<R extends object>(
    text: string,
    values: readonly unknown[] | (() => readonly unknown[]),
  ): Promise<R[]> {
    return this.#part.query<R>(text, values, { repeatable: true });
  }
}
