import { isPlainConsolidation } from "./consolidations.ts";
import type { RrdInfo } from "./info.ts";

/** The same text as `rrdtool info` prints, with a newline at the end; of forecast archives only what all share. */
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
    if (!isPlainConsolidation(archive.cf)) return;
    add("xff", exponential(archive.xff));
    archive.consolidation.forEach((state, source) => {
      add(`cdp_prep[${source}].value`, exponential(state.value));
      add(`cdp_prep[${source}].unknown_datapoints`, String(state.unknownPoints));
    });
  });
  return `${lines.join("\n")}\n`;
}

/** C's `%0.10e`, with rrdtool's own word for unknown. */
function exponential(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const [mantissa = "", exponent = ""] = (Object.is(value, -0) ? 0 : value).toExponential(10).split("e");
  const digits = exponent.slice(1).padStart(2, "0");
  return `${Object.is(value, -0) ? "-" : ""}${mantissa}e${exponent[0]}${digits}`;
}
