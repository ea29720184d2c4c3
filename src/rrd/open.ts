import { failed, ok, type Result, systemClock } from "../base/index.ts";
import { nodeStorage } from "./node-storage.ts";
import { openFile } from "./open-file.ts";
import { OpenedRrd } from "./opened-file.ts";
import { readHeader } from "./read-header.ts";
import type { OpenOptions, RrdFile } from "./rrd-file.ts";
import { storageProblem } from "./rrd-problems.ts";

const ONE_DAY = 86_400;

/**
 * Opens and checks an RRD file; every count and index in it is checked before it is believed. Problems: `rrd-storage`
 * (cannot be opened or read, is no regular file), `rrd-damaged`, `rrd-foreign` (for writing: a file from a machine of
 * another word size or byte order).
 */
export function openRrd(path: string, options: OpenOptions): Result<RrdFile> {
  const { mode, clock = systemClock, farthestAhead = ONE_DAY, storage = nodeStorage } = options;
  const opened = openFile(path, mode, storage);
  if (!opened.ok) return opened;
  const file = opened.value;
  const header = readHeader(file, path);
  try {
    if (header.ok)
      return ok(new OpenedRrd({ path, mode, clock, storage, farthestAhead }, file, header.value));
    file.close();
  } catch (error) {
    return failed(storageProblem(path, "open", error));
  }
  return header;
}
