import { readFileSync, readlinkSync } from "node:fs";
import { ownIdentity, type ProcessIdentity, stateOf } from "../../base/index.ts";

/**
 * Names one thread for good. A worker that is terminated gives nothing back: others must be able to see that it is
 * gone, as they see it of a process. Linux tells of threads what it tells of processes; elsewhere the number is 0 and
 * a thread counts as there while its process is.
 */
export interface ThreadIdentity extends ProcessIdentity {
  readonly thread: number;
  readonly threadStarted: string;
}

export function ownThread(): ThreadIdentity {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    const threadStarted = startOf(process.pid, thread);
    if (threadStarted !== undefined) return { ...ownIdentity(), thread, threadStarted };
  } catch {
    // No Linux.
  }
  return { ...ownIdentity(), thread: 0, threadStarted: "-" };
}

/** False in doubt: of another machine, say. */
export function isGone(identity: ThreadIdentity): boolean {
  const state = stateOf(identity);
  if (state === "ended") return true;
  if (state === "elsewhere" || identity.thread === 0) return false;
  return startOf(identity.pid, identity.thread) !== identity.threadStarted;
}

/** Field 22; the command's name before it, in parentheses, may hold anything. */
function startOf(pid: number, thread: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
