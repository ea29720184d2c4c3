import { readdirSync, readFileSync } from "node:fs";

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

/** What the system tells of a process, from its state (field 3 of its stat) on; undefined when it is gone. */
export function processFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command's name, field 2, in parentheses, may hold blanks and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
