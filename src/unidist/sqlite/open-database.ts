import { closeSync, linkSync, lstatSync, mkdirSync, openSync, rmSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { SharedError } from "../shared-error.ts";
import { explain, isBusy, unavailable } from "./faults.ts";
import { loadSqlite } from "./load-sqlite.ts";
import { APPLICATION_ID, migrations } from "./schema.ts";

export type Durability = "normal" | "full";

export interface OpenedDatabase {
  readonly db: DatabaseSync;
  /** Of the file: another one under the same path is another database. */
  readonly inode: number;
}

/**
 * Opens the file, or makes it (0600, in a folder of 0700). What is not ours is left as it is. Throws `unavailable`,
 * `newer-schema`, and SQLite's own error when somebody else writes just now.
 */
export function openDatabase(path: string, durability: Durability): OpenedDatabase {
  const inode = ensureFile(path);
  let db: DatabaseSync | undefined;
  try {
    db = new (loadSqlite().DatabaseSync)(path, { timeout: 0 });
    // Before anything is written, the change to a write-ahead log included.
    const version = checkVersion(db, path);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 16777216");
    db.exec(`PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
    if (version < migrations.length) migrate(db, path);
    return { db, inode };
  } catch (error) {
    db?.close();
    throw isBusy(error) ? error : explain(path, error);
  }
}

/** The file's number, or undefined when there is none. */
export function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

/** The schema's version, 0 for an empty file. Throws when it is not ours or newer than this program knows. */
export function checkVersion(db: DatabaseSync, path: string): number {
  const { application, version, tables } = db.isTransaction ? readMarks(db) : readMarksAtOnce(db);
  const isNew = application === 0 && version === 0 && tables === 0;
  if (application !== APPLICATION_ID && !isNew)
    throw unavailable(path, "it is a database of another program: choose another path");
  if (version > migrations.length)
    throw new SharedError(
      "newer-schema",
      `the store ${path} was written by a newer version of procblock (schema ${version}, this one knows ${migrations.length}): update this one, or choose another path`,
    );
  return version;
}

/** Somebody else may be making the schema just now: all of it is read before, or all after. */
function readMarksAtOnce(db: DatabaseSync): ReturnType<typeof readMarks> {
  db.exec("BEGIN");
  try {
    return readMarks(db);
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function readMarks(db: DatabaseSync) {
  const read = (what: string) => Number(Object.values(db.prepare(what).get() ?? {})[0]);
  return {
    application: read("PRAGMA application_id"),
    version: read("PRAGMA user_version"),
    tables: read("SELECT count(*) FROM sqlite_schema"),
  };
}

function migrate(db: DatabaseSync, path: string): void {
  db.exec("BEGIN EXCLUSIVE");
  try {
    // Somebody else may have been faster.
    for (let version = checkVersion(db, path); version < migrations.length; version++) {
      db.exec(migrations[version] ?? "");
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`);
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function ensureFile(path: string): number {
  try {
    for (const beside of ["-wal", "-shm"]) {
      const stats = lstatSync(path + beside, { throwIfNoEntry: false });
      if (stats !== undefined) checkOwn(path + beside, stats);
    }
    for (;;) {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats !== undefined) {
        checkOwn(path, stats);
        return stats.ino;
      }
      makeFile(path);
    }
  } catch (error) {
    if (error instanceof SharedError) throw error;
    const { code = "", syscall = "" } = error as NodeJS.ErrnoException;
    throw unavailable(path, `${reasons[code] ?? code} (${syscall})`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "access is refused: check the permissions of its folder",
  EPERM: "access is refused: check the permissions of its folder",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full: make room there",
  ENOTDIR: "a part of its path is no folder",
  EMFILE: "too many files are open",
};

function checkOwn(path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) throw unavailable(path, "it is a symbolic link: name the file itself");
  if (!stats.isFile()) throw unavailable(path, "it is not a regular file");
  const self = process.geteuid?.();
  if (self !== undefined && stats.uid !== self)
    throw unavailable(path, "it belongs to another user: choose another path");
}

/**
 * Put in place whole: SQLite's locks belong to the process, and closing any descriptor of the file in one thread would
 * take them from all others.
 */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const made = `${path}.new-${process.pid}-${Math.random().toString(36).slice(2)}`;
  closeSync(openSync(made, "wx", 0o600));
  try {
    linkSync(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(made);
  }
}
