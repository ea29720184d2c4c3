import { failed, formatBytes, ok, type Problem, problem, type Result } from "../base/index.ts";
import type { Consolidation, PlainConsolidation } from "./definition.ts";
import type { Header } from "./header.ts";
import { KnownTimes } from "./known-time.ts";
import { carryOpenStep, migratedHeader } from "./migrate-header.ts";
import { type MigrationPlan, type MigrationRequest, planMigration } from "./migrate-plan.ts";
import { consolidatedRows, copiedRows, type FilledRows, type WritePiece } from "./migrate-rows.ts";
import { nodeStorage } from "./node-storage.ts";
import { openFile } from "./open-file.ts";
import { placeNewFile, quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { storageProblem } from "./rrd-problems.ts";
import { saveBeside } from "./save-beside.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { writeWhole } from "./whole-io.ts";

export interface MigrationOptions {
  /** Write the new file here instead; what is there is replaced only with `overwrite`. */
  readonly to?: string | undefined;
  readonly overwrite?: boolean | undefined;
  /** In place: give the file as it was a second name, `FILE.old` (`FILE.old.2` …); default true. */
  readonly backup?: boolean | undefined;
  /** Only tell what would come of it. */
  readonly dryRun?: boolean | undefined;
  readonly durable?: boolean | undefined;
  /** Refuse to make a larger file; bytes, default 1 GiB. */
  readonly largestFile?: number | undefined;
  readonly storage?: Storage | undefined;
}

export interface MigrationReport {
  readonly step: number;
  readonly archives: readonly MigratedArchive[];
  /** What the old file knows and the new one does not, because no archive reaches back that far. */
  readonly lost: readonly { readonly cf: PlainConsolidation; readonly from: number; readonly to: number }[];
  /** The file as it was. */
  readonly savedAs: string | undefined;
  /** It has this shape already; in place nothing was written. */
  readonly unchanged: boolean;
}

export interface MigratedArchive extends FilledRows {
  readonly cf: Consolidation;
  readonly secondsPerRow: number;
  readonly rows: number;
  /** It is an archive of the old file, bit for bit. */
  readonly same: boolean;
}

const LARGEST_FILE = 1024 ** 3;

/**
 * Gives a file that nobody writes to another step or other archives, and keeps what can be kept: each row is made of the
 * finest rows that reach back to its time; last readings, the open step and open rows go on, so that the next update
 * continues without a gap. In place unless `to` is given, and then the file as it was stays beside it. Whatever fails,
 * the old file stays under its name. Problems: `rrd-definition`, `rrd-arguments`, `rrd-too-large`, `rrd-changed`
 * (somebody wrote to the file meanwhile), those of opening and creating.
 */
export function migrateRrd(
  path: string,
  request: MigrationRequest,
  options: MigrationOptions = {},
): Result<MigrationReport> {
  const { storage = nodeStorage } = options;
  const opened = openFile(path, "copy", storage);
  if (!opened.ok) return opened;
  const old = opened.value;
  try {
    const read = readHeader(old, path);
    if (!read.ok) return read;
    const plan = planMigration(read.value, request, path);
    if (!plan.ok) return plan;
    const migrated = write(old, read.value, plan.value, path, options);
    return migrated.ok ? ok(migrated.value, [...plan.warnings, ...migrated.warnings]) : migrated;
  } catch (error) {
    return failed(storageProblem(path, "migrate", error));
  } finally {
    quietly(() => old.close());
  }
}

function write(
  old: StorageFile,
  before: Header,
  plan: MigrationPlan,
  path: string,
  options: MigrationOptions,
): Result<MigrationReport> {
  const { to = path, largestFile = LARGEST_FILE, storage = nodeStorage } = options;
  const known = new KnownTimes(old, before);
  const header = migratedHeader(before, plan, known);
  if (header.step !== before.step) carryOpenStep(before, header, known);
  if (header.fileSize > largestFile) {
    const [size, most] = [formatBytes(header.fileSize), formatBytes(largestFile)];
    return failed(problem("rrd-too-large", `"${to}" would take ${size}; at most ${most} are allowed`));
  }
  const unchanged = isUnchanged(before, header, plan);
  const fill = (writePiece: WritePiece) =>
    header.archives.map((archive, index): MigratedArchive => {
      const from = plan.same[index];
      const filled =
        from === undefined
          ? consolidatedRows(header, index, known, writePiece)
          : copiedRows(old, before, from, archive, writePiece);
      const { cf, pdpPerRow, rows } = archive;
      return { cf, secondsPerRow: pdpPerRow * header.step, rows, same: from !== undefined, ...filled };
    });
  const report = (archives: readonly MigratedArchive[], savedAs?: string): MigrationReport => {
    return { step: header.step, archives, lost: lostTimes(before, archives, known), savedAs, unchanged };
  };
  if (options.dryRun || (unchanged && to === path)) return ok(report(fill(() => undefined)));
  const savedAs = to === path && options.backup !== false ? saveBeside(path, storage) : undefined;
  if (typeof savedAs === "object") return failed(savedAs);
  let archives: readonly MigratedArchive[] = [];
  let changed: Problem | undefined;
  const overwrite = to === path || options.overwrite;
  const placed = placeNewFile(to, { ...options, overwrite }, (file) => {
    writeWhole(file, header.bytes, 0);
    archives = fill((bytes, position) => writeWhole(file, bytes, position));
    changed = changedMeanwhile(old, before, path);
    if (changed !== undefined) throw new Error(changed.message);
  });
  if (placed.ok) return ok(report(archives, savedAs), placed.warnings);
  const problems = changed === undefined ? placed.problems : [changed];
  // Nothing was replaced, so the second name is not needed.
  if (savedAs === undefined || quietly(() => storage.unlink(savedAs))) return failed(...problems);
  const left = `"${savedAs}", a second name of "${path}", could not be removed`;
  return failed(...problems, problem("rrd-storage", left));
}

function isUnchanged(before: Header, header: Header, { same }: MigrationPlan): boolean {
  return (
    header.step === before.step &&
    before.archives.length === same.length &&
    same.every((from, index) => from === index) &&
    header.dataSources.every(({ heartbeat }, index) => heartbeat === before.dataSources[index]?.heartbeat)
  );
}

/** Programs that take no lock of ours may write at any time. */
function changedMeanwhile(old: StorageFile, before: Header, path: string): Problem | undefined {
  const now = readHeader(old, path);
  if (now.ok && Buffer.compare(now.value.liveBytes, before.liveBytes) === 0) return undefined;
  const notes = ["stop the program that writes to it first"];
  return problem("rrd-changed", `"${path}" was written to while it was migrated; it is left as it is`, {
    notes,
  });
}

function lostTimes(
  before: Header,
  archives: readonly MigratedArchive[],
  known: KnownTimes,
): MigrationReport["lost"] {
  return (["AVERAGE", "MIN", "MAX", "LAST"] as const).flatMap((cf) => {
    if (!before.archives.some((archive) => archive.cf === cf)) return [];
    const from = known.oldest(cf);
    const reach = archives
      .filter((one) => one.cf === cf)
      .map(({ secondsPerRow, rows }) => {
        return before.lastUpdate - (before.lastUpdate % secondsPerRow) - rows * secondsPerRow;
      });
    const to = Math.min(before.lastUpdate, ...reach);
    return from < to ? [{ cf, from, to }] : [];
  });
}
