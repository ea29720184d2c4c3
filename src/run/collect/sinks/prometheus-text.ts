import { labelsOf, metricName } from "./prometheus-names.ts";
import type { Point } from "./sink.ts";

/** The latest values in Prometheus' text format 0.0.4, metrics together, each series once. */
export function prometheusText(points: Iterable<Point>): string {
  const metrics = new Map<string, { readonly type: string; readonly lines: Map<string, string> }>();
  for (const { series, values } of points) {
    const labels = labelsOf(series).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
    const braces = labels.length === 0 ? "" : `{${labels.join(",")}}`;
    for (const [index, { name, type }] of series.fields.entries()) {
      const value = values[index];
      if (value === undefined || value === null) continue;
      const metric = metricName(series, name);
      let known = metrics.get(metric);
      if (known === undefined) {
        const isCounter = type === "COUNTER" || type === "DCOUNTER";
        known = { type: isCounter ? "counter" : "gauge", lines: new Map() };
        metrics.set(metric, known);
      }
      known.lines.set(braces, `${metric}${braces} ${value}\n`);
    }
  }
  let text = "";
  for (const [metric, { type, lines }] of metrics) {
    text += `# TYPE ${metric} ${type}\n${[...lines.values()].join("")}`;
  }
  return text;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
