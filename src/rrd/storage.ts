/**
 * The file operations that RRD files need, synchronous and positional, as a port: tests put a layer in between that
 * fails at the n-th call. Every operation throws what `node:fs` throws (`code`, `syscall`).
 */
export interface Storage {
  /** Opens an existing file. Never blocks on a FIFO and never follows into a device's read or write. */
  open(path: string, mode: "read" | "write"): StorageFile;
  /** Makes a new file next to `path` under a name nobody else uses, readable and writable by the owner only. */
  createBeside(path: string): { readonly path: string; readonly file: StorageFile };
  /** For what is kept beside a file while it is written; for the owner only. Absent: nothing is. */
  openOrCreate?(path: string): StorageFile;
  rename(from: string, to: string): void;
  /** Gives the file a second name; fails with EEXIST if that name is taken. */
  link(existing: string, name: string): void;
  unlink(path: string): void;
  /** undefined when nothing is there (ENOENT). */
  stat(path: string): FileStatus | undefined;
  /** Makes renames and new names in the directory of `path` durable. */
  syncDirectory(path: string): void;
}

export interface StorageFile {
  /** Reads up to `length` bytes at `position`; returns how many were read, 0 at the end. */
  read(into: Uint8Array, offset: number, length: number, position: number): number;
  /** Writes up to `length` bytes at `position`; returns how many were written. */
  write(from: Uint8Array, offset: number, length: number, position: number): number;
  sync(): void;
  /** The same beside everything else; `done` hears of the error, if any. Closing waits for it. Absent: `sync` has to do. */
  syncBeside?(done: (error: unknown) => void): void;
  status(): FileStatus;
  setMode(mode: number): void;
  /** Only who may do so can; where there are no owners it is left out. */
  setOwner?(owner: FileOwner): void;
  close(): void;
}

export interface FileStatus {
  readonly isFile: boolean;
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Device and inode: the same for the same file, whatever its name. */
  readonly identity: string;
  readonly owner?: FileOwner | undefined;
}

export interface FileOwner {
  readonly user: number;
  readonly group: number;
}
