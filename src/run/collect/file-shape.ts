import { existsSync } from "node:fs";
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
  openRrd,
  type RrdFile,
  type RrdInfo,
  type Storage,
} from "../../rrd/index.ts";
import type { CheckedCollect } from "./definition.ts";

/** What an RRD file needs to be like to take a block's samples. */
export type FileShape = Pick<CheckedCollect, "interval" | "fields" | "archives" | "ownArchives">;

export interface FittedFile {
  readonly rrd: RrdFile;
  /** For each data source of the file, the index of the field that fills it; -1: none does. */
  readonly fieldOf: Int32Array;
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

/** Opens the file for writing; makes it if it is missing, adds fields that are new, and refuses what does not fit. */
export function openFitted(path: string, shape: FileShape, options: OpenFittedOptions): Result<FittedFile> {
  const { clock, storage } = options;
  let created = false;
  if (!existsSync(path)) {
    if (!options.mayCreate) {
      const notes = ["put a file there, or set recreate: true"];
      return failed(problem("rrd-missing", `"${path}" was deleted and is not made again`, { notes }));
    }
    const made = makeFile(path, shape, options);
    if (!made.ok) return made;
    created = true;
  }
  const opened = openRrd(path, { mode: "write", clock, storage });
  if (!opened.ok) return opened;
  const rrd = opened.value;
  const fit = compare(path, rrd.info(), shape);
  if (fit.refusal !== undefined) {
    rrd.close();
    return failed(fit.refusal);
  }
  if (fit.added.length === 0) return ok({ rrd, fieldOf: columns(rrd, shape), created }, fit.warnings);
  rrd.close();
  return widen(path, shape, fit, options);
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

function widen(path: string, shape: FileShape, fit: Fit, options: OpenFittedOptions): Result<FittedFile> {
  const added = addDataSources(path, fit.added, { storage: options.storage });
  if (!added.ok) return added;
  const opened = openRrd(path, { mode: "write", clock: options.clock, storage: options.storage });
  if (!opened.ok) return opened;
  const names = fit.added.map(({ name }) => name).join(", ");
  const warning = problem("rrd-fields-added", `"${path}" has new fields: ${names}; its data is kept`, {
    severity: "warning",
    notes: [`the file as it was: ${added.value.savedAs}`],
  });
  const rrd = opened.value;
  return ok({ rrd, fieldOf: columns(rrd, shape), created: false }, [warning, ...fit.warnings]);
}

function columns(rrd: RrdFile, shape: FileShape): Int32Array {
  return Int32Array.from(rrd.names, (name) => shape.fields.findIndex((field) => field.source.name === name));
}

interface Fit {
  readonly refusal: Problem | undefined;
  readonly added: readonly DataSourceDefinition[];
  readonly warnings: readonly Problem[];
}

function compare(path: string, info: RrdInfo, shape: FileShape): Fit {
  const warnings: Problem[] = [];
  const warn = (message: string, ...notes: string[]) =>
    warnings.push(problem("rrd-differs", message, { severity: "warning", notes }));
  const moveAway = `or move the file away (mv ${path} ${path}.aside): a new one is made at the next sample`;
  const wrong = (message: string, fix: string): Fit => ({
    refusal: problem("rrd-mismatch", message, { notes: [fix, moveAway] }),
    added: [],
    warnings,
  });
  if (info.step !== shape.interval) {
    const [has, wants] = [formatDuration(info.step), formatDuration(shape.interval)];
    return wrong(
      `"${path}" has one row every ${has}, the block says interval: ${wants}`,
      `set interval: ${info.step}`,
    );
  }
  const added: DataSourceDefinition[] = [];
  for (const { source } of shape.fields) {
    const there = info.dataSources.find(({ name }) => name === source.name);
    if (there === undefined) {
      added.push(source);
      continue;
    }
    if (there.type !== source.type) {
      return wrong(
        `field "${source.name}" is ${there.type} in "${path}", the block says type: ${source.type}`,
        `set type: ${there.type}, give the field another name`,
      );
    }
    for (const [what, has, wants] of [
      ["heartbeat", there.heartbeat, source.heartbeat],
      ["min", there.min, source.min ?? Number.NaN],
      ["max", there.max, source.max ?? Number.NaN],
    ] as const) {
      if (Object.is(has, wants)) continue;
      const field = `${what} of field "${source.name}"`;
      warn(`${field} is ${limit(has)} in "${path}", the block says ${limit(wants)}: the file's counts`);
    }
  }
  for (const { name } of info.dataSources) {
    if (shape.fields.some(({ source }) => source.name === name)) continue;
    warn(`"${path}" has a field "${name}" that the block does not collect: unknown from now on`);
  }
  if (shape.ownArchives && !sameArchives(info, shape)) {
    warn(
      `"${path}" keeps the archives it was made with, which are not those of the block`,
      moveAway.slice(3),
    );
  }
  return { refusal: undefined, added, warnings };
}

function limit(value: number): string {
  return Number.isNaN(value) ? "U" : String(value);
}

function sameArchives(info: RrdInfo, shape: FileShape): boolean {
  return (
    info.archives.length === shape.archives.length &&
    shape.archives.every((wanted, index) => {
      const there = info.archives[index];
      return there?.cf === wanted.cf && there.rows === wanted.rows && there.pdpPerRow === wanted.pdpPerRow;
    })
  );
}
