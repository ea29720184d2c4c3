import type { Consolidation } from "./definition.ts";

/** Which of the ten slots of a structure hold an unsigned long; all others hold a double (or nothing: zero bytes). */
export const sourceCounts: readonly number[] = [0];
export const primaryCounts: readonly number[] = [0];

interface ArchiveCounts {
  readonly parameters: readonly number[];
  readonly state: readonly number[];
}

const plain: ArchiveCounts = { parameters: [], state: [1] };
const prediction: ArchiveCounts = { parameters: [3], state: [6, 7] };
const season: ArchiveCounts = { parameters: [3, 4], state: [6] };

export const archiveCounts: Readonly<Record<Consolidation, ArchiveCounts>> = {
  AVERAGE: plain,
  MIN: plain,
  MAX: plain,
  LAST: plain,
  HWPREDICT: prediction,
  MHWPREDICT: prediction,
  SEASONAL: season,
  DEVSEASONAL: season,
  DEVPREDICT: { parameters: [3], state: [1] },
  // The first slots of its state are single bytes: the history.
  FAILURES: { parameters: [3, 4, 5], state: [] },
};

/** Slots of a FAILURES archive's state that are bytes rather than numbers. */
export const HISTORY_SLOTS = 4;
