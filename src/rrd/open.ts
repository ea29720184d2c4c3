import { internalError, type Result } from "../base/index.ts";
import type { OpenOptions, RrdFile } from "./rrd-file.ts";

/** Opens and checks an RRD file; every count and index in it is checked before it is believed. */
export function openRrd(_path: string, _options: OpenOptions): Result<RrdFile> {
  throw internalError("openRrd is not built yet");
}
