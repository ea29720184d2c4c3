import type { Clock, Milliseconds, Problem, Timer } from "../../../base/index.ts";
import type { CachedFile } from "./cached-file.ts";
import { statusOf } from "./file-status.ts";
import type { Journal } from "./journal.ts";
import { KeptJournal } from "./kept-journal.ts";
import { KnownFiles } from "./known-files.ts";
import { OpenFiles } from "./open-files.ts";
import { Seldom } from "./seldom.ts";
import { storeUpdates } from "./store-updates.ts";
import { UnplacedUpdates } from "./unplaced-updates.ts";
import { timeOf } from "./update-time.ts";
import { WaitingUpdates } from "./waiting-updates.ts";
import type { WriteBehindFigures } from "./write-behind-figures.ts";

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

export interface ReplayReport {
  readonly taken: number;
  /** Records that were cut off or damaged. */
  readonly damaged: number;
  readonly unplaced: UnplacedUpdates;
  /** Paths of the segments that hold what has no place. */
  readonly kept: readonly string[];
}

/** How long writing may keep others waiting, milliseconds; and how often is looked for what is due. */
const SLICE = 10;
const LOOK = 1000 as Milliseconds;
const RETRY = 10_000;

/** Keeps updates in memory and writes many of one file at once. Everything it takes is written, or counted as lost. */
export class WriteBehind {
  readonly files: KnownFiles;
  readonly #options: WriteBehindOptions;
  readonly #open: OpenFiles;
  readonly #waiting = new WaitingUpdates();
  readonly #seldom: Seldom;
  readonly #journal: KeptJournal | undefined;
  #timer: Timer | undefined;
  received = 0;
  flushes = 0;
  #writes = 0;
  #written = 0;
  #refused = 0;
  #dropped = 0;

  constructor(options: WriteBehindOptions) {
    const { clock, journal } = options;
    this.#options = options;
    this.files = new KnownFiles(options.mostFiles, clock);
    this.#open = new OpenFiles(options.mostOpen, clock, options.onProblem);
    this.#seldom = new Seldom(clock, options.onProblem);
    if (journal !== undefined) this.#journal = new KeptJournal(journal, this.#waiting, clock, this.#seldom);
  }

  /** Begins to write what is due. */
  start(): void {
    this.#timer = this.#options.clock.after(LOOK, () => this.#look());
  }

  /** The update, the bytes from `from` up to `to`, begins with the absolute time `at`, later than `file.last`. */
  take(file: CachedFile, bytes: Buffer, from: number, to: number, at: number): void {
    file.last = at;
    this.#journal?.addUpdate(file.path, bytes, from, to);
    this.#keep(file, bytes, from, to);
  }

  /** Makes what was taken survive the end of this process. Call it before telling anybody that it was taken. */
  commit(): void {
    if (this.#journal?.commit() === false) this.#writeThrough();
  }

  /** Written now; a text is why not. */
  flush(file: CachedFile): string | undefined {
    file.queued = false;
    if (file.updates.count === 0 || file.suspended) return undefined;
    const opened = this.#open.get(file.path);
    if (!opened.ok) return this.#later(file, opened.problems[0]);
    const stored = storeUpdates(opened.value, file.updates.texts());
    this.#written += stored.written;
    this.#refused += stored.refused.length;
    for (const { message } of stored.refused) this.#seldom.tell("refused", message);
    if (stored.fault !== undefined || stored.left.length > 0) {
      this.#open.close(file.path);
      this.#waiting.replace(file, stored.left);
      return this.#later(file, stored.fault);
    }
    this.#writes++;
    file.failing = false;
    if (this.#options.syncFiles) {
      const synced = opened.value.sync();
      if (!synced.ok) {
        this.#open.close(file.path);
        this.#seldom.tell("sync", synced.problems[0]?.message ?? "");
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
    if (file.updates.count > 0) this.#done(file, "f");
    this.files.forget(file);
  }

  /**
   * Takes what a journal holds; what the file already has is left out. Updates whose file is outside of the base folder,
   * not there or no RRD file stay in the journal's old segments, which are kept under other names. Call before `start`.
   */
  replay(journal: Journal, inside: (path: string) => boolean): ReplayReport {
    let taken = 0;
    const completed = new Set<string>();
    const unplaced = new UnplacedUpdates();
    const { damaged } = journal.replay(({ kind, path, updates }) => {
      const place = this.#placeOf(path, inside, completed);
      if (typeof place === "string") {
        if (kind === "u") unplaced.add(path, updates.split(" ").length, place);
        else unplaced.settle(path);
        return;
      }
      if (kind !== "u") {
        this.#waiting.replace(place, []);
        return;
      }
      for (const update of updates.split(" ")) {
        const at = timeOf(update);
        if (!(at > place.last)) continue;
        place.last = at;
        taken++;
        const bytes = Buffer.from(update);
        this.#keep(place, bytes, 0, bytes.length);
      }
    });
    this.flushAllNow();
    // Its segments are not deleted by the rotation then: they have other names.
    const kept = unplaced.files > 0 ? journal.setAside() : [];
    journal.rotate(this.#waiting.unwritten());
    return { taken, damaged, unplaced, kept };
  }

  /** A text is why its updates cannot be taken. */
  #placeOf(path: string, inside: (path: string) => boolean, completed: Set<string>): CachedFile | string {
    if (!inside(path)) return "it is outside of the folder of -b";
    // A kill may have come amid the writing of its header: opening it for writing puts that right. What is wrong
    // with a file shows when it is looked at.
    if (!completed.has(path)) this.#open.get(path);
    completed.add(path);
    return this.files.look(path, path);
  }

  figures(): WriteBehindFigures {
    let queued = 0;
    let waiting = 0;
    for (const file of this.#waiting) {
      if (file.queued) queued++;
      waiting += file.updates.count;
    }
    return {
      queued,
      files: this.files.size,
      waiting,
      waitingBytes: this.#waiting.bytes,
      received: this.received,
      flushes: this.flushes,
      writes: this.#writes,
      written: this.#written,
      refused: this.#refused,
      dropped: this.#dropped,
      journalBytes: this.#journal?.written ?? 0,
      journalRotations: this.#journal?.rotations ?? 0,
    };
  }

  /** Writes everything, suspended files too; the journal keeps what could not be written. */
  close(): void {
    this.#timer?.cancel();
    for (const file of this.#waiting) file.suspended = false;
    this.flushAllNow();
    this.#open.closeAll();
    if (this.#journal?.close() === true) return;
    for (const file of this.#waiting)
      this.#lost(file.updates.count, "they could not be written until the end");
  }

  /** Without a journal. A file that has just failed waits for its time. */
  #writeThrough(): void {
    const now = this.#options.clock.monotonic();
    for (const file of [...this.#waiting]) if (!file.failing || file.due <= now) this.flush(file);
  }

  #keep(file: CachedFile, bytes: Buffer, from: number, to: number): void {
    const { mostPerFile, mostBytes, writeAfter, clock } = this.#options;
    const waiting = this.#waiting;
    if (file.updates.count === 0) file.due = clock.monotonic() + writeAfter * 1000;
    waiting.add(file, bytes, from, to);
    if (file.updates.count > mostPerFile) {
      // Not again and again when it has just failed.
      if (!file.failing || file.due <= clock.monotonic()) this.flush(file);
      if (file.updates.count > mostPerFile) this.#dropOldest(file);
    }
    if (waiting.bytes <= mostBytes) return;
    for (const oldest of [...waiting]) {
      if (waiting.bytes <= mostBytes) break;
      this.flush(oldest);
    }
    for (const oldest of waiting) {
      while (waiting.bytes > mostBytes && oldest.updates.count > 0) this.#dropOldest(oldest);
    }
  }

  #dropOldest(file: CachedFile): void {
    // Many at once: each cut moves the whole list.
    const count = Math.ceil(file.updates.count / 16);
    this.#waiting.replace(file, file.updates.texts().slice(count));
    this.#lost(count, `"${file.path}" cannot be written and its limit is reached`);
  }

  #done(file: CachedFile, kind: "w" | "f"): void {
    this.#journal?.add(kind, file.path, "");
    this.#waiting.replace(file, []);
  }

  #later(file: CachedFile, fault: Problem | undefined): string {
    const message = fault?.message ?? "it cannot be written";
    const status = statusOf(file.path);
    if (status === undefined || (typeof status === "object" && !status.isFile())) {
      this.#lost(file.updates.count, `"${file.path}" went away`);
      this.#done(file, "f");
      this.files.forget(file);
      return message;
    }
    file.failing = true;
    file.due = this.#options.clock.monotonic() + RETRY;
    this.#seldom.tell("write", message);
    return message;
  }

  #lost(count: number, reason: string): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#seldom.tell("dropped", `updates are lost: ${reason}`);
  }

  #look(): void {
    const { clock } = this.#options;
    const began = clock.monotonic();
    let more = false;
    for (const file of this.#waiting) {
      if (file.suspended || (!file.queued && file.due > began)) continue;
      if (more || clock.monotonic() - began > SLICE) {
        more = true;
        file.queued = true;
        continue;
      }
      this.flush(file);
    }
    this.commit();
    this.#journal?.sync();
    if (this.#journal?.shorten() === false) this.#writeThrough();
    this.#timer = clock.after(more ? (1 as Milliseconds) : LOOK, () => this.#look());
  }
}
