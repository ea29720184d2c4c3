import { readFileSync } from "node:fs";

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
