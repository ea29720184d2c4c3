import { type Stats, statSync } from "node:fs";

/** What is at the path; undefined: nothing; a number: the system's (`ENAMETOOLONG`, `ENOTDIR` …) for why it cannot be said. */
export function statusOf(path: string): Stats | number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    return Math.abs(errno ?? 5);
  }
}
