import type { SinkSeries } from "./sink.ts";

/** `NAME_FIELD` with what Prometheus does not take in a metric's name replaced by `_`. */
export function metricName(series: SinkSeries, field: string): string {
  return `${series.name}_${field}`.replaceAll(/[^A-Za-z0-9_:]/g, "_").replace(/^(?=\d)/, "_");
}

/** Labels with names Prometheus takes, sorted, each once; names that start with `__` are its own. */
export function labelsOf(series: SinkSeries): readonly (readonly [string, string])[] {
  const labels = new Map<string, string>();
  for (const [key, value] of series.tags) {
    const name = key
      .replaceAll(/[^A-Za-z0-9_]/g, "_")
      .replace(/^__+/, "_")
      .replace(/^(?=\d)/, "_");
    if (name !== "" && !labels.has(name)) labels.set(name, value.toWellFormed());
  }
  return [...labels].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
