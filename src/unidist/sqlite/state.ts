import { emptyMapping, type Seconds, setKey } from "../../base/index.ts";
import { checkName } from "../limits.ts";
import type { SharedMapping, SharedValue } from "../shared-value.ts";
import type { State, StateChange } from "../types.ts";
import { comparableText, textOfValue, valueOfText } from "../value-text.ts";
import type { Part } from "./part.ts";
import { LIVE, watchState } from "./state-watch.ts";
import { shownName, storedName } from "./stored-name.ts";

const NEXT_VERSION = "(SELECT ifnull(max(version), 0) + 1 FROM state WHERE thing = ?1)";
const PUT = `INSERT INTO state (thing, key, value, version, lifetime, expires)
  VALUES (?1, ?2, ?3, ${NEXT_VERSION}, ?4, ?5)
  ON CONFLICT (thing, key) DO UPDATE SET value = excluded.value, version = excluded.version,
    lifetime = excluded.lifetime, expires = excluded.expires, deleted = NULL`;
const DELETE = `UPDATE state SET value = NULL, lifetime = NULL, expires = NULL, deleted = ?3, version = ${NEXT_VERSION}
  WHERE thing = ?1 AND key = ?2 AND ${LIVE("?3")}`;
const GET = `SELECT value, version FROM state WHERE thing = ?1 AND key = ?2 AND ${LIVE("?3")}`;

interface Entry {
  readonly text: string;
  readonly version: bigint;
}

export class SqliteState implements State {
  readonly #part: Part;

  constructor(part: Part) {
    this.#part = part;
  }

  async get(key: string): Promise<SharedValue | undefined> {
    const entry = await this.#part.space.run(() => this.#read(this.#part.id(), key));
    return entry === undefined ? undefined : valueOfText(entry.text);
  }

  async set(key: string, value: SharedValue): Promise<void> {
    await this.#put(key, value, null);
  }

  async setWithExpiry(key: string, value: SharedValue, after: Seconds): Promise<void> {
    await this.#put(key, value, after);
  }

  async delete(key: string): Promise<boolean> {
    return this.#write((id) => this.#remove(id, key), Boolean);
  }

  async keys(): Promise<readonly string[]> {
    const rows = await this.#rows("key");
    return rows.map(([key]) => shownName(key as string));
  }

  async entries(): Promise<SharedMapping> {
    const all: SharedMapping = emptyMapping();
    for (const [key, text] of await this.#rows("key, value"))
      setKey(all as never, shownName(key as string), valueOfText(text as string) as never);
    return all;
  }

  async update(
    key: string,
    change: (value: SharedValue | undefined) => SharedValue | undefined,
  ): Promise<SharedValue | undefined> {
    checkName("key", key);
    for (;;) {
      const before = await this.#part.space.run(() => this.#read(this.#part.id(), key));
      const next = change(before === undefined ? undefined : valueOfText(before.text));
      const text = next === undefined ? undefined : textOfValue(next);
      // `change` is somebody's code, and there are others: the value may be another by now.
      const isUnchanged = (now: Entry | undefined) => now?.version === before?.version;
      if (await this.#replace(key, isUnchanged, text)) return next;
    }
  }

  async compareAndSet(
    key: string,
    expected: SharedValue | undefined,
    value: SharedValue | undefined,
  ): Promise<boolean> {
    checkName("key", key);
    const wanted = expected === undefined ? undefined : comparableText(expected);
    const isExpected = (now: Entry | undefined) =>
      (now === undefined ? undefined : comparableText(valueOfText(now.text))) === wanted;
    return this.#replace(key, isExpected, value === undefined ? undefined : textOfValue(value));
  }

  watch(keyOrPrefix: string, signal?: AbortSignal): AsyncIterable<StateChange> {
    return watchState(this.#part, keyOrPrefix, signal);
  }

  async #put(key: string, value: SharedValue, lifetime: number | null): Promise<void> {
    checkName("key", key);
    const text = textOfValue(value);
    await this.#write(
      (id) => this.#store(id, key, text, lifetime),
      () => true,
    );
  }

  #replace(
    key: string,
    condition: (now: Entry | undefined) => boolean,
    text: string | undefined,
  ): boolean | Promise<boolean> {
    const { database } = this.#part.space.store;
    return this.#write(
      (id) =>
        database.transaction(() => {
          if (!condition(this.#read(id, key))) return false;
          if (text === undefined) this.#remove(id, key);
          else this.#store(id, key, text, null);
          return true;
        }),
      Boolean,
    );
  }

  #read(id: bigint, key: string): Entry | undefined {
    const { database } = this.#part.space.store;
    const row = database.one(GET, id, storedName(key), this.#part.space.now);
    return row === undefined ? undefined : { text: row[0] as string, version: row[1] as bigint };
  }

  #store(id: bigint, key: string, text: string, lifetime: number | null): void {
    const { store, now } = this.#part.space;
    const expires = lifetime === null ? null : now + lifetime;
    store.database.change(PUT, id, storedName(key), text, lifetime, expires);
  }

  #remove(id: bigint, key: string): boolean {
    const { store, now } = this.#part.space;
    return store.database.change(DELETE, id, storedName(key), now) > 0;
  }

  /** `hasChanged` looks at what `write` returned. */
  #write<T>(write: (id: bigint) => T, hasChanged: (result: T) => boolean): T | Promise<T> {
    const { space } = this.#part;
    const { store } = space;
    return space.run(() => {
      const id = this.#part.id();
      store.tidyNowAndThen(space.clock);
      const result = write(id);
      if (hasChanged(result)) store.changed(id, store.isHeard(id));
      return result;
    });
  }

  #rows(columns: string) {
    const { space } = this.#part;
    return space.run(() =>
      space.store.database.all(
        `SELECT ${columns} FROM state WHERE thing = ?1 AND ${LIVE("?2")}`,
        this.#part.id(),
        space.now,
      ),
    );
  }
}
