import type { Seconds } from "../../../base/index.ts";
import { nothing, type Operation, runInside } from "./operation.ts";

/** `lock: NAME` with one of these. */
export const lockOperations: Readonly<Record<string, Operation>> = {
  /** The steps run while the lock is held; without `timeout` it is waited for. */
  steps: {
    with: ["wait"],
    parse(reading, at) {
      const pipeline = reading.pipeline(at);
      const wait = reading.duration("wait", { zero: true });
      if (pipeline === undefined) return undefined;
      return async (space, name, running) => {
        const { signal, thread } = running;
        const holder = { block: running.context.dir, ...(thread === undefined ? {} : { thread }) };
        const lease = await space
          .lock(name)
          .acquire({ signal, holder, ...(wait === undefined ? {} : { timeout: wait as Seconds }) });
        if (lease === null) return nothing;
        try {
          return await runInside(pipeline, running, {});
        } finally {
          if (!lease.lost.aborted) await lease.release().catch(() => {});
        }
      };
    },
  },
  held: {
    parse: (reading, at) => (reading.yes(at) ? (space, name) => space.lock(name).isLocked() : undefined),
  },
  holder: {
    parse: (reading, at) =>
      reading.yes(at)
        ? async (space, name) => {
            const [holder] = await space.lock(name).list();
            return holder === undefined ? null : { ...holder, token: String(holder.token) };
          }
        : undefined,
  },
};
