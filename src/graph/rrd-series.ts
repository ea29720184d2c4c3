import { failed, ok, problem, type Result } from "../base/index.ts";
import { openRrd } from "../rrd/index.ts";
import { reduceSeries } from "./reduce.ts";
import type { Series, SeriesRequest, SeriesSource } from "./series.ts";

/**
 * The rows of an RRD file, read when asked and never kept open. Reads the archive that fits the resolution best and
 * reduces its rows to it. Problems: those of opening and fetching, and `unknown-field`.
 */
export function rrdSeriesSource(path: string): SeriesSource {
  return { fetch: async (request) => fetchRrd(path, request) };
}

function fetchRrd(path: string, request: SeriesRequest): Result<Series> {
  const opened = openRrd(path, { mode: "read" });
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const missing = request.fields.find((field) => !file.names.includes(field));
    if (missing !== undefined) {
      return failed(problem("unknown-field", `"${path}" has no field "${missing}"`));
    }
    const { cf, start, end } = request;
    const resolution = Math.max(1, Math.floor(request.resolution));
    const rows = file.fetch({ cf, start: Math.floor(start), end: Math.floor(end), resolution });
    if (!rows.ok) return rows;
    const columns = request.fields.map(
      (field) => rows.value.columns[rows.value.names.indexOf(field)] ?? new Float64Array(),
    );
    const series = { start: rows.value.start, end: rows.value.end, step: rows.value.step, columns };
    return ok(reduceSeries(series, resolution, cf));
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
