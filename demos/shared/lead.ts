import { setTimeout } from "node:timers/promises";
import type { ProcessBlock } from "procblock";

/** Waits to be the leader, then does a leader's work: raises a counter once a second. */
export const processBlock: ProcessBlock = async ({ shared, signal, emit, log }) => {
  emit({ leading: false });
  const lease = await shared.lock("leader").acquire();
  if (lease === null) return;
  // The token grows from leader to leader: who writes elsewhere can tell an old leader's late word by it.
  log(`leading, with token ${lease.token}`);
  const end = AbortSignal.any([signal, lease.lost]);
  while (!end.aborted) {
    const turns = await shared.counter("turns").increment();
    emit({ leading: true, token: lease.token, turns });
    await setTimeout(1000, undefined, { signal: end }).catch(() => undefined);
  }
  if (!lease.lost.aborted) await lease.release();
};
