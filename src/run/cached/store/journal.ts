import { basename, join } from "node:path";
import { failed, ok, problem, type Result } from "../../../base/index.ts";
import { lockForWriting, type WriterLock } from "../../collect/writer-lock.ts";
import { blockOf, JournalBlock } from "./journal-block.ts";
import { type JournalDisk, journalDisk } from "./journal-disk.ts";
import { type JournalRecord, readLines } from "./journal-record.ts";
import { blocksOf } from "./read-blocks.ts";

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
  readonly #disk: JournalDisk;
  #segment: number;
  #descriptor: number | undefined;
  readonly #block = new JournalBlock();
  /** Path -> its short name in this segment. */
  readonly #ids = new Map<string, number>();
  #unsynced = false;
  /** Being forced to the disk in the background; closed afterwards when it has been left. */
  #syncing: number | undefined;
  /** Bytes in the segments, and since the start. */
  size = 0;
  written = 0;
  rotations = 0;

  private constructor(folder: string, policy: SyncPolicy, disk: JournalDisk, lock: WriterLock) {
    this.#folder = folder;
    this.#policy = policy;
    this.#disk = disk;
    this.#lock = lock;
    this.#segment = this.#segments().at(-1) ?? 0;
  }

  /** Problems: `journal-storage`, `rrd-locked` (another process uses the folder). */
  static open(folder: string, policy: SyncPolicy, disk: JournalDisk = journalDisk): Result<Journal> {
    try {
      disk.makeFolder(folder);
      const lock = lockForWriting(join(folder, "journal"), { makeFolder: false });
      return lock.ok ? ok(new Journal(folder, policy, disk, lock.value)) : lock;
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
    this.#block.text(`${kind} ${this.#idOf(path)} ${updates}\n`);
  }

  /** As `add` of one update, the bytes from `from` up to `to`. */
  addUpdate(path: string, bytes: Buffer, from: number, to: number): void {
    this.#block.update(this.#idOf(path), bytes, from, to);
  }

  /** Writes what was added. Throws what `node:fs` throws; what was added then stays to be tried again. */
  commit(): void {
    if (this.#block.size === 0) return;
    this.#put();
    if (this.#policy === "always") this.#disk.sync(this.#open());
    else this.#unsynced = true;
  }

  /** Writes a record that says nothing; throws when that is not possible. */
  probe(): void {
    this.#append(blockOf("\n"));
  }

  /** For `interval`: forces what was committed to the disk, in the background. */
  sync(done: (error: Error | null) => void): void {
    if (this.#policy !== "interval" || !this.#unsynced || this.#syncing !== undefined) return;
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#unsynced = false;
    this.#syncing = descriptor;
    this.#disk.syncInBackground(descriptor, (error) => {
      this.#syncing = undefined;
      if (this.#descriptor !== descriptor) this.#disk.close(descriptor);
      done(error);
    });
  }

  /**
   * Begins anew with only what is still waiting; everything before is deleted afterwards. Throws what the disk throws;
   * what was there before then is there still.
   */
  rotate(waiting: Iterable<readonly [path: string, updates: string]>): void {
    // What was added and not committed is among what waits.
    this.#block.clear();
    this.#ids.clear();
    const old = this.#segments();
    this.#leave();
    this.#segment++;
    this.size = 0;
    try {
      for (const [path, updates] of waiting) {
        this.add("u", path, updates);
        if (this.#block.size > PIECE) this.#put();
      }
      this.#put();
      if (this.#policy !== "never" && this.#descriptor !== undefined) this.#disk.sync(this.#descriptor);
    } catch (error) {
      this.#giveUp();
      throw error;
    }
    this.rotations++;
    for (const segment of old) {
      try {
        this.#disk.remove(this.#path(segment));
      } catch {
        // What it holds is stored or written anew: reading it again does no harm, and the next time may succeed.
      }
    }
  }

  /**
   * Gives the segments names that are not read again and not deleted: they hold what has no place now. Returns their
   * paths; throws what the disk throws.
   */
  setAside(): string[] {
    const taken = new Set(this.#disk.list(this.#folder));
    return this.#segments().map((segment) => {
      const path = this.#path(segment);
      const name = basename(path);
      let aside = `${name}.kept`;
      for (let count = 2; taken.has(aside); count++) aside = `${name}.kept.${count}`;
      taken.add(aside);
      this.#disk.rename(path, join(this.#folder, aside));
      return join(this.#folder, aside);
    });
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

  /** Takes a segment back that could not be written whole: on a full disk there must not be more of them each time. */
  #giveUp(): void {
    this.#block.clear();
    this.#ids.clear();
    try {
      const begun = this.#descriptor !== undefined;
      this.#leave();
      if (begun) this.#disk.remove(this.#path(this.#segment));
    } catch {
      // The next one has another name, and a torn end is known when it is read.
    }
  }

  #idOf(path: string): number {
    let id = this.#ids.get(path);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(path, id);
      this.#block.text(`p ${id} ${path}\n`);
    }
    return id;
  }

  #put(): void {
    if (this.#block.size > 0) this.#append(this.#block.sealed());
    this.#block.clear();
  }

  #append(bytes: Buffer): void {
    const descriptor = this.#open();
    for (let done = 0; done < bytes.length; ) done += this.#disk.write(descriptor, bytes, done);
    this.size += bytes.length;
    this.written += bytes.length;
  }

  #open(): number {
    this.#descriptor ??= this.#disk.open(this.#path(this.#segment));
    return this.#descriptor;
  }

  #leave(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    // While a sync of it runs, its callback closes the file.
    if (descriptor !== undefined && descriptor !== this.#syncing) this.#disk.close(descriptor);
  }

  #path(segment: number): string {
    return join(this.#folder, `updates.${String(segment).padStart(12, "0")}.journal`);
  }

  #segments(): number[] {
    return this.#disk
      .list(this.#folder)
      .flatMap((name) => segmentName.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }
}
