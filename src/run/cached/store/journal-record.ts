/**
 * The lines of a journal: `p ID PATH` gives a path a short name within its segment; `u ID UPDATES` were taken, `w ID`
 * all updates before were written to the file, `f ID` they were forgotten.
 */
export interface JournalRecord {
  readonly kind: "u" | "w" | "f";
  readonly path: string;
  /** Separated by blanks; empty for `w` and `f`. */
  readonly updates: string;
}

/** Hands over the records of a block's lines; returns how many lines make no sense. */
export function readLines(
  body: string,
  paths: Map<string, string>,
  take: (record: JournalRecord) => void,
): number {
  let damaged = 0;
  for (const line of body.split("\n")) {
    if (line === "") continue;
    const [, kind, id = "", rest = ""] = /^([puwf]) (\d+)(?: (.*))?$/.exec(line) ?? [];
    if (kind === "p") {
      paths.set(id, rest);
      continue;
    }
    const path = paths.get(id);
    if (path !== undefined && (kind === "u" || kind === "w" || kind === "f"))
      take({ kind, path, updates: rest });
    else damaged++;
  }
  return damaged;
}
