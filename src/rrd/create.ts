import { internalError, type Result } from "../base/index.ts";
import type { RrdDefinition } from "./definition.ts";
import type { Storage } from "./storage.ts";

export interface CreateOptions {
  /** Replace what is at the path; default: refuse (`rrd-exists`). */
  readonly overwrite?: boolean | undefined;
  /** Refuse to make a larger file; bytes, default 1 GiB. */
  readonly largestFile?: number | undefined;
  /** The row each archive counts as written last, to make files reproducible; default random, as rrdtool does. */
  readonly startRows?: readonly number[] | undefined;
  readonly storage?: Storage | undefined;
}

/**
 * Makes an RRD file with all its bytes really written, so that no update can run out of space: under another name
 * first, then renamed. A failure leaves no file. A symbolic link at `path` is replaced, not followed.
 */
export function createRrd(
  _path: string,
  _definition: RrdDefinition,
  _options: CreateOptions = {},
): Result<void> {
  throw internalError("createRrd is not built yet");
}
