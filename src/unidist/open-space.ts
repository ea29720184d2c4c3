import { type Clock, systemClock } from "../base/index.ts";
import { DEFAULT_QUEUE_LIMIT } from "./limits.ts";
import { MemorySpace } from "./memory/space.ts";
import { PostgresSpace } from "./postgres/space.ts";
import { SharedError } from "./shared-error.ts";
import { parseStoreUrl } from "./store-url.ts";
import type { Space } from "./types.ts";

export interface SpaceOptions {
  /** For leases, expiry and visibility. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Where a relative path of a store starts. Default: the process's working directory. */
  readonly cwd?: string | undefined;
  /** Messages per queue; default 100,000. One more is an error (`queue-full`). */
  readonly queueLimit?: number | undefined;
}

/**
 * Opens a space of the store that `url` names; see `parseStoreUrl`. Everything that opens the same URL and name shares
 * it: with `memory:` within this process, until the last of them closes it; with `postgres:` on all machines, for good.
 * A server is connected to at the first operation. Throws `SharedError`: `unknown-store`, `bad-name`.
 */
export function openSpace(url: string, name: string, options: SpaceOptions = {}): Space {
  const { clock = systemClock, queueLimit = DEFAULT_QUEUE_LIMIT } = options;
  const store = parseStoreUrl(url, options.cwd);
  switch (store.kind) {
    case "memory":
      return new MemorySpace(store.url, name, clock, queueLimit);
    case "postgres":
      return new PostgresSpace(store.url, name, clock, queueLimit);
    case "sqlite":
      throw new SharedError("unknown-store", `"${url}": not yet`);
  }
}
