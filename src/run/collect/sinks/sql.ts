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
  #ended: ((outcome: SendOutcome) => void) | undefined;

  constructor(path: string, table: string) {
    this.#path = path;
    this.#table = table;
  }

  /** Ends when the database does, however long that takes. */
  async send(points: readonly Point[]): Promise<SendOutcome> {
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    this.#ended = resolve;
    this.#started().postMessage(points.flatMap(rowsOf));
    const outcome = await promise;
    this.#ended = undefined;
    return outcome;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    if (this.#ended !== undefined) {
      await worker.terminate();
      return;
    }
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage("close");
    await gone;
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(`(${sqlWorker})()`, {
      eval: true,
      workerData: { path: this.#path, table: this.#table },
      execArgv: ["--disable-warning=ExperimentalWarning"],
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    worker.unref();
    this.#worker = worker;
    const fail = (message: string) =>
      this.#ended?.({ kind: "failed", problem: problem("sink-failed", message) });
    worker.on("message", ({ error }: SqlAnswer) => {
      if (error === undefined) this.#ended?.({ kind: "sent" });
      else fail(error);
    });
    // It may die at any time, also between two batches.
    worker.on("error", (error) => fail(error.message));
    worker.on("exit", () => {
      this.#worker = undefined;
      fail("the thread that writes has ended");
    });
    return worker;
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
