import { type Clock, systemClock } from "../base/index.ts";
import { SharedError } from "./shared-error.ts";
import type { Space } from "./types.ts";

export interface SpaceOptions {
  /** For leases, expiry and visibility. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Messages per queue; default 100,000. One more is an error (`queue-full`). */
  readonly queueLimit?: number | undefined;
}

/** Opens a space of the store that `url` names: only `memory:` so far, shared by all threads of this process. */
export function openSpace(url: string, name: string, options: SpaceOptions = {}): Space {
  void [systemClock, name, options];
  throw new SharedError("unknown-store", `unknown store "${url}": only "memory:" is supported`);
}
