import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  failed,
  identityText,
  ok,
  ownIdentity,
  parseIdentity,
  problem,
  type Result,
  stateOf,
} from "../../base/index.ts";

/**
 * The right to write one RRD file: a small file beside it, `.NAME.lock`, that names the process. (The record locks
 * that rrdtool takes cannot be taken from Node.) A lock whose process has ended is taken over.
 */
export interface WriterLock {
  /** Idempotent; never removes somebody else's lock. */
  release(): void;
}

/** What this process holds: a second collector in it must not take over the first one's. */
const held = new Set<string>();

/** Folder -> a lock that this process has in it: others there are links to it. */
const examples = new Map<string, string>();

/** A lock from another machine counts as left behind when the file has not been written for this long, seconds. */
const abandonedAfter = 600;

/** `makeFolder`: make the folder of `path` if it is missing. Problems: `rrd-locked` (another process writes to
 * it), `rrd-written-here`, `rrd-storage`. */
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
  const text = identityText(ownIdentity());
  // A second try after a stale lock was moved away; a third if two processes do that at the same time.
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      makeLock(lockPath, text);
      return ok(holding(lockPath, text));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EACCES" || code === "EPERM") return ok({ release: () => undefined });
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

/** Whole or not at all, even if this process is killed: an empty one would look like another process's for a while. */
function makeLock(lockPath: string, text: string): void {
  if (!linkToExample(lockPath, text)) linkToDraft(lockPath, text);
  examples.set(dirname(lockPath), lockPath);
}

/** Many times as fast as a file of its own. False: there is no example, or the system does not want to. */
function linkToExample(lockPath: string, text: string): boolean {
  const example = examples.get(dirname(lockPath));
  if (example === undefined) return false;
  try {
    // Somebody may have tidied up, or taken over.
    if (readFileSync(example, "utf8") !== text) return false;
    linkSync(example, lockPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    return false;
  }
  try {
    const now = Date.now() / 1000;
    utimesSync(lockPath, now, now);
  } catch {
    // It only looks older to other machines than it is.
  }
  return true;
}

function linkToDraft(lockPath: string, text: string): void {
  const draft = `${lockPath}.${process.pid}.new`;
  try {
    writeFileSync(draft, text, { mode: 0o644 });
    // Unlike a rename, a link never replaces the lock of somebody else.
    linkSync(draft, lockPath);
  } finally {
    rmSync(draft, { force: true });
  }
}

function holding(lockPath: string, text: string): WriterLock {
  held.add(lockPath);
  return {
    release() {
      if (!held.delete(lockPath)) return;
      if (examples.get(dirname(lockPath)) === lockPath) examples.delete(dirname(lockPath));
      try {
        if (readFileSync(lockPath, "utf8") === text) unlinkSync(lockPath);
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
    text = readFileSync(lockPath, "utf8");
    age = (Date.now() - statSync(lockPath).mtimeMs) / 1000;
  } catch {
    return undefined;
  }
  const identity = parseIdentity(text);
  if (identity === undefined) {
    // Made this instant and not written yet, or damaged long ago.
    if (age < 10) return "another process that has just started";
  } else {
    const state = stateOf(identity);
    if (state === "running" && text !== identityText(ownIdentity())) return `process ${identity.pid}`;
    if (state === "elsewhere" && Math.min(age, quietSince(path)) < abandonedAfter) {
      return `process ${identity.pid} on host ${identity.host}`;
    }
  }
  removeStale(lockPath, text);
  return undefined;
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
    if (readFileSync(aside, "utf8") !== expected) linkSync(aside, lockPath);
    unlinkSync(aside);
  } catch {
    // Another process was quicker; the next attempt sees what it left.
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "its folder does not exist";
  if (code === "ENOSPC") return "no space left on the device";
  if (code === "EROFS") return "the file system is read-only";
  return code ?? message;
}
