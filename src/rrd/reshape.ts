import { failed, formatBytes, ok, type Problem, problem, type Result } from "../base/index.ts";
import { FillCandidates } from "./fill-candidates.ts";
import type { Header } from "./header.ts";
import { fileSizeFor } from "./new-header.ts";
import { nodeStorage } from "./node-storage.ts";
import { openFile } from "./open-file.ts";
import { placeNewFile, quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { refineStep } from "./refine-step.ts";
import type { ReshapeRequest } from "./reshape-arguments.ts";
import { reshapedHeader } from "./reshape-header.ts";
import { planReshape, type ReshapePlan } from "./reshape-plan.ts";
import { writeReshapedRows } from "./reshape-rows.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { writeWhole } from "./whole-io.ts";

export interface ReshapeOptions {
  /** The name whose hash spreads the smoothing of new forecasts over time; default `path`. */
  readonly name?: string | undefined;
  readonly durable?: boolean | undefined;
  readonly storage?: Storage | undefined;
}

const LARGEST_FILE = 1024 ** 3;

/**
 * Adds and removes data sources and archives, makes archives longer or shorter, the step finer: what is kept is kept to the
 * bit. A new file is written and put in the place of the old one when it is whole; whatever fails, the old one stays.
 * Problems: `rrd-arguments`, `rrd-definition`, `rrd-too-large`, `rrd-changed` (somebody wrote to the file meanwhile), those
 * of opening and creating.
 */
export function reshapeRrd(
  path: string,
  request: ReshapeRequest,
  options: ReshapeOptions = {},
): Result<void> {
  const { storage = nodeStorage } = options;
  const opened = openFile(path, "copy", storage);
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const read = readHeader(file, path);
    if (!read.ok) return read;
    const refined = request.step === undefined ? read : refineStep(file, read.value, request.step);
    if (!refined.ok) return refined;
    const plan = planReshape(refined.value, request);
    if (!plan.ok) return plan;
    const size = fileSizeFor(plan.value.definition);
    if (size > LARGEST_FILE) {
      const [wanted, most] = [formatBytes(size), formatBytes(LARGEST_FILE)];
      return failed(problem("rrd-too-large", `"${path}" would take ${wanted}; at most ${most} are allowed`));
    }
    const written = write(file, read.value, refined.value, plan.value, path, options);
    return written.ok ? ok(undefined, [...plan.warnings, ...written.warnings]) : written;
  } catch (error) {
    return failed(storageProblem(path, "tune", error));
  } finally {
    quietly(() => file.close());
  }
}

function write(
  file: StorageFile,
  before: Header,
  refined: Header,
  plan: ReshapePlan,
  path: string,
  options: ReshapeOptions,
): Result<void> {
  const candidates = new FillCandidates([{ header: refined, file }]);
  const header = reshapedHeader(refined, plan, candidates, options.name ?? path);
  let changed: Problem | undefined;
  const placed = placeNewFile(path, { ...options, overwrite: true }, (to) => {
    writeWhole(to, header.bytes, 0);
    for (let index = 0; index < header.archives.length; index++)
      writeReshapedRows(file, to, refined, header, index, plan, candidates);
    changed = changedMeanwhile(file, before, path);
    if (changed !== undefined) throw new Error(changed.message);
  });
  return changed === undefined ? placed : failed(changed);
}

/** Programs that take no lock of ours may write at any time. */
function changedMeanwhile(file: StorageFile, before: Header, path: string): Problem | undefined {
  const now = readHeader(file, path);
  if (now.ok && Buffer.compare(now.value.liveBytes, before.liveBytes) === 0) return undefined;
  return problem("rrd-changed", `"${path}" was written to while it was tuned; it is left as it is`, {
    notes: ["stop the program that writes to it first"],
  });
}
