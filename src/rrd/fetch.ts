import { failed, ok, problem, type Result } from "../base/index.ts";
import { isPlainConsolidation } from "./consolidations.ts";
import type { Consolidation } from "./definition.ts";
import type { FixedArchive, Header } from "./header.ts";
import type { FetchedRows, FetchRequest } from "./rrd-file.ts";
import type { StorageFile } from "./storage.ts";
import { readWhole } from "./whole-io.ts";

/** A request for more values than this (32 MiB of doubles) is refused rather than answered from swap. */
const MOST_VALUES = 4 * 1024 * 1024;
/** Of rows that are stored indeed: the archive itself is as large. */
const MOST_STORED_VALUES = 16 * 1024 * 1024;
const PIECE = 256 * 1024;

interface Choice {
  readonly archive: number;
  readonly secondsPerRow: number;
}

/** rrdtool's choice: any archive that reaches back to the start beats all others; then the nearest resolution. */
export function chooseArchive(
  header: Header,
  cf: Consolidation,
  start: number,
  end: number,
  resolution: number,
): Choice | undefined {
  let full: (Choice & { distance: number }) | undefined;
  let partial: (Choice & { distance: number; match: number }) | undefined;
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    if (archive === undefined || !answers(archive, cf)) continue;
    const secondsPerRow = archive.pdpPerRow * header.step;
    const newest = header.lastUpdate - (header.lastUpdate % secondsPerRow);
    const oldest = newest - secondsPerRow * archive.rows;
    const distance = Math.abs(resolution - secondsPerRow);
    if (oldest <= start) {
      if (full === undefined || distance < full.distance) full = { archive: index, secondsPerRow, distance };
    } else {
      const match = end - start - (oldest - start);
      if (
        partial === undefined ||
        match > partial.match ||
        (match === partial.match && distance < partial.distance)
      )
        partial = { archive: index, secondsPerRow, distance, match };
    }
  }
  return full ?? partial;
}

/** With one step per row all four plain functions give the same rows, so any of them answers for the others. */
function answers(archive: FixedArchive, cf: Consolidation): boolean {
  return (
    archive.cf === cf ||
    (archive.pdpPerRow === 1 && isPlainConsolidation(archive.cf) && isPlainConsolidation(cf))
  );
}

export function fetchRows(header: Header, file: StorageFile, request: FetchRequest): Result<FetchedRows> {
  const { cf, resolution = 1 } = request;
  let { start, end } = request;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end))
    return failed(problem("rrd-period", `start ${start} and end ${end} must be whole epoch seconds`));
  if (end < start) return failed(problem("rrd-period", `start (${start}) should be less than end (${end})`));
  const choice = chooseArchive(header, cf, start, end, resolution);
  if (choice === undefined)
    return failed(problem("rrd-no-archive", "the RRD does not contain an RRA matching the chosen CF"));
  const { secondsPerRow: step } = choice;
  start -= modulo(start, step);
  end += step - modulo(end, step);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end))
    return failed(problem("rrd-period", `rows of ${step} seconds around that period lie outside all time`));
  let rows = (end - start) / step;
  const sources = header.dataSources.length;
  const values = request.only === undefined ? sources : 1;
  const along = request.storedAlong;
  if (along !== undefined && rows * sources > MOST_VALUES) {
    ({ start, end } = storedPeriod(header, choice, { start, end }, Math.ceil(along / step) * step));
    rows = (end - start) / step;
  }
  if (along === undefined ? rows * sources > MOST_VALUES : rows * values > MOST_STORED_VALUES) {
    return failed(
      problem(
        "rrd-too-many-rows",
        `the period has ${rows} rows of ${sources} values; at most ${MOST_VALUES} values are fetched: ask for a shorter period or a coarser resolution`,
      ),
    );
  }
  const { only, scratch } = request;
  const names = header.dataSources.map((source) => source.name);
  if (only !== undefined && !names.includes(only))
    return failed(problem("unknown-field", `the RRD has no data source "${only}"`));
  const column = () =>
    only !== undefined && scratch !== undefined && scratch.length >= rows
      ? scratch.subarray(0, rows)
      : new Float64Array(rows);
  const columns = names.map((name) => (only === undefined || only === name ? column() : undefined));
  readStoredRows(header, file, choice, start, rows, columns);
  return ok({
    start,
    end,
    step,
    names: only === undefined ? names : [only],
    columns: columns.filter((one) => one !== undefined),
  });
}

/** The part of a period that an archive has rows of, in whole multiples of `along`; never empty. */
function storedPeriod(
  header: Header,
  { archive, secondsPerRow }: Choice,
  { start, end }: { readonly start: number; readonly end: number },
  along: number,
): { start: number; end: number } {
  const newest = header.lastUpdate - (header.lastUpdate % secondsPerRow);
  const oldest = newest - (header.archives[archive]?.rows ?? 0) * secondsPerRow;
  const from = Math.max(start, oldest - modulo(oldest, along));
  const to = Math.min(end, newest + along - modulo(newest, along));
  return from < to ? { start: from, end: to } : { start: end - secondsPerRow, end };
}

function readStoredRows(
  header: Header,
  file: StorageFile,
  choice: Choice,
  start: number,
  rows: number,
  columns: readonly (Float64Array | undefined)[],
): void {
  const archive = header.archives[choice.archive] as FixedArchive;
  const step = choice.secondsPerRow;
  const newest = header.lastUpdate - (header.lastUpdate % step);
  const oldest = newest - (archive.rows - 1) * step;
  // Row k of the answer is stamped start + (k + 1) * step.
  const first = Math.max(0, (oldest - start) / step - 1);
  const last = Math.min(rows - 1, (newest - start) / step - 1);
  const current = header.currentRow(choice.archive);
  // What is not stored is unknown; the rest is written once only.
  for (const column of columns) {
    column?.fill(Number.NaN, 0, Math.min(rows, first));
    column?.fill(Number.NaN, Math.max(0, last + 1, Math.min(rows, first)));
  }
  for (let k = first; k <= last; ) {
    const age = (newest - (start + (k + 1) * step)) / step;
    const row = (current - age + archive.rows) % archive.rows;
    const count = Math.min(last - k + 1, archive.rows - row);
    readRun(file, archive.dataStart + row * columns.length * 8, k, count, columns);
    k += count;
  }
}

function readRun(
  file: StorageFile,
  position: number,
  into: number,
  rows: number,
  columns: readonly (Float64Array | undefined)[],
): void {
  const sources = columns.length;
  const [only] = columns;
  if (only !== undefined && sources === 1) {
    // The rows of a single source are the column as it is.
    readWhole(file, new Uint8Array(only.buffer, only.byteOffset + into * 8, rows * 8), position);
    return;
  }
  const most = Math.max(1, Math.floor(PIECE / (8 * sources)));
  const bytes = new Uint8Array(new ArrayBuffer(Math.min(rows, most) * sources * 8));
  const values = new Float64Array(bytes.buffer);
  for (let done = 0; done < rows; ) {
    const piece = Math.min(rows - done, most);
    readWhole(file, bytes.subarray(0, piece * sources * 8), position + done * sources * 8);
    for (let source = 0; source < sources; source++) {
      const column = columns[source];
      if (column === undefined) continue;
      for (let row = 0; row < piece; row++)
        column[into + done + row] = values[row * sources + source] as number;
    }
    done += piece;
  }
}

/** Never negative. */
function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}
