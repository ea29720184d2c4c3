import {
  closeSync,
  constants,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { failed, ok, problem, type Result } from "../../../base/index.ts";
import { lockForWriting, type WriterLock } from "../../collect/writer-lock.ts";
import { blockOf, blocksOf } from "./journal-block.ts";
import { type JournalRecord, readLines } from "./journal-record.ts";

/** When the journal is forced to the disk: before every answer, about once a second, or by the system alone. */
export type SyncPolicy = "always" | "interval" | "never";

const PIECE = 1024 * 1024;
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
  #lines = "";
  /** Path -> its short name in this segment. */
  readonly #ids = new Map<string, number>();
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
      const paths = new Map<string, string>();
      for (const body of blocksOf(this.#path(segment))) {
        if (body === false) damaged++;
        else {
          damaged += readLines(body, paths, (record) => {
            records++;
            take(record);
          });
        }
      }
    }
    return { records, damaged };
  }

  add(kind: JournalRecord["kind"], path: string, updates: string): void {
    let id = this.#ids.get(path);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(path, id);
      this.#lines += `p ${id} ${path}\n`;
    }
    this.#lines += `${kind} ${id} ${updates}\n`;
  }

  /** Writes what was added. Throws what `node:fs` throws; what was added then stays to be tried again. */
  commit(): void {
    if (this.#lines === "") return;
    this.#put();
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
    this.#lines = "";
    this.#ids.clear();
    const old = this.#segments();
    this.#leave();
    this.#segment++;
    this.size = 0;
    for (const [path, updates] of waiting) {
      this.add("u", path, updates);
      if (this.#lines.length > PIECE) this.#put();
    }
    this.#put();
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

  #put(): void {
    if (this.#lines !== "") this.#append(this.#lines);
    this.#lines = "";
  }

  #append(body: string): void {
    const bytes = blockOf(body);
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
