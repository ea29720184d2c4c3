import {
  closeSync,
  constants,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { failed, ok, problem, type Result } from "../../../base/index.ts";
import { lockForWriting, type WriterLock } from "../../collect/writer-lock.ts";
import { type JournalRecord, parseRecord, recordLine } from "./journal-record.ts";

/** When the journal is forced to the disk: before every answer, about once a second, or by the system alone. */
export type SyncPolicy = "always" | "interval" | "never";

const PIECE = 1024 * 1024;
/** A line longer than this was not written by us. */
const LONGEST_LINE = 4 * 1024 * 1024;
const segmentName = /^updates\.(\d{12})\.journal$/;

export interface Replayed {
  readonly records: number;
  /** Lines that were torn by a crash, or damaged; skipped. */
  readonly damaged: number;
}

/**
 * What was taken but not yet written to its RRD file. Records gather in memory until `commit`, which has to come
 * before anybody is told that an update was taken: then even a killed process has lost nothing.
 */
export class Journal {
  readonly #folder: string;
  readonly #policy: SyncPolicy;
  readonly #lock: WriterLock;
  #segment: number;
  #descriptor: number | undefined;
  #lines: string[] = [];
  #unsynced = false;
  #syncing = false;
  /** Bytes in the segments, and since the start. */
  size = 0;
  written = 0;
  rotations = 0;

  private constructor(folder: string, policy: SyncPolicy, lock: WriterLock) {
    this.#folder = folder;
    this.#policy = policy;
    this.#lock = lock;
    this.#segment = this.#segments().at(-1) ?? 0;
  }

  /** Problems: `journal-storage`, `rrd-locked` (another process uses the folder). */
  static open(folder: string, policy: SyncPolicy): Result<Journal> {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const lock = lockForWriting(join(folder, "journal"), { makeFolder: false });
      return lock.ok ? ok(new Journal(folder, policy, lock.value)) : lock;
    } catch (error) {
      return failed(
        problem("journal-storage", `cannot use the journal folder "${folder}": ${(error as Error).message}`),
      );
    }
  }

  /** Hands over every whole record, oldest first. A record cut off by a crash is counted and left out. */
  replay(take: (record: JournalRecord) => void): Replayed {
    let records = 0;
    let damaged = 0;
    for (const segment of this.#segments()) {
      for (const line of linesOf(this.#path(segment))) {
        const record = parseRecord(line);
        if (record === undefined) damaged++;
        else {
          records++;
          take(record);
        }
      }
    }
    return { records, damaged };
  }

  add(kind: JournalRecord["kind"], path: string, updates: string): void {
    this.#lines.push(recordLine(kind, path, updates));
  }

  /** Writes what was added. Throws what `node:fs` throws; what was added then stays to be tried again. */
  commit(): void {
    if (this.#lines.length === 0) return;
    this.#append(this.#lines.join(""));
    this.#lines = [];
    if (this.#policy === "always") fsyncSync(this.#open());
    else this.#unsynced = true;
  }

  /** For `interval`: forces what was committed to the disk, in the background. */
  sync(done: (error: Error | null) => void): void {
    if (this.#policy !== "interval" || !this.#unsynced || this.#syncing || this.#descriptor === undefined)
      return;
    this.#unsynced = false;
    this.#syncing = true;
    const descriptor = this.#descriptor;
    fsync(descriptor, (error) => {
      this.#syncing = false;
      if (this.#descriptor !== descriptor) closeSync(descriptor);
      done(error);
    });
  }

  /** Begins anew with only what is still waiting; everything before is deleted afterwards. */
  rotate(waiting: Iterable<readonly [path: string, updates: string]>): void {
    // What was added and not committed is among what waits.
    this.#lines = [];
    const old = this.#segments();
    this.#leave();
    this.#segment++;
    this.size = 0;
    for (const [path, updates] of waiting) this.#append(recordLine("u", path, updates));
    if (this.#policy !== "never" && this.#descriptor !== undefined) fsyncSync(this.#descriptor);
    for (const segment of old) unlinkSync(this.#path(segment));
    this.rotations++;
  }

  /** Idempotent. */
  close(): void {
    try {
      this.commit();
    } finally {
      this.#leave();
      this.#lock.release();
    }
  }

  #append(text: string): void {
    const bytes = Buffer.from(text);
    const descriptor = this.#open();
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    this.size += bytes.length;
    this.written += bytes.length;
  }

  #open(): number {
    this.#descriptor ??= openSync(
      this.#path(this.#segment),
      constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
      0o600,
    );
    return this.#descriptor;
  }

  #leave(): void {
    // While a sync runs, its callback closes the file.
    if (this.#descriptor !== undefined && !this.#syncing) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #path(segment: number): string {
    return join(this.#folder, `updates.${String(segment).padStart(12, "0")}.journal`);
  }

  #segments(): number[] {
    return readdirSync(this.#folder)
      .flatMap((name) => segmentName.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }
}

/** The last line also when its end is missing: its checksum tells what it is worth. */
function* linesOf(path: string): Generator<string> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const piece = Buffer.alloc(PIECE);
    let rest = Buffer.alloc(0);
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
      rest = Buffer.concat([rest, piece.subarray(0, read)]);
      let from = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
        yield rest.toString("utf8", from, end);
        from = end + 1;
      }
      rest = rest.length - from > LONGEST_LINE ? Buffer.alloc(0) : rest.subarray(from);
    }
    if (rest.length > 0) yield rest.toString();
  } finally {
    closeSync(descriptor);
  }
}
