import { internalError } from "../base/index.ts";
import type { RrdInfo } from "./info.ts";

/** The same text as `rrdtool info` prints, with a newline at the end. */
export function rrdInfoText(_info: RrdInfo): string {
  throw internalError("rrdInfoText is not built yet");
}
