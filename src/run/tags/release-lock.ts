import { type Place, ProblemError, problem } from "../../base/index.ts";
import type { TagFunction } from "../../block/index.ts";
import { show } from "../options/read-option.ts";
import type { RunServices } from "../types.ts";
import type { HeldLocks } from "./held-locks.ts";
import { nameFits } from "./require-lock.ts";

/** Stands for the lock that the running process holds, whatever its name in the space. */
const RUNNING = "__running";

/** `release lock: NAME`: earlier than at the end of the block that required it. `__running` asks the process to stop. */
export function releaseLockTag(services: RunServices, held: HeldLocks): TagFunction {
  return {
    name: "release lock",
    pattern: /^release lock$/,
    words: "release lock",
    fits: (value) => typeof value === "string",
    priority: 9999,
    parse({ key, value, path }, check) {
      if (typeof value !== "string") {
        check.report("bad-lock", `"${key}" must be the name of a lock, not ${show(value)}`, { path });
        return undefined;
      }
      return nameFits(value, key, path, check) ? { name: value, place: check.place(path, "key") } : undefined;
    },
    async process(parsed, { pipeData }) {
      const { name, place } = parsed as { name: string; place: Place | undefined };
      const lease = held.take(pipeData, name);
      if (lease !== undefined) {
        if (!lease.lost.aborted) await lease.release();
        services.events.report({ type: "lock:released", lock: name });
      } else if (name === RUNNING) await services.space.lock(services.runningLock).breakLock();
      else
        throw new ProblemError([
          problem("lock-not-held", `lock "${name}" cannot be released: this block does not hold it`, {
            place,
          }),
        ]);
      return { kind: "nothing" };
    },
  };
}
