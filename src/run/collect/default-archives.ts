import type { ArchiveDefinition, PlainConsolidation } from "../../rrd/index.ts";

const day = 86_400;

/** A short archive is still fine enough for a graph of full width. */
const fewestRows = 1000;

/**
 * The archives of a file whose block names none, for a step in seconds. One per usual graph, so that a day, a week, a
 * month and a year are each drawn from rows about as wide as a pixel:
 *
 * | graph | consolidation | seconds per row | kept |
 * | --- | --- | --- | --- |
 * | day | AVERAGE | the step | 5 days |
 * | week | AVERAGE, MIN, MAX | 10 steps | 8 days |
 * | month | AVERAGE, MIN, MAX | half an hour, at least 20 steps | 62 days |
 * | year | AVERAGE, MIN, MAX | 6 hours, at least 60 steps | 732 days |
 *
 * Each has at least 1,000 rows, so with long steps they reach further back. Per field that makes 5.3 MB at a step of
 * 1 s, 1.2 MB at 5 s, 650 kB at 10 s, 230 kB at 60 s and 130 kB at 300 s.
 */
export function defaultArchives(step: number): readonly ArchiveDefinition[] {
  const all = ["AVERAGE", "MIN", "MAX"] as const;
  return [
    ...archives(["AVERAGE"], step, 1, 5 * day),
    ...archives(all, step, 10, 8 * day),
    ...archives(all, step, Math.max(20, Math.round(1800 / step)), 62 * day),
    ...archives(all, step, Math.max(60, Math.round(21_600 / step)), 732 * day),
  ];
}

function archives(
  functions: readonly PlainConsolidation[],
  step: number,
  pdpPerRow: number,
  keep: number,
): ArchiveDefinition[] {
  const rows = Math.max(fewestRows, Math.ceil(keep / (step * pdpPerRow)));
  return functions.map((cf) => ({ cf, xff: 0.5, pdpPerRow, rows }));
}

/** What the rows take on disk, in bytes. */
export function archiveBytes(archives: readonly ArchiveDefinition[], fields: number): number {
  return archives.reduce((sum, archive) => sum + archive.rows * fields * 8, 0);
}
