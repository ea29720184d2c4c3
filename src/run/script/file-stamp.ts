import { statSync } from "node:fs";

/** Tells one content of a file from another, cheaply: a change of time, size or inode. */
export function fileStamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "missing" : `${stat.mtimeMs}:${stat.size}:${stat.ino}`;
}
