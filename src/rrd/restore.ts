import { failed, formatBytes, problem, type Result } from "../base/index.ts";
import { nodeStorage } from "./node-storage.ts";
import { placeNewFile, quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { type DumpDocument, type DumpedArchive, readDump } from "./restore-document.ts";
import { double, headerOf } from "./restore-header.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { writeWhole } from "./whole-io.ts";
import { writeDouble } from "./words.ts";
import { XmlFault } from "./xml-reader.ts";

export interface RestoreOptions {
  /** Replace what is at the path; default: refuse (`rrd-exists`). */
  readonly overwrite?: boolean | undefined;
  /** Values outside a data source's limits become unknown. */
  readonly rangeCheck?: boolean | undefined;
  /** Refuse to make a larger file; bytes, default 1 GiB. */
  readonly largestFile?: number | undefined;
  readonly durable?: boolean | undefined;
  /** Where in each archive the newest row is put; default random, as rrdtool does. */
  readonly startRows?: readonly number[] | undefined;
  readonly storage?: Storage | undefined;
}

const LARGEST_FILE = 1024 ** 3;
const PIECE = 64 * 1024;

/**
 * Makes an RRD file of what `dump` wrote, as `rrdtool restore` does: the microseconds of the last update are gone, values
 * have eleven digits, of a FAILURES archive's history ten entries come back. XML with declarations or entities of its own
 * is refused. A failure leaves no file. Problems: `rrd-xml`, `rrd-too-large`, `rrd-exists`, `rrd-storage`.
 */
export function restoreRrd(xml: string, path: string, options: RestoreOptions = {}): Result<void> {
  const { storage = nodeStorage, largestFile = LARGEST_FILE } = options;
  let document: DumpDocument;
  let source: StorageFile;
  try {
    source = storage.open(xml, "read");
  } catch (error) {
    return failed(storageProblem(xml, "open", error));
  }
  try {
    document = readDump(pieces(source));
    if (options.rangeCheck) dropOutsideLimits(document);
    const { bytes, size } = headerOf(document, options.startRows);
    if (size > largestFile) {
      const limit = `at most ${formatBytes(largestFile)} are allowed`;
      return failed(problem("rrd-too-large", `"${path}" would take ${formatBytes(size)}; ${limit}`));
    }
    // A dump from elsewhere may say anything: its file has to pass the checks that every file has to.
    const checked = readHeader(inMemory(bytes, size), path);
    if (!checked.ok) return checked;
    return placeNewFile(path, options, (file) => {
      writeWhole(file, bytes, 0);
      document.archives.forEach((archive, index) => {
        const { dataStart = 0 } = checked.value.archives[index] ?? {};
        writeRows(file, archive, document.dataSources.length, dataStart, checked.value.currentRow(index));
      });
    });
  } catch (error) {
    if (error instanceof XmlFault) return failed(problem("rrd-xml", error.message));
    return failed(storageProblem(xml, "read", error));
  } finally {
    quietly(() => source.close());
  }
}

function pieces(file: StorageFile): () => string {
  const bytes = new Uint8Array(new ArrayBuffer(PIECE));
  let position = 0;
  return () => {
    const count = file.read(bytes, 0, bytes.length, position);
    position += count;
    return Buffer.from(bytes.buffer, 0, count).toString("latin1");
  };
}

function dropOutsideLimits(document: DumpDocument): void {
  const limits = document.dataSources.map(({ leaves }) =>
    leaves.get("type") === "COMPUTE" ? undefined : [double(leaves, "min"), double(leaves, "max")],
  );
  for (const { rows, values } of document.archives) {
    for (let index = 0; index < rows * limits.length; index++) {
      const [min = Number.NaN, max = Number.NaN] = limits[index % limits.length] ?? [];
      const value = values.at(index);
      if (value < min || value > max) values.set(index, Number.NaN);
    }
  }
}

/** Rows stand in the dump from the oldest on; the newest goes to `current`. */
function writeRows(
  file: StorageFile,
  { rows, values }: DumpedArchive,
  sources: number,
  dataStart: number,
  current: number,
): void {
  const most = Math.max(1, Math.floor(PIECE / (8 * sources)));
  const bytes = new Uint8Array(new ArrayBuffer(Math.min(rows, most) * sources * 8));
  const doubles = new Float64Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  for (let row = 0; row < rows; ) {
    const count = Math.min(most, rows - row);
    for (let index = 0; index < count * sources; index++) {
      const oldest = (rows - 1 - current + row + Math.floor(index / sources)) % rows;
      writeDouble(doubles, words, index, values.at(oldest * sources + (index % sources)));
    }
    writeWhole(file, bytes.subarray(0, count * sources * 8), dataStart + row * sources * 8);
    row += count;
  }
}

/** A file of which only the header is there. */
function inMemory(bytes: Uint8Array, size: number): StorageFile {
  return {
    read(into, offset, length, position) {
      const piece = bytes.subarray(position, position + length);
      into.set(piece, offset);
      return piece.length;
    },
    write: () => 0,
    sync() {},
    status: () => ({ isFile: true, size, mode: 0, identity: "" }),
    setMode() {},
    close() {},
  };
}
