import { SharedError } from "../shared-error.ts";

type Sqlite = typeof import("node:sqlite");

let loaded: Sqlite | undefined;

/** Node's own SQLite, loaded when first used. Some versions of Node warn that it is young: no matter for users. */
export function loadSqlite(): Sqlite {
  if (loaded !== undefined) return loaded;
  const warn = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    loaded = process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = warn;
  }
  if (loaded === undefined)
    throw new SharedError("unavailable", "this Node.js was built without SQLite: choose another store");
  return loaded;
}
