import { failed, ok, parseDuration, type Result } from "../../../base/index.ts";
import {
  type ArchiveDefinition,
  type CommandWords,
  type MigrationRequest,
  openRrd,
  parseCreateArguments,
} from "../../../rrd/index.ts";
import { usageProblem } from "../../report.ts";

/** What the command line of `procblock rrd migrate` asks for. */
export interface Migration {
  readonly files: readonly string[];
  readonly step: number | undefined;
  readonly heartbeat: number | undefined;
  /** `RRA:…`, all of them or none; they are read when the step of a file is known. */
  readonly archives: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly number[];
  readonly to: string | undefined;
  readonly overwrite: boolean;
  readonly backup: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function parseMigration(read: CommandWords<string>): Result<Migration> {
  const { given, rest } = read;
  const last = (long: string) => given.get(long)?.at(-1);
  const step = seconds("step", last("step"));
  if (!step.ok) return step;
  const heartbeat = seconds("heartbeat", last("heartbeat"));
  if (!heartbeat.ok) return heartbeat;
  const removed = given.get("remove") ?? [];
  const wrong = removed.find((text) => !/^\d+$/.test(text));
  if (wrong !== undefined) return refuse(`--remove takes the number of an archive, from 0, not ${wrong}`);
  const archives = rest.filter((word) => word.startsWith("RRA:"));
  const files = rest.filter((word) => !word.startsWith("RRA:"));
  const added = given.get("add") ?? [];
  if (files.length === 0) return refuse("no file is given");
  const stray = files.find((file) => file.startsWith("DS:"));
  if (stray !== undefined) return refuse(`${stray}: data sources stay as they are; rrd tune changes them`);
  if (archives.length > 0 && (added.length > 0 || removed.length > 0))
    return refuse("RRA:… names all archives of the new file; --add and --remove change those that are there");
  const asked = archives.length + added.length + removed.length;
  if (asked === 0 && step.value === undefined && heartbeat.value === undefined)
    return refuse("nothing is to change: give --step, --heartbeat, RRA:…, --add or --remove");
  const trial = archivesOf([...archives, ...added], step.value ?? 1);
  // With the right step it may be right: 1d fits a step of 300.
  if (!trial.ok && step.value !== undefined) return refuse(trial.problems[0]?.message ?? "");
  const to = last("to");
  if (to !== undefined && given.has("no-backup"))
    return refuse("--no-backup: with --to the file stays anyway");
  if (to === undefined && given.has("overwrite")) return refuse("--overwrite is for --to");
  return ok({
    files,
    step: step.value,
    heartbeat: heartbeat.value,
    archives,
    added,
    removed: removed.map(Number),
    to,
    overwrite: given.has("overwrite"),
    backup: !given.has("no-backup"),
    dryRun: given.has("dry-run"),
    json: given.has("json"),
  });
}

function refuse(message: string): Result<never> {
  return failed(usageProblem(message));
}

function seconds(name: string, text: string | undefined): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const value = parseDuration(text);
  if (value !== undefined && Number.isInteger(value) && value >= 1) return ok(value);
  return refuse(`--${name} takes whole seconds such as 10 or 5m, not ${text}`);
}

/** The same for one file: rows and steps of archives may be given as times, which depend on its step. */
export function requestFor(migration: Migration, path: string): Result<MigrationRequest> {
  const { heartbeat, removed } = migration;
  const opened = openRrd(path, { mode: "read" });
  if (!opened.ok) return opened;
  const step = migration.step ?? opened.value.step;
  opened.value.close();
  const archives = archivesOf(migration.archives, step);
  if (!archives.ok) return archives;
  const added = archivesOf(migration.added, step);
  if (!added.ok) return added;
  const plain = added.value.filter((archive): archive is ArchiveDefinition => "xff" in archive);
  if (plain.length < added.value.length)
    return refuse("--add takes no forecasts; give all archives as RRA:…");
  const all = migration.archives.length > 0 ? archives.value : undefined;
  return ok({ step, heartbeat, archives: all, added: plain, removed });
}

function archivesOf(words: readonly string[], step: number) {
  if (words.length === 0) return ok([]);
  const parsed = parseCreateArguments(["-s", String(step), "DS:x:GAUGE:1:U:U", ...words], 1e9);
  return parsed.ok ? ok(parsed.value.definition.archives) : parsed;
}
