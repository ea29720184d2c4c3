import { type Clock, systemClock } from "../base/index.ts";
import { DEFAULT_QUEUE_LIMIT } from "./limits.ts";
import { MemorySpace } from "./memory/space.ts";
import { SharedError } from "./shared-error.ts";
import type { Space } from "./types.ts";

export interface SpaceOptions {
  /** For leases, expiry and visibility. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Messages per queue; default 100,000. One more is an error (`queue-full`). */
  readonly queueLimit?: number | undefined;
}

/**
 * Opens a space of the store that `url` names: only `memory:` so far, shared by everything in this process that opens
 * the same URL and name, and gone when the last of them closes it. Throws `SharedError`: `unknown-store`, `bad-name`.
 */
export function openSpace(url: string, name: string, options: SpaceOptions = {}): Space {
  if (!url.startsWith("memory:"))
    throw new SharedError("unknown-store", `unknown store "${url}": only "memory:" is supported`);
  return new MemorySpace(url, name, options.clock ?? systemClock, options.queueLimit ?? DEFAULT_QUEUE_LIMIT);
}
