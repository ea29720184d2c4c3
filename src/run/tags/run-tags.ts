import type { TagFunction } from "../../block/index.ts";
import type { RunServices } from "../types.ts";
import { HeldLocks } from "./held-locks.ts";
import { putInQueueTag } from "./put-in-queue.ts";
import { releaseLockTag } from "./release-lock.ts";
import { requireLockTag } from "./require-lock.ts";
import { runTag } from "./run.ts";
import { runSimultaneousTag } from "./run-simultaneous.ts";

/**
 * The tags that need threads, processes or shared things: `run`, `run simultaneous`, `require lock`, `release lock`,
 * `put tag … in queue …`. Of `services`, only `scripts` is used while a file is checked.
 */
export function createRunTags(services: RunServices): TagFunction[] {
  const held = new HeldLocks();
  return [
    requireLockTag(services, held),
    runTag(services),
    runSimultaneousTag(services),
    releaseLockTag(services, held),
    putInQueueTag(services),
  ];
}
