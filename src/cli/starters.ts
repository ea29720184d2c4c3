import { readFileSync } from "node:fs";

/**
 * The processes whose end is ours, too, the nearest first. `npx` and `npm run` put a shell in between, which ends by a
 * signal without passing it on: what it started would stay, with nobody to stop it. The launcher for old versions of
 * Node.js may be killed without a chance to tell. Empty when there is nobody of the kind: who starts a process in the
 * background by hand may leave it alone.
 */
export function startersOf(parent: number, hasLauncher: boolean, underNpm: boolean): readonly number[] {
  const launcher = hasLauncher ? [parent] : [];
  if (!underNpm) return launcher;
  const shell = hasLauncher ? parentOf(parent) : parent;
  const npm = shell === undefined ? undefined : parentOf(shell);
  // The environment alone says little: it is passed on to whatever npm's commands start, and on from there.
  return shell !== undefined && npm !== undefined && isNpm(npm) ? [...launcher, shell] : launcher;
}

/** Whether all of them are there still, each as the parent of the one before it. */
export function areThere(starters: readonly number[], parent: number): boolean {
  return starters.every((starter, at) => starter === (at === 0 ? parent : parentOf(starters[at - 1] ?? 0)));
}

/** Where `/proc` does not tell: undefined. */
function parentOf(id: number): number | undefined {
  try {
    // The name stands in brackets, and may have any in it.
    const [, rest = ""] = /^.*\)\s+\S\s+(\d+)/s.exec(readFileSync(`/proc/${id}/stat`, "latin1")) ?? [];
    return rest === "" ? undefined : Number(rest);
  } catch {
    return undefined;
  }
}

/** npm names its process by what it does: `npm exec procblock …` */
function isNpm(id: number): boolean {
  try {
    return /^npm\s/.test(readFileSync(`/proc/${id}/cmdline`, "latin1"));
  } catch {
    return false;
  }
}
