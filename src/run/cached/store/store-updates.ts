import type { Problem } from "../../../base/index.ts";
import type { RrdFile } from "../../../rrd/index.ts";
import { timeOf } from "./update-time.ts";

/** What a file refuses because of the update itself; everything else is tried again later. */
const dataFaults = new Set([
  "rrd-arguments",
  "rrd-reading",
  "rrd-late",
  "rrd-too-far-ahead",
  "rrd-expression",
]);

export interface StoredUpdates {
  readonly written: number;
  readonly refused: readonly Problem[];
  /** Not written for a reason that may pass. */
  readonly left: readonly string[];
  readonly fault: Problem | undefined;
}

/** Writes updates to their file; one that it refuses does not take the others with it. */
export function storeUpdates(rrd: RrdFile, updates: readonly string[]): StoredUpdates {
  const refused: Problem[] = [];
  let written = 0;
  let left = updates;
  while (left.length > 0) {
    const stored = rrd.updateArguments(left, { skipPastUpdates: true });
    if (stored.ok) {
      written += stored.value;
      break;
    }
    const [fault] = stored.problems;
    const before = left.length;
    left = left.filter((update) => timeOf(update) > rrd.lastUpdate + 1e-6);
    written += before - left.length;
    if (fault === undefined || !dataFaults.has(fault.code)) return { written, refused, left, fault };
    left = left.slice(1);
    refused.push(fault);
  }
  return { written, refused, left: [], fault: undefined };
}
