import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "./rrd-problems.ts";
import type { FileOwner, FileStatus, Storage, StorageFile } from "./storage.ts";

/** The real file system. */
export const nodeStorage: Storage = {
  open(path, mode) {
    // A device may react to being opened, a FIFO may block: look first, open without blocking, and look again.
    refuseUnlessFile(statSync(path), path);
    const descriptor = openSync(
      path,
      (mode === "write" ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK,
    );
    try {
      refuseUnlessFile(fstatSync(descriptor), path);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    return new NodeFile(descriptor);
  },

  createBeside(path) {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    for (let attempt = 0; ; attempt++) {
      const candidate = `${path}.${randomBytes(6).toString("hex")}`;
      try {
        return { path: candidate, file: new NodeFile(openSync(candidate, flags, 0o600)) };
      } catch (error) {
        if (errorCode(error) !== "EEXIST" || attempt > 10) throw error;
      }
    }
  },

  openOrCreate(path) {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    return new NodeFile(openSync(path, flags, 0o600));
  },

  rename: renameSync,
  link: linkSync,
  unlink: unlinkSync,

  stat(path) {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? undefined : toStatus(stats);
  },

  syncDirectory(path) {
    const descriptor = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
};

class NodeFile implements StorageFile {
  readonly #descriptor: number;
  #syncing = 0;
  #closing = false;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  read(into: Uint8Array, offset: number, length: number, position: number): number {
    return readSync(this.#descriptor, into, offset, length, position);
  }

  write(from: Uint8Array, offset: number, length: number, position: number): number {
    return writeSync(this.#descriptor, from, offset, length, position);
  }

  sync(): void {
    fsyncSync(this.#descriptor);
  }

  syncBeside(done: (error: unknown) => void): void {
    this.#syncing++;
    fsync(this.#descriptor, (error) => {
      // The descriptor's number must not be another file's while the system still works on it.
      if (--this.#syncing === 0 && this.#closing) closeSync(this.#descriptor);
      done(error ?? undefined);
    });
  }

  status(): FileStatus {
    return toStatus(fstatSync(this.#descriptor));
  }

  setMode(mode: number): void {
    fchmodSync(this.#descriptor, mode);
  }

  setOwner({ user, group }: FileOwner): void {
    fchownSync(this.#descriptor, user, group);
  }

  close(): void {
    this.#closing = true;
    if (this.#syncing === 0) closeSync(this.#descriptor);
  }
}

function refuseUnlessFile(stats: Stats, path: string): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory()
    ? "a directory"
    : stats.isFIFO()
      ? "a FIFO"
      : stats.isSocket()
        ? "a socket"
        : "a device";
  throw new Error(`"${path}" is ${kind}, not a regular file`);
}

function toStatus(stats: Stats): FileStatus {
  return {
    isFile: stats.isFile(),
    size: stats.size,
    mode: stats.mode & 0o7777,
    identity: `${stats.dev}:${stats.ino}`,
    owner: { user: stats.uid, group: stats.gid },
  };
}
