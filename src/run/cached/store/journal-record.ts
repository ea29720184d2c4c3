import { crc32 } from "node:zlib";

/**
 * One line of the journal, `CHECKSUM KIND LENGTH PATH REST\n`: `u` updates were taken, `w` all updates before were
 * written to the file, `f` they were forgotten. The length is the path's, in UTF-16 units, so that it may hold blanks.
 */
export interface JournalRecord {
  readonly kind: "u" | "w" | "f";
  readonly path: string;
  /** Separated by blanks; empty for `w` and `f`. */
  readonly updates: string;
}

export function recordLine(kind: JournalRecord["kind"], path: string, updates: string): string {
  const body = `${kind} ${path.length} ${path} ${updates}`;
  return `${crc32(body).toString(16).padStart(8, "0")} ${body}\n`;
}

/** undefined for a line that is torn or damaged. */
export function parseRecord(line: string): JournalRecord | undefined {
  const body = line.slice(9);
  const match = /^[0-9a-f]{8} ([uwf]) (\d{1,5}) /.exec(line);
  if (match === null || Number.parseInt(line.slice(0, 8), 16) !== crc32(body)) return undefined;
  const from = match[0].length;
  const to = from + Number(match[2]);
  return { kind: match[1] as JournalRecord["kind"], path: line.slice(from, to), updates: line.slice(to + 1) };
}
