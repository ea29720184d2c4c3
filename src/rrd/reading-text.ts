import type { DataSourceType } from "./definition.ts";
import type { Reading } from "./rrd-file.ts";

const countsOnly: Readonly<Record<DataSourceType, boolean>> = {
  GAUGE: false,
  ABSOLUTE: false,
  DCOUNTER: false,
  DDERIVE: false,
  COUNTER: true,
  DERIVE: true,
  COMPUTE: false,
};

/** The text rrdtool would be given: the shortest one that means the same number; `U` for unknown. */
export function readingText(reading: Reading, type: DataSourceType): string {
  if (reading === null || reading === undefined || type === "COMPUTE") return "U";
  if (typeof reading === "bigint") return String(reading);
  if (Number.isNaN(reading)) return "U";
  // Counters are digits only, never 1e+21, and all of them: shortest texts end in made-up zeros from 2^53 on.
  if (countsOnly[type] && Number.isInteger(reading) && !Number.isSafeInteger(reading))
    return String(BigInt(reading));
  return String(reading);
}
