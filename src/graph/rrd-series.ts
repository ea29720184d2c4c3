import { dirname, resolve } from "node:path";
import { failed, ok, problem, type Result } from "../base/index.ts";
import { openRrd } from "../rrd/index.ts";
import { deriveColumn, ontoGrid } from "./derive-column.ts";
import type { Column } from "./language/column.ts";
import { reduceSeries } from "./reduce.ts";
import type { ColumnRequest, Series, SeriesRequest, SeriesSource } from "./series.ts";

/**
 * The rows of an RRD file, read when asked and never kept open. Reads the archive that fits the resolution best and
 * reduces its rows to it; columns of other files (relative to `folder`) or times are laid on the same rows. Problems:
 * those of opening and fetching, and `unknown-field`.
 */
export function rrdSeriesSource(path: string, folder = dirname(path)): SeriesSource {
  return { fetch: async (request) => fetchRrd(path, folder, request) };
}

function fetchRrd(path: string, folder: string, request: SeriesRequest): Result<Series> {
  const { columns, ...rest } = request;
  const plain = columns.filter(isPlain);
  if (plain.length === columns.length) return fetchPlain(path, { columns, ...rest });
  const base = plain.length > 0 ? fetchPlain(path, { columns: plain, ...rest }) : undefined;
  if (base?.ok === false) return base;
  const derived = new Map<ColumnRequest, Column>();
  for (const column of columns) {
    if (isPlain(column)) continue;
    const file = column.file === undefined ? path : resolve(folder, column.file);
    const found = deriveColumn(file, column, request);
    if (!found.ok) return found;
    derived.set(column, found.value);
  }
  const [first] = derived.values();
  const grid = base?.value ?? first;
  if (grid === undefined) return fetchPlain(path, request);
  const rows = Math.round((grid.end - grid.start) / grid.step);
  return ok({
    start: grid.start,
    end: grid.end,
    step: grid.step,
    columns: columns.map((column) => {
      const other = derived.get(column);
      if (other !== undefined) return ontoGrid(other, { ...grid, rows });
      return base?.value.columns[plain.indexOf(column)] ?? new Float64Array();
    }),
  });
}

function isPlain({ file, cf, shift, history }: ColumnRequest): boolean {
  return file === undefined && cf === undefined && shift === undefined && history === undefined;
}

function fetchPlain(path: string, request: SeriesRequest): Result<Series> {
  const opened = openRrd(path, { mode: "read" });
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const missing = request.columns.find(({ field }) => !file.names.includes(field));
    if (missing !== undefined) {
      return failed(problem("unknown-field", `"${path}" has no field "${missing.field}"`));
    }
    const { cf, start, end } = request;
    const resolution = Math.max(1, Math.floor(request.resolution));
    const rows = file.fetch({
      cf,
      start: Math.floor(start),
      end: Math.floor(end),
      resolution,
      storedAlong: resolution,
    });
    if (!rows.ok) return rows;
    const columns = request.columns.map(
      ({ field }) => rows.value.columns[rows.value.names.indexOf(field)] ?? new Float64Array(),
    );
    const series = { start: rows.value.start, end: rows.value.end, step: rows.value.step, columns };
    const reduced = reduceSeries(series, resolution, cf);
    return ok({ ...reduced, finest: reduced.step === file.step });
  } finally {
    file.close();
  }
}

/** The time of the last update, epoch seconds: tells whether a picture is still true. */
export function rrdLastUpdate(path: string): Result<number> {
  const opened = openRrd(path, { mode: "read" });
  if (!opened.ok) return opened;
  const { lastUpdate } = opened.value;
  opened.value.close();
  return ok(lastUpdate);
}
