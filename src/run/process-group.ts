import { readdirSync } from "node:fs";
import { processFields } from "../base/index.ts";

/** Sends a signal to a whole process group; that nobody is left in it is no error. */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/**
 * Whether any process of the group still runs. A zombie does not: it has ended, and only waits for a parent that may
 * take its time, or never look.
 */
export function groupExists(leader: number): boolean {
  try {
    process.kill(-leader, 0);
  } catch {
    return false;
  }
  return groupRuns(leader) ?? true;
}

/** Undefined where the system has no /proc. */
function groupRuns(group: number): boolean | undefined {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return undefined;
  }
  let seen = false;
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const fields = processFields(Number(name));
    // After the state stand the parent and the process group.
    if (fields === undefined || Number(fields[2]) !== group) continue;
    seen = true;
    if (fields[0] !== "Z" && fields[0] !== "X") return true;
  }
  // Nobody of the group may be visible here (/proc with hidepid): then the signal's answer stands.
  return seen ? false : undefined;
}
