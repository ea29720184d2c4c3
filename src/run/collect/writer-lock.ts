import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  failed,
  identityText,
  ok,
  ownIdentity,
  type Problem,
  parseIdentity,
  problem,
  type Result,
  shortIdentityText,
  stateOf,
} from "../../base/index.ts";

/**
 * The right to write one RRD file: a symbolic link beside it, `.NAME.lock`, that leads nowhere and whose target names
 * the process: it is made whole or not at all, and needs no room on a full disk. (The record locks that rrdtool takes
 * cannot be taken from Node.) Where there are no such links, and of earlier versions, it is a file with that text. A
 * lock whose process has ended is taken over.
 */
export interface WriterLock {
  /** Idempotent; never removes somebody else's lock. */
  release(): void;
}

/** What this process holds: a second collector in it must not take over the first one's. */
const held = new Set<string>();

/** Files that were said to be without a lock. */
const warned = new Set<string>();

/** The file can be written all the same, so that samples are worth more than a lock. */
const unlockable: readonly string[] = ["EACCES", "EPERM", "ENOSPC", "EDQUOT"];
/** The file system knows no symbolic links. */
const linkless: readonly string[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** A lock from another machine counts as left behind when the file has not been written for this long, seconds. */
const abandonedAfter = 600;

/**
 * `makeFolder`: make the folder of `path` if it is missing. Where no lock can be made there is none, with a warning,
 * once per file. Problems: `rrd-locked` (another process writes to
 * it), `rrd-written-here`, `rrd-storage`.
 */
export function lockForWriting(path: string, options: { readonly makeFolder: boolean }): Result<WriterLock> {
  let lockPath: string;
  try {
    if (options.makeFolder && !existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    lockPath = lockPathOf(path);
  } catch (error) {
    return failed(problem("rrd-storage", `cannot lock "${path}": ${reasonOf(error)}`));
  }
  if (held.has(lockPath)) {
    return failed(
      problem("rrd-written-here", `"${path}" is already written by another part of this process`),
    );
  }
  const text = shortIdentityText(ownIdentity());
  // A second try after a stale lock was moved away; a third if two processes do that at the same time.
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      makeLock(lockPath, text);
      return ok(holding(lockPath, text));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== undefined && unlockable.includes(code))
        return ok({ release: () => undefined }, unlockedWarning(path, error));
      if (code !== "EEXIST")
        return failed(problem("rrd-storage", `cannot lock "${path}": ${reasonOf(error)}`));
    }
    const owner = ownerOf(lockPath, path);
    if (owner !== undefined) {
      return failed(
        problem("rrd-locked", `"${path}" is written by ${owner}: an RRD file can have only one writer`, {
          notes: ["stop that process, or let this one write to another file"],
        }),
      );
    }
  }
  return failed(problem("rrd-locked", `"${path}": its lock ${lockPath} changes all the time`));
}

function makeLock(lockPath: string, text: string): void {
  try {
    symlinkSync(text, lockPath);
  } catch (error) {
    if (!linkless.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    writeFileSync(lockPath, `${text}\n`, { mode: 0o644, flag: "wx" });
  }
}

function textOf(lockPath: string): string {
  try {
    return readlinkSync(lockPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
    return readFileSync(lockPath, "utf8").trimEnd();
  }
}

function unlockedWarning(path: string, error: unknown): Problem[] {
  if (warned.has(path)) return [];
  warned.add(path);
  const message = `"${path}" is written without a lock: ${reasonOf(error)}`;
  const notes = [
    "nothing keeps another process from writing to it at the same time: make its folder writable, or see that there is only one",
  ];
  return [problem("rrd-unlocked", message, { severity: "warning", notes })];
}

function holding(lockPath: string, text: string): WriterLock {
  held.add(lockPath);
  return {
    release() {
      if (!held.delete(lockPath)) return;
      try {
        if (textOf(lockPath) === text) unlinkSync(lockPath);
      } catch {
        // Somebody tidied up already, or the folder is gone: either way there is no lock of ours left.
      }
    },
  };
}

/** Symbolic links followed, so that two names of one file share a lock. */
function lockPathOf(path: string): string {
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    real = join(realpathSync(dirname(path)), basename(path));
  }
  return join(dirname(real), `.${basename(real)}.lock`);
}

/** Who holds the lock; undefined when it was stale and has been removed (or went away by itself). */
function ownerOf(lockPath: string, path: string): string | undefined {
  let text: string;
  let age: number;
  try {
    text = textOf(lockPath);
    age = (Date.now() - lstatSync(lockPath).mtimeMs) / 1000;
  } catch {
    return undefined;
  }
  const identity = parseIdentity(text);
  if (identity === undefined) {
    // Made this instant and not written yet, or damaged long ago.
    if (age < 10) return "another process that has just started";
  } else {
    const state = stateOf(identity);
    if (state === "running" && !isOwn(text)) return `process ${identity.pid}`;
    if (state === "elsewhere" && Math.min(age, quietSince(path)) < abandonedAfter) {
      return `process ${identity.pid} on host ${identity.host}`;
    }
  }
  removeStale(lockPath, text);
  return undefined;
}

function isOwn(text: string): boolean {
  const own = ownIdentity();
  return text === shortIdentityText(own) || `${text}\n` === identityText(own);
}

function quietSince(path: string): number {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? Number.POSITIVE_INFINITY : (Date.now() - status.mtimeMs) / 1000;
}

/** Moved away before it is deleted: if it has become a new process's lock meanwhile, it is put back. */
function removeStale(lockPath: string, expected: string): void {
  const aside = `${lockPath}.${process.pid}`;
  try {
    renameSync(lockPath, aside);
    if (textOf(aside) !== expected) linkSync(aside, lockPath);
    unlinkSync(aside);
  } catch {
    // Another process was quicker; the next attempt sees what it left.
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "its folder does not exist";
  if (code === "EACCES" || code === "EPERM") return "nothing may be made in its folder";
  if (code === "ENOSPC") return "no space left on the device";
  if (code === "EROFS") return "the file system is read-only";
  return code ?? message;
}
