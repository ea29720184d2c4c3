import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { HeaderLayout } from "./layout.ts";
import { quietly } from "./place-new-file.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { readWhole, writeWhole } from "./whole-io.ts";

/**
 * A process that is killed while it writes stops at the end of a page of memory: of a header that lies in several, the
 * front would be new and the back old, and rows would be taken for others' ever after. So a copy of what such a header
 * is going to be is written first, to `.NAME.header` beside the file; who opens the file for writing next completes
 * it from there. Headers within one page need none of this.
 */
const PAGE = 4096;
const MAGIC = "rrdhead1";
/** Magic, checksum and length (four bytes each), where the header's changing part lies, the file's identity. */
const IDENTITY_BYTES = 40;
const HEAD = 8 + 4 + 4 + 8 + IDENTITY_BYTES;
/** The largest header that is read at all. */
const LONGEST = 16 * 1024 * 1024;

export class HeaderGuard {
  readonly #storage: Storage;
  readonly #path: string;
  readonly #head = Buffer.alloc(HEAD);
  #bytes = Buffer.alloc(0);
  #file: StorageFile | undefined;
  #given = true;

  private constructor(storage: Storage, path: string, layout: HeaderLayout, identity: string) {
    this.#storage = storage;
    this.#path = guardOf(path);
    this.#head.write(MAGIC, 0, "latin1");
    this.#head.writeBigUInt64LE(BigInt(layout.live), 16);
    this.#head.write(identity, 24, IDENTITY_BYTES, "latin1");
  }

  /** undefined: the header needs none, or the storage has no place for it. */
  static for(
    storage: Storage,
    path: string,
    layout: HeaderLayout,
    identity: string,
  ): HeaderGuard | undefined {
    const pages = Math.floor((layout.size - 1) / PAGE) - Math.floor(layout.live / PAGE);
    return pages === 0 || storage.openOrCreate === undefined
      ? undefined
      : new HeaderGuard(storage, path, layout, identity);
  }

  /** The changing part of the header as it is going to be written. Where that cannot be kept, nothing else fails. */
  announce(live: Uint8Array): void {
    if (!this.#given) return;
    try {
      this.#file ??= this.#storage.openOrCreate?.(this.#path);
      if (this.#file === undefined) return;
      if (this.#bytes.length === 0) this.#bytes = Buffer.alloc(HEAD + live.length);
      this.#head.writeUInt32LE(crc32(live), 8);
      this.#head.writeUInt32LE(live.length, 12);
      this.#bytes.set(this.#head);
      this.#bytes.set(live, HEAD);
      writeWhole(this.#file, this.#bytes, 0);
    } catch {
      this.close();
      this.#given = false;
    }
  }

  /** The header is whole. */
  close(): void {
    if (this.#file === undefined) return;
    this.leave();
    quietly(() => this.#storage.unlink(this.#path));
  }

  /** It may not be: the copy stays for who opens the file next. */
  leave(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) quietly(() => file.close());
  }
}

/** Completes a header that a killed process had begun to write. Throws what reading and writing throw. */
export function completeHeader(storage: Storage, path: string, file: StorageFile): void {
  if (storage.openOrCreate === undefined) return;
  const guard = guardOf(path);
  if (storage.stat(guard)?.isFile !== true) return;
  const announced = read(storage, guard);
  if (announced !== undefined && announced.identity === file.status().identity) {
    const { at, live } = announced;
    const there = Buffer.alloc(live.length);
    // With the time of the last update, its first field, writing had begun.
    if (readWhole(file, there, at) && !there.equals(live) && there.subarray(0, 8).equals(live.subarray(0, 8)))
      writeWhole(file, live, at);
  }
  quietly(() => storage.unlink(guard));
}

/**
 * As the file will be once its header is completed: for who makes another file of it and does not write to this one.
 * What was written since shows. Throws what reading throws.
 */
export function asCompleted(storage: Storage, path: string, file: StorageFile): StorageFile {
  const guard = guardOf(path);
  if (storage.openOrCreate === undefined || storage.stat(guard)?.isFile !== true) return file;
  const announced = read(storage, guard);
  if (announced === undefined || announced.identity !== file.status().identity) return file;
  const { at, live } = announced;
  const time = Buffer.alloc(8);
  return {
    read(into, offset, length, position) {
      const count = file.read(into, offset, length, position);
      const [from, to] = [Math.max(position, at), Math.min(position + count, at + live.length)];
      // With another time, its first field, the header is of before or after what was announced.
      if (from < to && readWhole(file, time, at) && time.equals(live.subarray(0, 8)))
        into.set(live.subarray(from - at, to - at), offset + from - position);
      return count;
    },
    write: (from, offset, length, position) => file.write(from, offset, length, position),
    sync: () => file.sync(),
    status: () => file.status(),
    setMode: (mode) => file.setMode(mode),
    close: () => file.close(),
  };
}

/** Undefined when it is damaged: then the header itself had not been begun. */
function read(storage: Storage, path: string): { identity: string; at: number; live: Buffer } | undefined {
  const file = storage.open(path, "read");
  try {
    const { size } = file.status();
    if (size < HEAD || size > HEAD + LONGEST) return undefined;
    const bytes = Buffer.alloc(size);
    if (!readWhole(file, bytes, 0) || bytes.toString("latin1", 0, 8) !== MAGIC) return undefined;
    const live = bytes.subarray(HEAD);
    if (bytes.readUInt32LE(12) !== live.length || bytes.readUInt32LE(8) !== crc32(live)) return undefined;
    const identity = bytes.toString("latin1", 24, HEAD).replace(/\0+$/, "");
    return { identity, at: Number(bytes.readBigUInt64LE(16)), live };
  } finally {
    quietly(() => file.close());
  }
}

function guardOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.header`);
}
