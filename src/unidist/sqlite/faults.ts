import { SharedError } from "../shared-error.ts";

/** SQLite's result codes, without what is added to them above the lowest byte. */
const BUSY = 5;
const PROTOCOL = 15;
const NOT_A_DATABASE = 26;

interface SqliteFault extends Error {
  readonly errcode: number;
}

/** What happened, and the next step for who reads it. */
const reasons: Readonly<Record<number, string>> = {
  3: "access is refused: check the permissions of the file and its folder",
  8: "it cannot be written: check the permissions of the file and its folder, and whether the disk is read-only",
  10: "the disk reports an error: check it, and the system's log",
  11: "the file is damaged: stop all that use it, move it away, and it is made anew",
  13: "the disk is full: make room there",
  14: "it cannot be opened: check that its folder exists and the permissions of both",
  [NOT_A_DATABASE]: "the file is no SQLite database: choose another path",
};

/** What goes away when the file is opened again: it was moved, replaced or repaired meanwhile. */
const needsReopening = new Set([8, 10, 11, 14, NOT_A_DATABASE]);

export function resultCode(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** Somebody else is writing just now. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === PROTOCOL;
}

export function isWorthReopening(error: unknown): boolean {
  return needsReopening.has(resultCode(error) ?? 0);
}

export function unavailable(path: string, reason: string): SharedError {
  return new SharedError("unavailable", `the store ${path} is not available: ${reason}`);
}

/** What callers see of an error of SQLite; others stay what they are. */
export function explain(path: string, error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined) return error;
  return unavailable(path, reasons[code] ?? `SQLite says "${(error as SqliteFault).message}"`);
}
