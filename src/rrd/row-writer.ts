import { internalError } from "../base/index.ts";
import { type Header, stateWord } from "./header.ts";
import type { HeaderGuard } from "./header-guard.ts";
import { PendingRows } from "./pending-rows.ts";
import type { StorageFile } from "./storage.ts";
import { remainder } from "./whole-division.ts";
import { readWhole, writeWhole } from "./whole-io.ts";
import { writeDouble } from "./words.ts";
import type { RowSink } from "./workspace.ts";

/** Rows are written in pieces of at most this size after a long gap; bytes. */
const LARGEST_PIECE = 64 * 1024;
/** What one update overwrites is remembered up to this size, so that a failed update can be taken back; bytes. */
const MOST_REMEMBERED = 1024 * 1024;
/** While rows are held back, at most about this much waits; bytes. */
const MOST_PENDING = 64 * 1024;
/** Buffers up to this size stay for the next update: after a long gap thousands of files would keep a large one each. */
const MOST_KEPT = 4096;

interface Overwritten {
  position: number;
  length: number;
  bytes: Uint8Array;
}

/**
 * Writes the rows and then the changing part of the header, in as few positional writes as possible, so that a reader
 * sees either the old or the new state. A failed update is taken back: what it overwrote is written again.
 */
export class RowWriter implements RowSink {
  readonly #file: StorageFile;
  readonly #header: Header;
  readonly #guard: HeaderGuard | undefined;
  readonly #live: Uint8Array;
  /** The live part as it is in the file. */
  readonly #stored: Uint8Array;
  readonly #rowBytes: number;
  readonly #row: Float64Array;
  #buffer: Uint8Array;
  readonly #overwritten: Overwritten[] = [];
  #overwrittenCount = 0;
  #remembered = 0;
  /** One per archive while rows are held back. */
  #pending: PendingRows[] | undefined;
  /** Bytes of theirs. */
  #waiting = 0;
  /** Hears of the rows before they are written. */
  listener: ((archive: number, count: number) => void) | undefined;

  constructor(file: StorageFile, header: Header, guard?: HeaderGuard) {
    this.#file = file;
    this.#guard = guard;
    this.#header = header;
    this.#live = header.liveBytes;
    this.#stored = new Uint8Array(this.#live);
    this.#rowBytes = header.dataSources.length * 8;
    this.#row = new Float64Array(header.dataSources.length);
    this.#buffer = new Uint8Array(new ArrayBuffer(this.#rowBytes));
  }

  /** From now on rows wait in memory: many updates become few writes. Only for archives whose rows nobody reads. */
  holdBack(updates: number): void {
    const { archives, dataSources } = this.#header;
    const most = Math.min(updates, Math.ceil(MOST_PENDING / this.#rowBytes));
    this.#pending = archives.map(({ rows, pdpPerRow }) => {
      const expected = Math.min(rows, Math.ceil(most / pdpPerRow) + 1);
      return new PendingRows(rows, dataSources.length, expected);
    });
    this.#waiting = 0;
  }

  writeRows(archive: number, current: number, count: number): void {
    this.listener?.(archive, count);
    if (this.#pending !== undefined && this.#wait(this.#pending, archive, current, count)) return;
    const { rows, dataStart } = this.#header.archives[archive] as { rows: number; dataStart: number };
    let slot: number = stateWord.primary;
    const most = Math.max(1, Math.floor(LARGEST_PIECE / this.#rowBytes));
    for (let done = 0, row = current; done < count; ) {
      row = row + 1 === rows ? 0 : row + 1;
      // The first row differs from all others, and the archive ends somewhere: each begins a piece of its own.
      const piece = done === 0 ? 1 : Math.min(count - done, rows - row, most);
      this.#writePiece(dataStart + row * this.#rowBytes, this.#fill(archive, slot, piece));
      slot = stateWord.secondary;
      done += piece;
      row += piece - 1;
    }
  }

  #wait(pending: PendingRows[], archive: number, current: number, count: number): boolean {
    const rows = pending[archive];
    const total = this.#header.archives[archive]?.rows ?? 0;
    const next = current + 1 === total ? 0 : current + 1;
    if (rows === undefined) return false;
    if (count > 1 || !rows.takes(next, count)) this.#flush(rows, archive);
    // What fills a long gap goes out at once.
    if (count > 1) return false;
    const sources = this.#header.dataSources.length;
    for (let source = 0; source < sources; source++)
      this.#row[source] = this.#header.double(this.#header.stateAt(archive, source) + stateWord.primary);
    rows.add(next, this.#row, 0, 1);
    this.#waiting += this.#rowBytes;
    return true;
  }

  /** `count` rows behind row `current`, going round; only while rows are held back. */
  appendRows(archive: number, current: number, values: Float64Array, count: number): void {
    const pending = this.#pending?.[archive];
    const total = this.#header.archives[archive]?.rows ?? 0;
    if (pending === undefined) throw internalError("rows are not held back");
    let next = current + 1 === total ? 0 : current + 1;
    for (let done = 0; done < count; ) {
      if (!pending.takes(next, 1)) this.#flush(pending, archive);
      const piece = Math.min(count - done, pending.room);
      pending.add(next, values, done, piece);
      this.#waiting += piece * this.#rowBytes;
      done += piece;
      next = remainder(next + piece, total);
    }
  }

  #flush(rows: PendingRows, archive: number): void {
    this.#waiting -= rows.size;
    rows.flush((row, bytes) => this.#writePieces(this.#positionOf(archive, row), bytes));
  }

  readRows(archive: number, row: number, into: Float64Array): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    if (!readWhole(this.#file, bytes, this.#positionOf(archive, row)))
      throw new Error("the file ended early");
  }

  writeValues(archive: number, row: number, values: Float64Array): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#writePieces(this.#positionOf(archive, row), bytes);
  }

  #writePieces(position: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; done += LARGEST_PIECE)
      this.#writePiece(position + done, bytes.subarray(done, done + LARGEST_PIECE));
  }

  #positionOf(archive: number, row: number): number {
    const { dataStart } = this.#header.archives[archive] as { dataStart: number };
    return dataStart + row * this.#rowBytes;
  }

  #fill(archive: number, slot: number, rows: number): Uint8Array {
    const length = rows * this.#rowBytes;
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(new ArrayBuffer(length));
    const doubles = new Float64Array(this.#buffer.buffer, 0, length / 8);
    const words = new Uint32Array(this.#buffer.buffer, 0, length / 4);
    const sources = this.#header.dataSources.length;
    for (let source = 0; source < sources; source++) {
      const value = this.#header.double(this.#header.stateAt(archive, source) + slot);
      for (let at = source; at < doubles.length; at += sources) writeDouble(doubles, words, at, value);
    }
    return length === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, length);
  }

  #writePiece(position: number, bytes: Uint8Array): void {
    if (this.#remembered + bytes.length <= MOST_REMEMBERED) this.#remember(position, bytes.length);
    writeWhole(this.#file, bytes, position);
  }

  #remember(position: number, length: number): void {
    let entry = this.#overwritten[this.#overwrittenCount];
    if (entry === undefined || entry.bytes.length < length) {
      entry = { position, length, bytes: new Uint8Array(length) };
      this.#overwritten[this.#overwrittenCount] = entry;
    }
    entry.position = position;
    entry.length = length;
    readWhole(
      this.#file,
      length === entry.bytes.length ? entry.bytes : entry.bytes.subarray(0, length),
      position,
    );
    this.#overwrittenCount++;
    this.#remembered += length;
  }

  /** An update is complete; held back rows may go on waiting. */
  settle(): void {
    if (this.#pending === undefined || this.full) this.commit();
  }

  /** So many rows wait that it is time to write them. */
  get full(): boolean {
    return this.#waiting > MOST_PENDING;
  }

  /** Writes what waits, and the header: with this all updates count. */
  commit(): void {
    this.#pending?.forEach((rows, archive) => {
      this.#flush(rows, archive);
    });
    this.#guard?.announce(this.#live);
    writeWhole(this.#file, this.#live, this.#header.layout.live);
    this.#stored.set(this.#live);
    this.#forget();
  }

  /** Commits and holds nothing back any more. */
  letGo(): void {
    this.commit();
    this.#pending = undefined;
  }

  /** The header in memory as it is in the file; for an update that was refused before anything was written. */
  discard(): void {
    this.#live.set(this.#stored);
    this.#forget();
  }

  /** Takes a failed update back; false when the file would not take that either. */
  rollBack(): boolean {
    this.#pending = undefined;
    this.#live.set(this.#stored);
    try {
      for (let index = this.#overwrittenCount - 1; index >= 0; index--) {
        const entry = this.#overwritten[index] as Overwritten;
        writeWhole(this.#file, entry.bytes.subarray(0, entry.length), entry.position);
      }
      writeWhole(this.#file, this.#live, this.#header.layout.live);
      return true;
    } catch {
      return false;
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    if (this.#remembered > MOST_KEPT) this.#overwritten.length = 0;
    if (this.#buffer.length > Math.max(MOST_KEPT, this.#rowBytes))
      this.#buffer = new Uint8Array(new ArrayBuffer(this.#rowBytes));
    this.#overwrittenCount = 0;
    this.#remembered = 0;
  }
}
