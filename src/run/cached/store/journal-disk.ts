import {
  closeSync,
  constants,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";

/** What the journal needs of the system; tests put faults in between. Everything throws what `node:fs` throws. */
export interface JournalDisk {
  makeFolder(path: string): void;
  list(folder: string): readonly string[];
  /** For appending; made if there is none. */
  open(path: string): number;
  /** Returns how many of the bytes from `from` on were taken. */
  write(descriptor: number, bytes: Buffer, from: number): number;
  sync(descriptor: number): void;
  syncInBackground(descriptor: number, done: (error: Error | null) => void): void;
  close(descriptor: number): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
}

export const journalDisk: JournalDisk = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (folder) => readdirSync(folder),
  open: (path) =>
    openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o600),
  write: (descriptor, bytes, from) => writeSync(descriptor, bytes, from),
  sync: fsyncSync,
  syncInBackground: fsync,
  close: closeSync,
  remove: unlinkSync,
  rename: renameSync,
};
