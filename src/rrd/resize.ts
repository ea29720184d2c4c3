import { failed, problem, type Result } from "../base/index.ts";
import type { FixedArchive, Header } from "./header.ts";
import { archiveSection } from "./layout.ts";
import { nodeStorage } from "./node-storage.ts";
import { openFile } from "./open-file.ts";
import { placeNewFile, quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { readWhole, writeWhole } from "./whole-io.ts";
import { writeDouble, writeUnsigned } from "./words.ts";

export interface ResizeRequest {
  /** Which archive, from 0. */
  readonly archive: number;
  /** Rows to add at the old end, or, negative, of the oldest to drop; at least one row stays. */
  readonly rows: number;
}

const PIECE = 64 * 1024;

/**
 * Writes a copy of the file with one archive longer or shorter to `to`, replacing what is there, as `rrdtool resize` does.
 * New rows are unknown. Problems: `rrd-arguments` (rrdtool's words), `rrd-too-large`, those of opening and creating.
 */
export function resizeRrd(
  path: string,
  to: string,
  request: ResizeRequest,
  options: { readonly durable?: boolean | undefined; readonly storage?: Storage | undefined } = {},
): Result<void> {
  const { storage = nodeStorage } = options;
  const opened = openFile(path, "copy", storage);
  if (!opened.ok) return opened;
  const old = opened.value;
  try {
    const read = readHeader(old, path);
    if (!read.ok) return read;
    const header = read.value;
    const archive = header.archives[request.archive];
    const rows = (archive?.rows ?? 0) + request.rows;
    if (header.formatVersion > 4) return refuse(`Do not know how to handle RRD version ${header.version}`);
    if (archive === undefined) return refuse("no such RRA in this RRD");
    if (rows < 1) return refuse("This RRA is not that big");
    const added = request.rows * header.dataSources.length * 8;
    if (header.fileSize + added > LARGEST_FILE)
      return failed(problem("rrd-too-large", `"${to}" would take more than 1 GiB`));
    const copied = copyRows(old, header, archive, request);
    return placeNewFile(to, { ...options, overwrite: true }, (file) => {
      writeWhole(file, copied.head, 0);
      let position = copied.head.length;
      for (const bytes of copied.rows()) {
        writeWhole(file, bytes, position);
        position += bytes.length;
      }
    });
  } catch (error) {
    return failed(storageProblem(path, "resize", error));
  } finally {
    quietly(() => old.close());
  }
}

const LARGEST_FILE = 1024 ** 3;

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}

function copyRows(old: StorageFile, header: Header, archive: FixedArchive, request: ResizeRequest) {
  const rowBytes = header.dataSources.length * 8;
  const current = header.currentRow(request.archive);
  const dropped = Math.max(0, -request.rows);
  // The oldest rows stand behind the newest one and go on at the front.
  const fromBehind = Math.min(dropped, archive.rows - 1 - current);
  const fromFront = dropped - fromBehind;
  const start = archive.dataStart + fromFront * rowBytes;
  const middle = archive.dataStart + (current + 1) * rowBytes;
  const head = new Uint8Array(header.bytes);
  const words = new Uint32Array(head.buffer);
  const rowsAt = header.layout.archives + request.archive * archiveSection.size + archiveSection.at.rows;
  writeUnsigned(words, rowsAt / 8, archive.rows + request.rows);
  writeUnsigned(words, header.layout.rowPointers / 8 + request.archive, current - fromFront);
  return {
    head,
    *rows(): Generator<Uint8Array> {
      yield* piecesOf(old, header.layout.size, archive.dataStart);
      yield* piecesOf(old, start, middle);
      if (request.rows > 0) yield* unknownRows(request.rows * rowBytes);
      yield* piecesOf(old, middle + fromBehind * rowBytes, header.fileSize);
    },
  };
}

function* piecesOf(file: StorageFile, from: number, to: number): Generator<Uint8Array> {
  const bytes = new Uint8Array(new ArrayBuffer(Math.min(PIECE, to - from)));
  for (let position = from; position < to; position += PIECE) {
    const piece = bytes.subarray(0, Math.min(PIECE, to - position));
    if (!readWhole(file, piece, position)) throw new Error("the file ended early");
    yield piece;
  }
}

function* unknownRows(length: number): Generator<Uint8Array> {
  const bytes = new Uint8Array(new ArrayBuffer(Math.min(PIECE, length)));
  const doubles = new Float64Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  for (let index = 0; index < doubles.length; index++) writeDouble(doubles, words, index, Number.NaN);
  for (let left = length; left > 0; left -= PIECE) yield bytes.subarray(0, Math.min(PIECE, left));
}
