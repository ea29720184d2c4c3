import { createServer, type Socket } from "node:net";
import { join, resolve } from "node:path";
import {
  type Clock,
  failed,
  ok,
  type Problem,
  problem,
  type Result,
  systemClock,
} from "../../../base/index.ts";
import { BaseFolder } from "../store/base-folder.ts";
import { Journal, type SyncPolicy } from "../store/journal.ts";
import type { JournalDisk } from "../store/journal-disk.ts";
import { WriteBehind } from "../store/write-behind.ts";
import type { WriteBehindFigures } from "../store/write-behind-figures.ts";
import { Alertness } from "./alertness.ts";
import { replayProblems } from "./replay-problems.ts";
import { Session } from "./session.ts";
import { listenOn } from "./unix-socket.ts";

export interface CacheDaemonOptions {
  /** Path of the Unix socket. */
  readonly socket: string;
  /** Clients reach files in this folder only. */
  readonly base: string;
  /** Folder of the journal; without one, a killed process loses what was not written yet. */
  readonly journal?: string | undefined;
  /** Of the journal: `always` before every answer, `interval` (default) about once a second, `never`. */
  readonly sync?: SyncPolicy | undefined;
  /** Seconds that updates of a file wait; default 300. */
  readonly writeAfter?: number | undefined;
  /** Permissions of the socket; default 0600. */
  readonly mode?: number | undefined;
  /** Let CREATE make folders. */
  readonly makeFolders?: boolean | undefined;
  /** Waiting updates of one file; default 16,384. */
  readonly mostPerFile?: number | undefined;
  /** Bytes of waiting updates; default 64 MiB. */
  readonly mostBytes?: number | undefined;
  /** RRD files kept open; default 256. */
  readonly mostOpen?: number | undefined;
  /** Clients at a time; default 256. More are turned away. */
  readonly mostClients?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Default: the file system. */
  readonly journalDisk?: JournalDisk | undefined;
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

export interface CacheDaemon {
  figures(): WriteBehindFigures;
  /** Writes everything that waits and removes the socket. Idempotent. */
  close(): Promise<void>;
}

/**
 * Takes updates in rrdcached's protocol and writes them later, many of a file at once. Problems: `socket-taken`,
 * `socket-storage`, `base-folder`, `journal-storage`, `rrd-locked` (the journal is another process's).
 */
export async function startCacheDaemon(options: CacheDaemonOptions): Promise<Result<CacheDaemon>> {
  const { clock = systemClock, onProblem = () => undefined, sync = "interval" } = options;
  let base: BaseFolder;
  try {
    base = new BaseFolder(options.base);
  } catch (error) {
    return failed(
      problem("base-folder", `cannot use the folder "${options.base}": ${(error as Error).message}`),
    );
  }
  const opened =
    options.journal === undefined
      ? ok(undefined)
      : Journal.open(resolve(options.journal), sync, options.journalDisk);
  if (!opened.ok) return opened;
  const journal = opened.value;
  const cache = new WriteBehind({
    clock,
    journal,
    syncFiles: journal !== undefined && sync !== "never",
    writeAfter: options.writeAfter ?? 300,
    mostPerFile: options.mostPerFile ?? 16_384,
    mostBytes: options.mostBytes ?? 64 * 1024 * 1024,
    mostOpen: options.mostOpen ?? 256,
    mostFiles: 200_000,
    onProblem,
  });
  const clients = new Set<Socket>();
  const context = { cache, base, clock, makeFolders: options.makeFolders ?? false };
  const alertness = new Alertness({ clock });
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on("close", () => clients.delete(socket));
    new Session(socket, context, alertness);
  });
  server.maxConnections = options.mostClients ?? 256;
  const path = join(resolve(options.socket));
  try {
    if (journal !== undefined) {
      const replayed = cache.replay(journal, (file) => base.locate(file) === file && base.contains(file));
      for (const problem of replayProblems(replayed)) onProblem(problem);
    }
  } catch (error) {
    journal?.close();
    return failed(problem("journal-storage", `cannot replay the journal: ${(error as Error).message}`));
  }
  const listening = await listenOn(server, path, options.mode ?? 0o600);
  if (!listening.ok) {
    cache.close();
    return listening;
  }
  // A connection that cannot be accepted (no descriptors left, say) must not end the others.
  server.on("error", (error) => onProblem(problem("socket-storage", error.message, { severity: "warning" })));
  cache.start();
  let closing: Promise<void> | undefined;
  return ok({
    figures: () => cache.figures(),
    close() {
      closing ??= new Promise((done) => {
        server.close(() => done());
        for (const socket of clients) socket.destroy();
        cache.close();
      });
      return closing;
    },
  });
}
