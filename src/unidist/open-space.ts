import { type Clock, systemClock } from "../base/index.ts";
import { DEFAULT_QUEUE_LIMIT } from "./limits.ts";
import { MemorySpace } from "./memory/space.ts";
import { PostgresSpace } from "./postgres/space.ts";
import { SqliteSpace } from "./sqlite/space.ts";
import { parseStoreUrl } from "./store-url.ts";
import type { Space } from "./types.ts";

export interface SpaceOptions {
  /** For leases, expiry and visibility. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Where a relative path of a store starts. Default: the process's working directory. */
  readonly cwd?: string | undefined;
  /** For the user's own folder. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Messages per queue; default 100,000. One more is an error (`queue-full`). */
  readonly queueLimit?: number | undefined;
}

/**
 * Opens a space of the store that `url` names (see `parseStoreUrl`). Costs nothing: a file is opened, a server
 * connected to by the first operation. `memory:` is shared by everything in this process that opens the same URL and
 * name, and gone when the last of them closes it. Throws `SharedError`: `unknown-store`, `bad-name`.
 */
export function openSpace(url: string, name: string, options: SpaceOptions = {}): Space {
  const { clock = systemClock, queueLimit = DEFAULT_QUEUE_LIMIT } = options;
  const store = parseStoreUrl(url, options);
  switch (store.kind) {
    case "memory":
      return new MemorySpace(store.url, name, clock, queueLimit);
    case "sqlite": {
      const { path, durability } = store;
      return new SqliteSpace(store.url, path, name, { clock, queueLimit, durability });
    }
    case "postgres":
      return new PostgresSpace(store.url, name, clock, queueLimit);
  }
}
