import { failed, ok, type Result } from "../base/index.ts";
import { foreignMachineOf, nativeImage } from "./native-image.ts";
import { nodeStorage } from "./node-storage.ts";
import { placeNewFile, quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { readWhole, writeWhole } from "./whole-io.ts";

const PIECE = 64 * 1024;

export interface ConvertOptions {
  /** Replace what is at `to`; it may be the file itself. Default: refuse (`rrd-exists`). */
  readonly overwrite?: boolean | undefined;
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
): Result<{ readonly machine: string | undefined }> {
  const { storage = nodeStorage } = options;
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
    if (!header.ok) return header;
    const { fileSize } = header.value;
    const placed = placeNewFile(to, options, (target) => {
      for (let position = 0; position < fileSize; position += PIECE) {
        const bytes = new Uint8Array(new ArrayBuffer(Math.min(PIECE, fileSize - position)));
        if (!readWhole(image, bytes, position)) throw new Error("the file ended early");
        writeWhole(target, bytes, position);
      }
    });
    return placed.ok ? ok({ machine }, placed.warnings) : placed;
  } catch (error) {
    return failed(storageProblem(path, "convert", error));
  } finally {
    quietly(() => file.close());
  }
}
