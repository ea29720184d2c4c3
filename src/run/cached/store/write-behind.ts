import { type Clock, type Milliseconds, type Problem, problem, type Timer } from "../../../base/index.ts";
import { openRrd } from "../../../rrd/index.ts";
import type { CachedFile } from "./cached-file.ts";
import { statusOf } from "./file-status.ts";
import type { Journal } from "./journal.ts";
import { OpenFiles } from "./open-files.ts";

export interface WriteBehindOptions {
  readonly clock: Clock;
  readonly journal: Journal | undefined;
  /** Force written RRD files to the disk before the journal forgets their updates. */
  readonly syncFiles: boolean;
  /** Seconds from the first waiting update of a file until it is written. */
  readonly writeAfter: number;
  /** Updates waiting per file, and bytes waiting in all, before files are written ahead of time. */
  readonly mostPerFile: number;
  readonly mostBytes: number;
  readonly mostOpen: number;
  readonly mostFiles: number;
  readonly onProblem: (problem: Problem) => void;
}

export interface WriteBehindFigures {
  readonly queued: number;
  readonly files: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly received: number;
  readonly flushes: number;
  /** Calls that wrote, and the updates they wrote. */
  readonly writes: number;
  readonly written: number;
  /** Updates that the file refused: a wrong number of values, no number. */
  readonly refused: number;
  /** Updates lost: the file went away, or could not be written until the limit was reached. */
  readonly dropped: number;
  readonly journalBytes: number;
  readonly journalRotations: number;
}

/** How long writing may keep others waiting, milliseconds; and how often is looked for what is due. */
const SLICE = 10;
const LOOK = 1000 as Milliseconds;
const RETRY = 10_000;
const SMALLEST_ROTATION = 16 * 1024 * 1024;
const QUIET = 60_000;
/** What a file refuses because of the update itself; everything else is tried again later. */
const dataFaults = new Set([
  "rrd-arguments",
  "rrd-reading",
  "rrd-late",
  "rrd-too-far-ahead",
  "rrd-expression",
]);

/** Keeps updates in memory and writes many of one file at once. Everything it takes is written, or counted as lost. */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  readonly #open: OpenFiles;
  readonly #files = new Map<string, CachedFile>();
  /** With waiting updates, longest waiting first. */
  readonly #waiting = new Set<CachedFile>();
  /** Names as clients give them -> the file, so that a known one is not looked up twice. */
  readonly #names = new Map<string, CachedFile>();
  readonly #told = new Map<string, number>();
  #bytes = 0;
  #timer: Timer | undefined;
  #journalFailed = false;
  received = 0;
  flushes = 0;
  #writes = 0;
  #written = 0;
  #refused = 0;
  #dropped = 0;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
    this.#open = new OpenFiles(options.mostOpen, options.clock);
  }

  /** Begins to write what is due. */
  start(): void {
    this.#timer = this.#options.clock.after(LOOK, () => this.#look());
  }

  known(path: string): CachedFile | undefined {
    return this.#files.get(path);
  }

  named(name: string): CachedFile | undefined {
    return this.#names.get(name);
  }

  /** Remembers that `name` means `file`. */
  name(name: string, file: CachedFile): void {
    if (this.#names.size >= 2 * this.#options.mostFiles) this.#names.clear();
    // A copy: a piece of a larger text would keep all of it.
    this.#names.set(Buffer.from(name).toString(), file);
  }

  files(): Iterable<CachedFile> {
    return this.#files.values();
  }

  /** The file, looked at if it is new; a text is why it cannot take updates. `shown` is its name in that text. */
  file(path: string, shown: string): CachedFile | string {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const status = statusOf(path);
    if (typeof status === "number") return `stat failed with error ${status}.`;
    if (status === undefined) return `No such file: ${shown}`;
    if (!status.isFile()) return `Not a regular file: ${shown}`;
    const opened = openRrd(path, { mode: "read", clock: this.#options.clock });
    if (!opened.ok) return `RRD Error: ${opened.problems[0]?.message}`;
    const last = opened.value.lastUpdate;
    opened.value.close();
    const file: CachedFile = {
      path,
      updates: [],
      bytes: 0,
      last,
      due: 0,
      queued: false,
      suspended: false,
      failing: false,
    };
    this.#files.set(path, file);
    if (this.#files.size > this.#options.mostFiles) this.#forgetIdle();
    return file;
  }

  /** `update` begins with the absolute time `at`, later than `file.last`. */
  take(file: CachedFile, update: string, at: number): void {
    file.last = at;
    this.#options.journal?.add("u", file.path, update);
    this.#keep(file, update);
  }

  /** Makes what was taken survive the end of this process. Call it before telling anybody that it was taken. */
  commit(): void {
    const { journal } = this.#options;
    if (journal === undefined) return;
    try {
      if (!this.#journalFailed) {
        journal.commit();
        return;
      }
      // Only a new segment is trusted again.
      journal.rotate(this.#unwritten());
      this.#journalFailed = false;
    } catch (error) {
      this.#journalFailed = true;
      this.#tell(
        "journal",
        `the journal cannot be written (${(error as Error).message}): updates go straight to their files`,
      );
      this.flushAllNow();
    }
  }

  /** Written now; a text is why not. */
  flush(file: CachedFile): string | undefined {
    file.queued = false;
    if (file.updates.length === 0 || file.suspended) return undefined;
    const opened = this.#open.get(file.path);
    if (!opened.ok) return this.#later(file, opened.problems[0]);
    const rrd = opened.value;
    let left: readonly string[] = file.updates;
    while (left.length > 0) {
      const stored = rrd.updateArguments(left, { skipPastUpdates: true });
      if (stored.ok) {
        this.#written += stored.value;
        break;
      }
      const [fault] = stored.problems;
      const before = left.length;
      left = left.filter((update) => timeOf(update) > rrd.lastUpdate + 1e-6);
      this.#written += before - left.length;
      if (fault === undefined || !dataFaults.has(fault.code)) {
        this.#open.close(file.path);
        this.#replace(file, left);
        return this.#later(file, fault);
      }
      left = left.slice(1);
      this.#refused++;
      this.#tell("refused", fault.message);
    }
    this.#writes++;
    file.failing = false;
    if (this.#options.syncFiles) {
      const synced = rrd.sync();
      if (!synced.ok) {
        this.#open.close(file.path);
        this.#tell("sync", synced.problems[0]?.message ?? "");
      }
    }
    this.#done(file, "w");
    return undefined;
  }

  flushAll(): void {
    for (const file of this.#waiting) file.queued = !file.suspended;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(0 as Milliseconds, () => this.#look());
  }

  flushAllNow(): void {
    for (const file of [...this.#waiting]) this.flush(file);
  }

  forget(file: CachedFile): void {
    this.#open.close(file.path);
    if (file.updates.length > 0) this.#done(file, "f");
    this.#files.delete(file.path);
    this.#names.clear();
  }

  /** Takes what a journal holds; what the file already has is left out. Call before `start`. */
  replay(journal: Journal, inside: (path: string) => boolean): { taken: number; damaged: number } {
    let taken = 0;
    const { damaged } = journal.replay(({ kind, path, updates }) => {
      if (!inside(path)) return;
      const file = this.file(path, path);
      if (typeof file === "string") {
        if (kind === "u") this.#lost(1, file);
        return;
      }
      if (kind !== "u") {
        this.#done(file, undefined);
        return;
      }
      for (const update of updates.split(" ")) {
        const at = timeOf(update);
        if (!(at > file.last)) continue;
        file.last = at;
        taken++;
        this.#keep(file, update);
      }
    });
    this.flushAllNow();
    journal.rotate(this.#unwritten());
    return { taken, damaged };
  }

  figures(): WriteBehindFigures {
    let queued = 0;
    let waiting = 0;
    for (const file of this.#waiting) {
      if (file.queued) queued++;
      waiting += file.updates.length;
    }
    return {
      queued,
      files: this.#files.size,
      waiting,
      waitingBytes: this.#bytes,
      received: this.received,
      flushes: this.flushes,
      writes: this.#writes,
      written: this.#written,
      refused: this.#refused,
      dropped: this.#dropped,
      journalBytes: this.#options.journal?.written ?? 0,
      journalRotations: this.#options.journal?.rotations ?? 0,
    };
  }

  /** Writes everything, suspended files too; the journal keeps what could not be written. */
  close(): void {
    this.#timer?.cancel();
    for (const file of this.#waiting) file.suspended = false;
    this.flushAllNow();
    this.#open.closeAll();
    const { journal } = this.#options;
    if (journal === undefined) {
      for (const file of [...this.#waiting])
        this.#lost(file.updates.length, "they could not be written until the end");
      return;
    }
    try {
      journal.rotate(this.#unwritten());
    } finally {
      journal.close();
    }
  }

  #keep(file: CachedFile, update: string): void {
    const { mostPerFile, mostBytes, writeAfter, clock } = this.#options;
    if (file.updates.length === 0) {
      file.due = clock.monotonic() + writeAfter * 1000;
      this.#waiting.add(file);
    }
    file.updates.push(update);
    file.bytes += update.length;
    this.#bytes += update.length;
    if (file.updates.length > mostPerFile) {
      // Not again and again when it has just failed.
      if (!file.failing || file.due <= clock.monotonic()) this.flush(file);
      if (file.updates.length > mostPerFile) this.#dropOldest(file);
    }
    if (this.#bytes <= mostBytes) return;
    for (const oldest of [...this.#waiting]) {
      if (this.#bytes <= mostBytes) break;
      this.flush(oldest);
    }
    for (const oldest of this.#waiting) {
      while (this.#bytes > mostBytes && oldest.updates.length > 0) this.#dropOldest(oldest);
    }
  }

  #dropOldest(file: CachedFile): void {
    // Many at once: each cut moves the whole list.
    const count = Math.ceil(file.updates.length / 16);
    this.#replace(file, file.updates.slice(count));
    this.#lost(count, `"${file.path}" cannot be written and its limit is reached`);
  }

  #replace(file: CachedFile, updates: readonly string[]): void {
    file.updates = [...updates];
    this.#bytes -= file.bytes;
    file.bytes = updates.reduce((sum, update) => sum + update.length, 0);
    this.#bytes += file.bytes;
    if (updates.length === 0) this.#waiting.delete(file);
  }

  #done(file: CachedFile, kind: "w" | "f" | undefined): void {
    if (kind !== undefined) this.#options.journal?.add(kind, file.path, "");
    this.#replace(file, []);
  }

  #later(file: CachedFile, fault: Problem | undefined): string {
    const message = fault?.message ?? "it cannot be written";
    const status = statusOf(file.path);
    if (status === undefined || (typeof status === "object" && !status.isFile())) {
      this.#lost(file.updates.length, `"${file.path}" went away`);
      this.#done(file, "f");
      this.#files.delete(file.path);
      this.#names.clear();
      return message;
    }
    file.failing = true;
    file.due = this.#options.clock.monotonic() + RETRY;
    this.#tell("write", message);
    return message;
  }

  #lost(count: number, reason: string): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#tell("dropped", `updates are lost: ${reason}`);
  }

  #look(): void {
    const { clock, journal } = this.#options;
    const began = clock.monotonic();
    let more = false;
    for (const file of this.#waiting) {
      if (file.suspended || (!file.queued && file.due > began)) continue;
      if (clock.monotonic() - began > SLICE) {
        more = true;
        file.queued = true;
        continue;
      }
      this.flush(file);
    }
    this.commit();
    journal?.sync((error) => {
      if (error === null) return;
      this.#journalFailed = true;
      this.#tell("journal", `the journal cannot be synced: ${error.message}`);
    });
    if (journal !== undefined && journal.size > Math.max(SMALLEST_ROTATION, 4 * this.#bytes)) {
      this.#journalFailed = true;
      this.commit();
    }
    this.#timer = clock.after(more ? (1 as Milliseconds) : LOOK, () => this.#look());
  }

  *#unwritten(): Generator<readonly [string, string]> {
    for (const file of this.#waiting) yield [file.path, file.updates.join(" ")];
  }

  #forgetIdle(): void {
    let left = Math.ceil(this.#options.mostFiles / 10);
    for (const file of this.#files.values()) {
      if (left <= 0) break;
      if (file.updates.length > 0 || file.suspended) continue;
      this.#files.delete(file.path);
      this.#names.clear();
      left--;
    }
  }

  #tell(kind: string, message: string): void {
    const now = this.#options.clock.monotonic();
    const before = this.#told.get(kind);
    if (before !== undefined && now - before < QUIET) return;
    this.#told.set(kind, now);
    this.#options.onProblem(problem(`cache-${kind}`, message, { severity: "warning" }));
  }
}

/** Epoch seconds that an update begins with; NaN when it does not. */
export function timeOf(update: string): number {
  let seconds = 0;
  for (let index = 0; index < 15; index++) {
    const digit = update.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) seconds = seconds * 10 + digit;
    else if (digit === 10 && index > 0) return seconds;
    else break;
  }
  const colon = update.indexOf(":");
  return colon <= 0 ? Number.NaN : Number(update.slice(0, colon));
}
