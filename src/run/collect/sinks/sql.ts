import { resolve } from "node:path";
import type { Worker } from "node:worker_threads";
import { problem } from "../../../base/index.ts";
import { BufferedSink } from "./buffered-sink.ts";
import type { Point, SendOutcome, SinkDefinition, SinkTransport } from "./sink.ts";
import { bufferKeys, type SinkReader } from "./sink-reader.ts";
import { type SqlAnswer, type SqlRow, sqlWorker } from "./sql-worker.ts";

export const sqlKeys = ["database", "table", ...bufferKeys] as const;

/** A table of a SQLite file: a row per value, with time, name, tags (JSON), field and value. */
export function parseSql(read: SinkReader): SinkDefinition | undefined {
  const database = read.text("database", "the name of a SQLite file");
  if (!read.has("database")) return read.missing("database", "a SQLite file such as samples.sqlite");
  const table = read.text("table", "the name of a table") ?? "samples";
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(table)) {
    return read.wrong("table", `"table" may only have letters, digits and _, not "${table}"`);
  }
  if (database !== undefined && /^[a-z][a-z0-9+]*:\/\//i.test(database)) {
    return read.wrong(
      "database",
      'only SQLite files can be written to as yet: "database" is the name of one',
    );
  }
  const buffering = read.buffering();
  if (database === undefined || read.failed) return undefined;
  const path = resolve(read.dir, database);
  return {
    kind: "sql",
    key: read.identity,
    open: (context) => new BufferedSink("sql", path, new SqliteTable(path, table), buffering, context),
  };
}

/** A batch is one transaction: all of it is there, or nothing. */
class SqliteTable implements SinkTransport {
  readonly #path: string;
  readonly #table: string;
  #worker: Worker | undefined;
  #late: { readonly points: readonly Point[]; readonly outcome: Promise<SendOutcome> } | undefined;

  constructor(path: string, table: string) {
    this.#path = path;
    this.#table = table;
  }

  /** A batch that is still being written when the time is over is not written twice: its end is waited for again. */
  async send(points: readonly Point[]): Promise<SendOutcome> {
    if (this.#late?.points !== points) this.#late = { points, outcome: this.#write(points) };
    const outcome = await this.#late.outcome;
    this.#late = undefined;
    return outcome;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    if (this.#late !== undefined) {
      await worker.terminate();
      return;
    }
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage("close");
    await gone;
  }

  #write(points: readonly Point[]): Promise<SendOutcome> {
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    const worker = this.#started();
    const fail = (error: Error) => {
      this.#worker = undefined;
      worker.off("message", hear);
      resolve({ kind: "failed", problem: problem("sink-failed", error.message) });
    };
    const hear = ({ error }: SqlAnswer) => {
      worker.off("error", fail);
      if (error === undefined) resolve({ kind: "sent" });
      else resolve({ kind: "failed", problem: problem("sink-failed", error) });
    };
    worker.once("message", hear);
    worker.once("error", fail);
    worker.postMessage(points.flatMap(rowsOf));
    return promise;
  }

  #started(): Worker {
    if (this.#worker === undefined) {
      const { Worker } = process.getBuiltinModule("node:worker_threads");
      const data = { path: this.#path, table: this.#table };
      this.#worker = new Worker(`(${sqlWorker})()`, {
        eval: true,
        workerData: data,
        execArgv: ["--disable-warning=ExperimentalWarning"],
        resourceLimits: { maxOldGenerationSizeMb: 64 },
      });
      this.#worker.unref();
    }
    return this.#worker;
  }
}

/** SQLite's whole numbers have 64 bits with a sign; larger ones lose their last digits. */
const mostWhole = 2n ** 63n;

function rowsOf({ series, values, time }: Point): SqlRow[] {
  const tags = JSON.stringify(Object.fromEntries(series.tags));
  const rows: SqlRow[] = [];
  for (const [index, { name }] of series.fields.entries()) {
    const value = values[index];
    if (value === undefined || value === null) continue;
    const fits = typeof value === "number" || (value < mostWhole && value >= -mostWhole);
    rows.push([time, series.name, tags, name, fits ? value : Number(value)]);
  }
  return rows;
}
