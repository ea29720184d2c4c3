import { type Clock, systemClock } from "../base/index.ts";
import { DEFAULT_QUEUE_LIMIT } from "./limits.ts";
import { MemorySpace } from "./memory/space.ts";
import { SharedError } from "./shared-error.ts";
import { SqliteSpace } from "./sqlite/space.ts";
import { parseStoreUrl, withoutPassword } from "./store-url.ts";
import type { Space } from "./types.ts";

export interface SpaceOptions {
  /** For leases, expiry and visibility. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Messages per queue; default 100,000. One more is an error (`queue-full`). */
  readonly queueLimit?: number | undefined;
}

/**
 * Opens a space of the store that `url` names (see `parseStoreUrl`). Costs nothing: a file is opened by the first
 * operation. `memory:` is shared by everything in this process that opens the same URL and name, and gone when the
 * last of them closes it. Throws `SharedError`: `unknown-store`, `bad-name`.
 */
export function openSpace(url: string, name: string, options: SpaceOptions = {}): Space {
  const { clock = systemClock, queueLimit = DEFAULT_QUEUE_LIMIT } = options;
  const store = parseStoreUrl(url);
  switch (store.kind) {
    case "memory":
      return new MemorySpace(url, name, clock, queueLimit);
    case "sqlite": {
      const { path, durability } = store;
      return new SqliteSpace(store.url, path, name, { clock, queueLimit, durability });
    }
    default:
      throw new SharedError(
        "unknown-store",
        `unknown store "${withoutPassword(url)}": PostgreSQL comes later`,
      );
  }
}
