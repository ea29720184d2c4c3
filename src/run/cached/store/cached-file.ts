import type { UpdateList } from "./update-list.ts";

/** What the cache knows of one RRD file. */
export interface CachedFile {
  readonly path: string;
  /** Taken, not yet written. */
  readonly updates: UpdateList;
  /** Epoch seconds of the newest update taken or stored. */
  last: number;
  /** Monotonic milliseconds from which on it is written. */
  due: number;
  /** Asked for by FLUSHALL or due by time, and not yet written. */
  queued: boolean;
  suspended: boolean;
  /** The last attempt to write it failed; `due` says when the next one is. */
  failing: boolean;
}
