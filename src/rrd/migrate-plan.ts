import { failed, ok, type Problem, problem, type Result } from "../base/index.ts";
import { checkDefinition } from "./check-definition.ts";
import type { ArchiveDefinition, ForecastArchive, RrdDefinition } from "./definition.ts";
import { definitionOf } from "./definition-of.ts";
import type { Header } from "./header.ts";

export type AnyArchive = ArchiveDefinition | ForecastArchive;

/** What a file is to become; what is not given stays as it is. */
export interface MigrationRequest {
  /** Whole seconds per primary data point. */
  readonly step?: number | undefined;
  /** Seconds, of all data sources; default: what each has, in proportion to the step. */
  readonly heartbeat?: number | undefined;
  /**
   * All archives of the new file. Default: those of the old one, which with another step go on to cover the same time:
   * those with one row per step keep that, all others keep the seconds per row, as nearly as the step allows.
   */
  readonly archives?: readonly AnyArchive[] | undefined;
  /** Archives beside those; by index, from 0, the old ones that are left out. */
  readonly added?: readonly ArchiveDefinition[] | undefined;
  readonly removed?: readonly number[] | undefined;
}

export interface MigrationPlan {
  readonly definition: RrdDefinition;
  /** For each archive of the new file, the index of the old one that it is, bit for bit. */
  readonly same: readonly (number | undefined)[];
}

/** The new file's definition. Problems: `rrd-definition`, `rrd-arguments`; forecasts that get lost and a heartbeat below the step are warnings. */
export function planMigration(old: Header, request: MigrationRequest, path: string): Result<MigrationPlan> {
  const before = definitionOf(old);
  const { step = before.step, heartbeat, added = [], removed = [] } = request;
  if (!Number.isSafeInteger(step) || step < 1)
    return refuse(`step must be a whole number of seconds, at least 1, not ${step}`);
  const missing = removed.find((index) => before.archives[index] === undefined);
  if (missing !== undefined)
    return refuse(`there is no archive ${missing}: "${path}" has 0 to ${before.archives.length - 1}`);
  const dataSources = before.dataSources.map((source) => {
    if (source.type === "COMPUTE") return source;
    const scaled = Math.max(1, Math.round((source.heartbeat / before.step) * step));
    return { ...source, heartbeat: heartbeat ?? (step === before.step ? source.heartbeat : scaled) };
  });
  const warnings: Problem[] = [];
  if (heartbeat !== undefined && heartbeat < step) warnings.push(shortHeartbeat(path, heartbeat, step));
  let archives = request.archives;
  if (archives === undefined) {
    const left = leaveOut(before.archives, removed);
    if (typeof left === "string") return refuse(left);
    archives = step === before.step ? left : restep(left, before.step, step);
    if (archives.length < left.length && left.some((archive) => !("xff" in archive)))
      warnings.push(forecastsLost(path));
  }
  const definition = { ...before, step, dataSources, archives: [...archives, ...added] };
  const problems = checkDefinition(definition);
  if (problems.length > 0) return failed(...problems);
  return ok({ definition, same: step === before.step ? sameArchives(before, definition) : [] }, warnings);
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}

function shortHeartbeat(path: string, heartbeat: number, step: number): Problem {
  const message = `a heartbeat of ${heartbeat} s is shorter than the step of "${path}", ${step} s: with one value per step all are unknown`;
  return problem("rrd-short-heartbeat", message, {
    severity: "warning",
    notes: [`--heartbeat ${2 * step} lets one value in two be missing`],
  });
}

function forecastsLost(path: string): Problem {
  return problem("rrd-forecasts-dropped", `the forecasts of "${path}" are left out: they fit one step only`, {
    severity: "warning",
  });
}

/** Forecasts name each other by index, so that these move along; a text when one that is needed would go. */
function leaveOut(
  archives: readonly AnyArchive[],
  removed: readonly number[],
): readonly AnyArchive[] | string {
  const kept = archives.map((_, index) => index).filter((index) => !removed.includes(index));
  const left: AnyArchive[] = [];
  for (const index of kept) {
    const archive = archives[index] as AnyArchive;
    if ("xff" in archive) {
      left.push(archive);
      continue;
    }
    const leansOn = kept.indexOf(archive.leansOn);
    if (leansOn < 0) return `archive ${archive.leansOn} cannot be removed alone: archive ${index} needs it`;
    left.push({ ...archive, leansOn });
  }
  return left;
}

function restep(archives: readonly AnyArchive[], from: number, to: number): ArchiveDefinition[] {
  const made: ArchiveDefinition[] = [];
  for (const archive of archives) {
    if (!("xff" in archive)) continue;
    const secondsPerRow = archive.pdpPerRow * from;
    const pdpPerRow = archive.pdpPerRow === 1 ? 1 : Math.max(1, Math.round(secondsPerRow / to));
    const rows = Math.ceil((archive.rows * secondsPerRow) / (pdpPerRow * to));
    // Two that became alike are one, the longer one.
    const alike = made.findIndex((one) => one.cf === archive.cf && one.pdpPerRow === pdpPerRow);
    const there = made[alike];
    if (there === undefined) made.push({ ...archive, pdpPerRow, rows });
    else made[alike] = { ...there, rows: Math.max(there.rows, rows) };
  }
  return made;
}

function sameArchives(before: RrdDefinition, after: RrdDefinition): (number | undefined)[] {
  const taken = new Set<number>();
  const same = after.archives.map((archive) => {
    const index = before.archives.findIndex((old, at) => !taken.has(at) && alike(old, archive));
    if (index < 0) return undefined;
    taken.add(index);
    return index;
  });
  // Forecasts are one another's memory: they are kept together or not at all.
  const together = after.archives.every((archive, index) => {
    const old = before.archives[same[index] ?? -1];
    return (
      "xff" in archive || (old !== undefined && !("xff" in old) && same[archive.leansOn] === old.leansOn)
    );
  });
  return same.map((old, index) => (together || "xff" in (after.archives[index] ?? {}) ? old : undefined));
}

function alike(a: AnyArchive, b: AnyArchive): boolean {
  const text = (archive: AnyArchive) =>
    JSON.stringify(Object.entries({ ...archive, leansOn: 0 }).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}
