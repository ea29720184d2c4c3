import {
  type ForeignShape,
  foreignRowBytes,
  foreignShape,
  LONGEST_HEAD,
  nativeHeader,
} from "./foreign-header.ts";
import { COOKIE, FLOAT_COOKIE, staticHead } from "./layout.ts";
import { foreignMachines, type Machine } from "./machine.ts";
import { LARGEST_HEADER } from "./read-header.ts";
import type { FileStatus, StorageFile } from "./storage.ts";
import { readWhole } from "./whole-io.ts";
import { readText } from "./words.ts";

/**
 * A file as this machine would have written it: itself, or, of a file from a machine of another word size or byte
 * order, a view that translates what is read and takes no writes. What is no RRD file is given back as it is.
 */
export function nativeImage(file: StorageFile): StorageFile {
  const shape = shapeOf(file);
  return shape === undefined ? file : new ForeignImage(file, shape);
}

/** The machine a file was written on; undefined for this one, and for what is no RRD file. */
export function foreignMachineOf(file: StorageFile): Machine | undefined {
  return shapeOf(file)?.machine;
}

function shapeOf(file: StorageFile): ForeignShape | undefined {
  const head = new Uint8Array(new ArrayBuffer(LONGEST_HEAD));
  if (!readWhole(file, head, 0) || readText(head, 0, 4) !== COOKIE || isNative(head)) return undefined;
  const { size } = file.status();
  let fits: ForeignShape | undefined;
  for (const machine of foreignMachines) {
    const shape = foreignShape(head, machine);
    if (shape === undefined || shape.layout.size > Math.min(size, LARGEST_HEADER)) continue;
    const header = readForeignHeader(file, shape);
    if (header === undefined) continue;
    const needed = shape.layout.size + foreignRowBytes(header, shape);
    // Only the file's size tells apart where times of 32 and of 64 bits are stored.
    if (needed === size) return shape;
    if (needed < size) fits ??= shape;
  }
  return fits;
}

/** 32-bit ARM has the float cookie at the same place, but two counts where we have one. */
function isNative(head: Uint8Array): boolean {
  const view = new DataView(head.buffer);
  return (
    view.getFloat64(staticHead.at.floatCookie, true) === FLOAT_COOKIE &&
    view.getUint32(staticHead.at.dataSourceCount + 4, true) === 0
  );
}

function readForeignHeader(file: StorageFile, shape: ForeignShape): Uint8Array | undefined {
  const bytes = new Uint8Array(new ArrayBuffer(shape.layout.size));
  return readWhole(file, bytes, 0) ? bytes : undefined;
}

class ForeignImage implements StorageFile {
  readonly #file: StorageFile;
  readonly #shape: ForeignShape;
  #header: Uint8Array;

  constructor(file: StorageFile, shape: ForeignShape) {
    this.#file = file;
    this.#shape = shape;
    this.#header = this.#readHeader();
  }

  read(into: Uint8Array, offset: number, length: number, position: number): number {
    // Whoever starts anew at the beginning wants to see what has changed.
    if (position === 0) this.#header = this.#readHeader();
    const header = this.#header;
    if (position < header.length) {
      const piece = header.subarray(position, position + length);
      into.set(piece, offset);
      return piece.length;
    }
    return this.#readRows(into, offset, length, position - header.length);
  }

  /** Doubles, of which the first and the last may be wanted in part. */
  #readRows(into: Uint8Array, offset: number, length: number, position: number): number {
    const skipped = position % 8;
    const bytes = new Uint8Array(new ArrayBuffer(Math.ceil((skipped + length) / 8) * 8));
    const from = this.#shape.layout.size + position - skipped;
    let known = 0;
    while (known < bytes.length) {
      const count = this.#file.read(bytes, known, bytes.length - known, from + known);
      if (count <= 0) break;
      known += count;
    }
    if (!this.#shape.machine.littleEndian)
      for (let at = 0; at + 8 <= known; at += 8) bytes.subarray(at, at + 8).reverse();
    const piece = bytes.subarray(skipped, Math.max(skipped, Math.min(skipped + length, known)));
    into.set(piece, offset);
    return piece.length;
  }

  #readHeader(): Uint8Array {
    const bytes = readForeignHeader(this.#file, this.#shape);
    if (bytes === undefined) throw new Error("the file ended early");
    return nativeHeader(bytes, this.#shape);
  }

  write(): number {
    throw new Error(
      `the file was written on another kind of machine (${this.#shape.machine.name}); convert it first`,
    );
  }

  sync(): void {
    this.#file.sync();
  }

  status(): FileStatus {
    const status = this.#file.status();
    return { ...status, size: status.size - this.#shape.layout.size + this.#header.length };
  }

  setMode(mode: number): void {
    this.#file.setMode(mode);
  }

  close(): void {
    this.#file.close();
  }
}
