import { internalError } from "../../base/index.ts";
import type { TagFunction } from "../../block/index.ts";
import type { RunServices } from "../types.ts";

/**
 * The tags that need threads, processes or shared things: `run`, `run simultaneous`, `require lock`, `release lock`,
 * `put tag … in queue …`.
 */
export function createRunTags(_services: RunServices): TagFunction[] {
  throw internalError("not built yet");
}
