import { exponential } from "./exponential.ts";
import type { ArchiveInfo, ConsolidationState, RrdInfo } from "./info.ts";

type Line = readonly [key: string, value: string];

/** The same text as `rrdtool info` prints, with a newline at the end. */
export function rrdInfoText(info: RrdInfo): string {
  const lines = [
    `filename = "${info.file}"`,
    `rrd_version = "${info.version}"`,
    `step = ${info.step}`,
    `last_update = ${info.lastUpdate}`,
    `header_size = ${info.headerSize}`,
  ];
  info.dataSources.forEach((source, index) => {
    const add = (key: string, value: string) => lines.push(`ds[${source.name}].${key} = ${value}`);
    add("index", String(index));
    add("type", `"${source.type}"`);
    if (source.expression !== undefined) add("cdef", `"${source.expression}"`);
    else {
      add("minimal_heartbeat", String(source.heartbeat));
      add("min", exponential(source.min));
      add("max", exponential(source.max));
    }
    add("last_ds", `"${source.lastReading}"`);
    add("value", exponential(source.value));
    add("unknown_sec", String(source.unknownSeconds));
  });
  info.archives.forEach((archive, index) => {
    const add = (key: string, value: string) => lines.push(`rra[${index}].${key} = ${value}`);
    add("cf", `"${archive.cf}"`);
    add("rows", String(archive.rows));
    add("cur_row", String(archive.currentRow));
    add("pdp_per_row", String(archive.pdpPerRow));
    for (const [key, value] of parameterLines(archive, info.version)) add(key, value);
    archive.consolidation.forEach((state, source) => {
      for (const [key, value] of stateLines(archive, state)) add(`cdp_prep[${source}].${key}`, value);
    });
  });
  return `${lines.join("\n")}\n`;
}

function parameterLines({ xff, forecast }: ArchiveInfo, version: string): Line[] {
  switch (forecast?.kind) {
    case undefined:
      return [["xff", exponential(xff)]];
    case "prediction":
      return [
        ["alpha", exponential(forecast.alpha)],
        ["beta", exponential(forecast.beta)],
      ];
    case "season":
    case "season of deviations": {
      const gamma: Line = ["gamma", exponential(forecast.gamma)];
      return Number(version) < 4
        ? [gamma]
        : [gamma, ["smoothing_window", exponential(forecast.smoothingWindow)]];
    }
    case "deviation":
      return [];
    case "failures":
      return [
        ["delta_pos", exponential(forecast.deltaPositive)],
        ["delta_neg", exponential(forecast.deltaNegative)],
        ["failure_threshold", String(forecast.threshold)],
        ["window_length", String(forecast.window)],
      ];
  }
}

function stateLines({ cf, forecast: parameters }: ArchiveInfo, state: ConsolidationState): Line[] {
  const { forecast } = state;
  switch (forecast?.kind) {
    case "prediction":
      return [
        ["intercept", exponential(forecast.intercept)],
        ["slope", exponential(forecast.slope)],
        ["NaN_count", String(forecast.nullCount)],
      ];
    case "season":
      return [[cf === "SEASONAL" ? "seasonal" : "deviation", exponential(forecast.season)]];
    case "failures":
      return [["history", `"${forecast.history.map((byte) => (byte === 1 ? 1 : 0)).join("")}"`]];
    case undefined:
      return parameters === undefined
        ? [
            ["value", exponential(state.value)],
            ["unknown_datapoints", String(state.unknownPoints)],
          ]
        : [];
  }
}
