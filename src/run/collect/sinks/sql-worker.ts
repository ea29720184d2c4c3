export type SqlRow = readonly [number, string, string, string, number | bigint];
export interface SqlAnswer {
  readonly error?: string;
}

/**
 * Runs in a thread of its own, because a database may make its caller wait. It is handed over as source text, so it
 * uses nothing from outside itself.
 */
export function sqlWorker(): void {
  const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const { statSync } = process.getBuiltinModule("node:fs");
  const { path, table } = workerData as { path: string; table: string };
  let database: InstanceType<typeof DatabaseSync> | undefined;
  let inode = 0;
  /** A file that was moved or deleted would take everything, and nobody would find it. */
  const forgetMoved = () => {
    if (database === undefined || statSync(path, { throwIfNoEntry: false })?.ino === inode) return;
    database.close();
    database = undefined;
  };
  const openDatabase = () => {
    const opened = new DatabaseSync(path, { timeout: 2000 });
    opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    opened.exec(
      `CREATE TABLE IF NOT EXISTS "${table}" (time REAL NOT NULL, name TEXT NOT NULL, tags TEXT NOT NULL, field TEXT NOT NULL, value REAL)`,
    );
    opened.exec(`CREATE INDEX IF NOT EXISTS "${table}_by_name" ON "${table}" (name, field, time)`);
    inode = statSync(path).ino;
    return opened;
  };
  parentPort?.on("message", (rows: SqlRow[] | "close") => {
    if (rows === "close") {
      database?.close();
      parentPort.close();
      return;
    }
    try {
      forgetMoved();
      database ??= openDatabase();
      database.exec("BEGIN IMMEDIATE");
      const insert = database.prepare(`INSERT INTO "${table}" VALUES (?, ?, ?, ?, ?)`);
      for (const row of rows) insert.run(...row);
      database.exec("COMMIT");
      parentPort.postMessage({} satisfies SqlAnswer);
    } catch (error) {
      // Closing takes an open transaction back.
      try {
        database?.close();
      } catch {}
      database = undefined;
      parentPort.postMessage({ error: (error as Error).message } satisfies SqlAnswer);
    }
  });
}
