import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { failed, type Problem, type Result } from "../../../base/index.ts";
import { type MigrationReport, migrateRrd, readWords } from "../../../rrd/index.ts";
import { lockForWriting } from "../../../run/index.ts";
import type { ExitCode, Io } from "../../io.ts";
import { report, usageProblem, wrongUsage } from "../../report.ts";
import { stopOnSignals } from "../../signals.ts";
import type { Command } from "../table.ts";
import { errorWords } from "./error-words.ts";
import { type Migration, parseMigration, requestFor } from "./migrate-request.ts";
import { failureJson, migrationJson, migrationTable } from "./migrate-table.ts";
import { flag, option } from "./world.ts";

export const migrateUsage = `procblock rrd migrate [options] FILE… [RRA:CF:XFF:STEPS:ROWS…]

Gives RRD files another step or other archives, in place, and keeps what can be kept: every row is made of the finest
rows that reach back to its time, older time from coarser archives, NaN where nothing is known. Last readings, the open
step and open rows go on, so that the next update continues without a gap. The file as it was stays as FILE.old.

  RRA:…               the archives of the new file; those that are there already stay bit for bit
  --add RRA:…         an archive beside those that are there
  --remove NUMBER     without the archive of that number, from 0
  --step TIME         seconds per step, or 10s, 5m; without RRA:… archives go on to cover the same time
  --heartbeat TIME    of all data sources; without it they are scaled with the step
  --to OUT            write there and leave FILE as it is; a folder when there are several
  -f, --overwrite     replace what is at OUT
  --no-backup         keep no FILE.old
  -n, --dry-run       only tell what would be kept
  --json              a line of JSON per file

Exit code: 0 done, 1 a file could not be migrated (it is as it was; the others are done), 2 wrong command line.
`;

const options = [
  option("s", "step"),
  option("", "heartbeat"),
  option("", "add"),
  option("", "remove"),
  option("", "to"),
  flag("f", "overwrite"),
  flag("", "no-backup"),
  flag("n", "dry-run"),
  flag("", "json"),
];

/** `procblock rrd migrate` */
export const migrate: Command = async (io, argv) => {
  if (argv.length === 0 || argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(migrateUsage);
    return argv.length === 0 ? 2 : 0;
  }
  const read = readWords(
    argv.filter((word) => word !== "--no-color"),
    options,
  );
  const parsed = "fault" in read ? failed(usageProblem(read.fault)) : parseMigration(read);
  const fault = parsed.ok ? checkTarget(io, parsed.value) : undefined;
  if (!parsed.ok || fault !== undefined)
    return wrongUsage(io, parsed.ok ? [fault as Problem] : parsed.problems, "rrd migrate");
  return migrateAll(io, parsed.value);
};

function checkTarget(io: Io, { files, to }: Migration): Problem | undefined {
  if (to === undefined || files.length === 1 || isFolder(resolve(io.cwd, to))) return undefined;
  return usageProblem(`"${to}" is no folder: with several files --to names the folder of the new ones`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function migrateAll(io: Io, migration: Migration): Promise<ExitCode> {
  const { files, json } = migration;
  const { signal, off } = stopOnSignals(io);
  // The tables are progress enough where they are seen.
  const tells = files.length > 1 && io.stderr.isTerminal && (json || !io.stdout.isTerminal);
  let done = 0;
  let failures = 0;
  for (const file of files) {
    // Lets a signal come in: a file is migrated in one go.
    await new Promise((resolved) => setImmediate(resolved));
    if (signal.aborted) break;
    const path = resolve(io.cwd, file);
    const migrated = migrateOne(io, migration, path);
    const names = new Map([[path, file]]);
    const words = (problem: Problem): Problem => ({ ...problem, message: errorWords(problem, names) });
    if (migrated.ok) {
      const { savedAs } = migrated.value;
      const told = { ...migrated.value, savedAs: savedAs?.replace(path, file) };
      io.stdout.write(json ? migrationJson(file, told) : migrationTable(file, told, migration.dryRun));
      report(io, migrated.warnings.map(words));
    } else {
      failures++;
      const problems = migrated.problems.map(words);
      if (json) io.stdout.write(failureJson(file, problems));
      report(io, problems);
    }
    done++;
    if (tells) io.stderr.write(`\r${done} of ${files.length} files${done === files.length ? "\n" : ""}`);
  }
  off();
  const left = files.length - done;
  if (left > 0)
    io.stderr.write(
      `stopped: ${left === 1 ? "1 file is" : `${left} files are`} as before, from ${files[done]} on\n`,
    );
  return failures > 0 || left > 0 ? 1 : 0;
}

function migrateOne(io: Io, migration: Migration, path: string): Result<MigrationReport> {
  const { dryRun, backup, overwrite } = migration;
  const request = requestFor(migration, path);
  if (!request.ok) return request;
  // A symbolic link goes on to name the file.
  const real = realpathSync(path);
  let to: string | undefined;
  if (migration.to !== undefined) {
    const given = resolve(io.cwd, migration.to);
    to = isFolder(given) ? join(given, basename(path)) : given;
    if (existsSync(to) && realpathSync(to) === real)
      return failed(usageProblem(`--to names "${path}" itself: without --to it is migrated in place`));
  }
  if (dryRun) return migrateRrd(real, request.value, { to, overwrite, dryRun });
  // Only what is replaced has to be nobody else's.
  if (to !== undefined && !(overwrite && existsSync(to))) return migrateRrd(real, request.value, { to });
  const lock = lockForWriting(to ?? real, { makeFolder: false });
  if (!lock.ok) return lock;
  try {
    return migrateRrd(real, request.value, { to, overwrite, backup });
  } finally {
    lock.value.release();
  }
}
