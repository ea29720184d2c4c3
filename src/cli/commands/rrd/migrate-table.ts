import { formatDuration, type Problem } from "../../../base/index.ts";
import type { MigratedArchive, MigrationReport } from "../../../rrd/index.ts";
import { toJson } from "../../output.ts";

/** What became of a file, for people: a line of its own and one per archive. */
export function migrationTable(file: string, report: MigrationReport, dryRun: boolean): string {
  const { step, archives, lost, savedAs, unchanged } = report;
  const lines = [
    `${file}: ${unchanged ? "already so" : dryRun ? "would be migrated" : "migrated"}, a step of ${formatDuration(step)}`,
    ...table([
      ["", "archive", "row", "keeps", "known rows", "from", "to", "made of"],
      ...archives.map((archive, index) => archiveLine(archive, index)),
    ]),
    ...lost.map(
      ({ cf, from, to }) => `  not kept: ${cf} from ${utc(from)} to ${utc(to)}, no archive reaches back`,
    ),
  ];
  if (savedAs !== undefined) lines.push(`  as it was: ${savedAs}`);
  return `${lines.join("\n")}\n`;
}

function archiveLine(archive: MigratedArchive, index: number): string[] {
  const { cf, secondsPerRow, rows, known, from, to, archives, same } = archive;
  const numbers = `${archives.length === 1 ? "archive" : "archives"} ${archives.join(", ")}`;
  return [
    String(index),
    cf,
    formatDuration(secondsPerRow),
    formatDuration(secondsPerRow * rows),
    `${known} of ${rows}`,
    from === undefined ? "-" : utc(from),
    to === undefined ? "-" : utc(to),
    same
      ? "itself, bit for bit"
      : archives.length > 0
        ? numbers
        : known > 0
          ? "the open step"
          : "nothing known",
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}

function utc(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** For programs: one line per file. Times are epoch seconds; what is not known is null. */
export function migrationJson(file: string, report: MigrationReport): string {
  const { step, unchanged, archives, lost, savedAs = null } = report;
  const shown = archives.map(({ from = null, to = null, archives: madeOf, ...archive }) => {
    return { ...archive, from, to, madeOf: [...madeOf] };
  });
  const times = lost.map((one) => ({ ...one }));
  return `${toJson({ file, ok: true, step, unchanged, archives: shown, lost: times, savedAs })}\n`;
}

export function failureJson(file: string, problems: readonly Problem[]): string {
  return `${toJson({ file, ok: false, problem: problems[0]?.message ?? "" })}\n`;
}
