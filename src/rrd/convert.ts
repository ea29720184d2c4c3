import { failed, ok, problem, type Result } from "../base/index.ts";
import { foreignMachineOf, nativeImage } from "./native-image.ts";
import { nodeStorage } from "./node-storage.ts";
import { placeNewFile, quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { storageProblem } from "./rrd-problems.ts";
import { saveBeside } from "./save-beside.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { readWhole, writeWhole } from "./whole-io.ts";

const PIECE = 64 * 1024;

export interface ConvertOptions {
  /** Replace what is at `to`; it may be the file itself. Default: refuse (`rrd-exists`). */
  readonly overwrite?: boolean | undefined;
  /** Keep what is replaced under another name (`FILE.old`, `FILE.old.2` …); default false. */
  readonly backup?: boolean | undefined;
  readonly durable?: boolean | undefined;
  readonly storage?: Storage | undefined;
}

/**
 * Writes an RRD file from a machine of another word size or byte order as a file of this one: the same numbers, bit for
 * bit, and the same format version. Returns what the file was (`"32-bit, big-endian"`), undefined when it was one of
 * ours already and was just copied. Problems: those of opening and creating.
 */
export function convertRrd(
  path: string,
  to: string,
  options: ConvertOptions = {},
): Result<{ readonly machine: string | undefined; readonly savedAs: string | undefined }> {
  const { storage = nodeStorage } = options;
  return withImage(path, storage, ({ machine, image, size }) => {
    const savedAs = options.backup === true ? saveBeside(to, storage) : undefined;
    if (typeof savedAs === "object") return failed(savedAs);
    const placed = placeNewFile(to, options, (target) => {
      for (let position = 0; position < size; position += PIECE) {
        const bytes = new Uint8Array(new ArrayBuffer(Math.min(PIECE, size - position)));
        if (!readWhole(image, bytes, position)) throw new Error("the file ended early");
        writeWhole(target, bytes, position);
      }
    });
    if (placed.ok) return ok({ machine, savedAs }, placed.warnings);
    if (savedAs === undefined || quietly(() => storage.unlink(savedAs))) return placed;
    return failed(
      ...placed.problems,
      problem("rrd-storage", `"${savedAs}", a second name of "${to}", could not be removed`),
    );
  });
}

/** The kind of machine the file is from (`"32-bit, big-endian"`); undefined for one like this. Problems: those of opening. */
export function foreignMachine(
  path: string,
  options: { readonly storage?: Storage | undefined } = {},
): Result<string | undefined> {
  return withImage(path, options.storage ?? nodeStorage, ({ machine }) => ok(machine));
}

interface Image {
  readonly machine: string | undefined;
  /** The file as this machine would have written it; `size` bytes of it are header and rows. */
  readonly image: StorageFile;
  readonly size: number;
}

function withImage<T>(path: string, storage: Storage, use: (image: Image) => Result<T>): Result<T> {
  let file: StorageFile;
  try {
    file = storage.open(path, "read");
  } catch (error) {
    return failed(storageProblem(path, "open", error));
  }
  try {
    const machine = foreignMachineOf(file)?.name;
    const image = nativeImage(file);
    const header = readHeader(image, path);
    return header.ok ? use({ machine, image, size: header.value.fileSize }) : header;
  } catch (error) {
    return failed(storageProblem(path, "convert", error));
  } finally {
    quietly(() => file.close());
  }
}
