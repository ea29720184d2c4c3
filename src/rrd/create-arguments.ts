import { internalError, type Result } from "../base/index.ts";
import type { RrdDefinition } from "./definition.ts";

export interface CreateRequest {
  readonly definition: RrdDefinition;
  readonly noOverwrite: boolean;
}

/** `["-s", "10", "DS:x:GAUGE:60:U:U", "RRA:AVERAGE:0.5:1:8"]` as `rrdtool create` takes them after the file name. */
export function parseCreateArguments(_words: readonly string[], _now: number): Result<CreateRequest> {
  throw internalError("parseCreateArguments is not built yet");
}
