import type { StateChange } from "../types.ts";
import { nameOfText, valueOfText } from "../value-text.ts";
import type { PostgresPart } from "./part.ts";

const here = "from state where space = $1 and bucket = $2";

const statements = {
  bucket: "select version, purged from bucket where space = $1 and name = $2",
  all: `select key, value, version, expires ${here} and value is not null order by key`,
  after: `select key, value, version, expires ${here} and version > $3 order by version limit 500`,
};

interface Row {
  readonly key: string;
  readonly value: string | null;
  readonly version: string;
  readonly expires: number | null;
}

/** What a watcher has seen of a bucket, and what is new to it. */
export class StateChanges {
  readonly #part: PostgresPart;
  readonly #matches: (key: string) => boolean;
  /** Keys that the watcher knows of, and when they expire. */
  readonly #known = new Map<string, number>();
  #version = 0n;

  /** A trailing `*` makes it a prefix. */
  constructor(part: PostgresPart, keyOrPrefix: string) {
    this.#part = part;
    const prefix = keyOrPrefix.endsWith("*") ? keyOrPrefix.slice(0, -1) : undefined;
    this.#matches = (key) => (prefix === undefined ? key === keyOrPrefix : key.startsWith(prefix));
  }

  async begin(): Promise<StateChange[]> {
    // Asked before the values are read: what changes meanwhile is then seen once more, never missed.
    const version = (await this.#bucket())?.version ?? 0n;
    const rows = await this.#query(statements.all, []);
    this.#version = version;
    return this.#changes(rows);
  }

  async more(): Promise<StateChange[]> {
    const bucket = await this.#bucket();
    if (bucket !== undefined && this.#version < bucket.purged) return this.#anew(bucket.version);
    const rows = await this.#query(statements.after, [String(this.#version)]);
    const last = rows.at(-1);
    if (last !== undefined) this.#version = BigInt(last.version);
    return [...this.#changes(rows), ...this.#expired()];
  }

  due(): number | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const expires of this.#known.values()) next = Math.min(next, expires);
    return next === Number.POSITIVE_INFINITY ? undefined : Math.max(0, (next - this.#part.now()) * 1000);
  }

  /** Cut off for so long that deletions have been forgotten: what is known and not there any more was deleted. */
  async #anew(version: bigint): Promise<StateChange[]> {
    const before = new Set(this.#known.keys());
    const rows = await this.#query(statements.all, []);
    for (const { key } of rows) before.delete(nameOfText(key));
    this.#version = version;
    return [...this.#changes(rows), ...[...before].map((key) => this.#gone(key))];
  }

  #changes(rows: readonly Row[]): StateChange[] {
    const now = this.#part.now();
    return rows.flatMap((row) => {
      const key = nameOfText(row.key);
      if (!this.#matches(key)) return [];
      const expires = row.expires ?? Number.POSITIVE_INFINITY;
      if (row.value === null || expires <= now) return this.#known.has(key) ? [this.#gone(key)] : [];
      this.#known.set(key, expires);
      return [{ key, value: valueOfText(row.value) }];
    });
  }

  #expired(): StateChange[] {
    const now = this.#part.now();
    return [...this.#known].filter(([, expires]) => expires <= now).map(([key]) => this.#gone(key));
  }

  #gone(key: string): StateChange {
    this.#known.delete(key);
    return { key, value: undefined };
  }

  async #bucket(): Promise<{ version: bigint; purged: bigint } | undefined> {
    const [row] = await this.#part.query<{ version: string; purged: string }>(statements.bucket, [], {
      repeatable: true,
    });
    return row === undefined ? undefined : { version: BigInt(row.version), purged: BigInt(row.purged) };
  }

  #query(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#part.query<Row>(text, values, { repeatable: true });
  }
}
