import { existsSync, realpathSync } from "node:fs";
import {
  type Clock,
  failed,
  formatDuration,
  ok,
  type Problem,
  problem,
  type Result,
} from "../../base/index.ts";
import {
  addDataSources,
  createRrd,
  type DataSourceDefinition,
  type MigrationReport,
  migrateRrd,
  openRrd,
  type RrdFile,
  type RrdInfo,
  type Storage,
} from "../../rrd/index.ts";
import { fitAdopted } from "./adopted-shape.ts";
import type { FileShape, Fit } from "./fit.ts";
import { fitOwn } from "./own-shape.ts";

export interface FittedFile {
  readonly rrd: RrdFile;
  /** For each data source of the file, the index of the field that fills it; -1: none does. */
  readonly fieldOf: Int32Array;
  /** For each data source the type that its readings still have to be fitted to; of adopted files. */
  readonly types: readonly (DataSourceDefinition["type"] | undefined)[] | undefined;
  readonly created: boolean;
}

export interface OpenFittedOptions {
  readonly clock: Clock;
  readonly storage: Storage | undefined;
  /** Epoch seconds of the sample that is to be stored first. */
  readonly firstSample: number;
  /** Whether a file may be made if there is none. */
  readonly mayCreate: boolean;
}

/**
 * Opens the file for writing; makes it if it is missing, adds fields that are new, gives it another step and other
 * archives, and refuses what does not fit. What was there stays beside it whenever the file is written anew.
 */
export function openFitted(path: string, shape: FileShape, options: OpenFittedOptions): Result<FittedFile> {
  const { clock, storage } = options;
  const warnings: Problem[] = [];
  const created = !existsSync(path);
  if (created) {
    const refused = refuseToMake(path, shape, options);
    if (refused !== undefined) return failed(refused);
    const made = makeFile(path, shape, options);
    if (!made.ok) return made;
    if (shape.adopt !== "no") {
      const message = `"${path}" is not there to be adopted: a new file is made`;
      warnings.push(problem("rrd-made", message, { severity: "warning" }));
    }
  }
  // Open, change, and open what came of it: a second change is not needed.
  for (let attempt = 1; ; attempt++) {
    const opened = openRrd(path, { mode: "write", clock, storage });
    if (!opened.ok) return opened;
    const rrd = opened.value;
    const info = rrd.info();
    const fit = shape.adopt === "no" ? fitOwn(path, info, shape) : fitAdopted(path, info, shape);
    const isSettled = fit.added.length === 0 && fit.migration === undefined;
    if (fit.refusal === undefined && (isSettled || attempt > 1)) {
      const { fieldOf, types } = columns(rrd, info, shape);
      return ok({ rrd, fieldOf, types, created }, [...warnings, ...fit.warnings]);
    }
    rrd.close();
    if (fit.refusal !== undefined) return failed(fit.refusal.problem);
    const changed = change(path, info, shape, fit, options);
    if (!changed.ok) return changed;
    warnings.push(...changed.warnings);
  }
}

function refuseToMake(path: string, shape: FileShape, options: OpenFittedOptions): Problem | undefined {
  if (!options.mayCreate) {
    const notes = ["put a file there, or set recreate: true"];
    return problem("rrd-missing", `"${path}" was deleted and is not made again`, { notes });
  }
  if (shape.mayMake) return undefined;
  const notes = ["put a file there, or set interval: how many seconds a row of a new one shall have"];
  return problem("rrd-missing", `"${path}" is not there to be adopted`, { notes });
}

function makeFile(path: string, shape: FileShape, options: OpenFittedOptions): Result<void> {
  // The row that ends with the first sample is known from its beginning: a graph shows something after one step.
  const start = Math.floor(options.firstSample) - shape.interval;
  const dataSources = shape.fields.map((field) => field.source);
  const definition = { step: shape.interval, start, dataSources, archives: shape.archives };
  const made = createRrd(path, definition, { storage: options.storage });
  // Another program made it meanwhile: then it is looked at like any other file.
  if (!made.ok && made.problems.some(({ code }) => code === "rrd-exists")) return ok(undefined);
  return made;
}

/** Its warnings tell what was done, and where the file as it was is now. */
function change(
  path: string,
  info: RrdInfo,
  shape: FileShape,
  fit: Fit,
  options: OpenFittedOptions,
): Result<void> {
  const { storage } = options;
  // A symbolic link goes on to name the file.
  const real = realpathSync(path);
  const warnings: Problem[] = [];
  // The other step first: it changes the heartbeats of the fields that are there, and a new field's is right already.
  let saved: string | undefined;
  if (fit.migration !== undefined) {
    const migrated = migrateRrd(real, fit.migration, { storage });
    // Samples fit it as it is, and are worth more than other archives.
    if (!migrated.ok && info.step !== shape.interval) return migrated;
    if (migrated.ok) {
      saved = migrated.value.savedAs;
      warnings.push(migratedTo(path, info, shape, migrated.value), ...migrated.warnings);
    } else warnings.push(notMigrated(path, migrated));
  }
  if (fit.added.length > 0) {
    const added = addDataSources(real, fit.added, { storage, backup: saved === undefined });
    if (!added.ok) return added;
    const names = fit.added.map(({ name }) => name).join(", ");
    const message = `"${path}" has new fields: ${names}; its data is kept`;
    const before = added.value.savedAs ?? saved;
    const notes = [`the file as it was: ${before}`, ...adoptNote(shape)];
    warnings.push(problem("rrd-fields-added", message, { severity: "warning", notes }), ...added.warnings);
  }
  return ok(undefined, warnings);
}

function migratedTo(path: string, info: RrdInfo, shape: FileShape, report: MigrationReport): Problem {
  const { savedAs, lost } = report;
  const [had, has] = [formatDuration(info.step), formatDuration(shape.interval)];
  const what = had === has ? "has other archives now" : `has one row every ${has} now, not ${had}`;
  const notes = [
    `the file as it was: ${savedAs}`,
    ...lost.map(({ cf, to }) => `no archive is left for ${cf} before ${new Date(to * 1000).toISOString()}`),
    ...adoptNote(shape),
  ];
  const message = `"${path}" ${what}, as the block says; its data is kept`;
  return problem("rrd-migrated", message, { severity: "warning", notes });
}

function notMigrated(path: string, { problems }: { readonly problems: readonly Problem[] }): Problem {
  const notes = problems.flatMap(({ message, notes = [] }) => [message, ...notes]);
  const message = `"${path}" keeps the archives it has, which are not those of the block: it could not be migrated`;
  return problem("rrd-differs", message, { severity: "warning", notes });
}

function adoptNote(shape: FileShape): readonly string[] {
  return shape.adopt === "no" ? ["adopt: true leaves a file of another program as it is"] : [];
}

function columns(rrd: RrdFile, info: RrdInfo, shape: FileShape): Pick<FittedFile, "fieldOf" | "types"> {
  const fieldOf = Int32Array.from(rrd.names, (name) =>
    shape.fields.findIndex((field) => field.source.name === name),
  );
  if (shape.adopt === "no") return { fieldOf, types: undefined };
  const types = info.dataSources.map(({ type }, index) => {
    const isOpen = shape.fields[fieldOf[index] ?? -1]?.readAs === undefined;
    return isOpen && type !== "COMPUTE" ? type : undefined;
  });
  return { fieldOf, types };
}
