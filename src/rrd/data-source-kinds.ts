import { decimalDifference } from "./decimal-difference.ts";
import type { DataSourceType } from "./definition.ts";
import { type NumberFault, parseNumber } from "./number-text.ts";

export interface DataSourceKind {
  /** The first format version that knows the type. */
  readonly formatVersion: 3 | 5;
  /** A reading is a rate by itself; of all others it gives an amount since the reading before. */
  readonly isRate: boolean;
  /** The rate or the amount; NaN = unknown. `previous` is the stored text of the reading before, `U…` = unknown. */
  read(reading: string, previous: string): number | NumberFault;
}

/** A 32-bit counter that wraps; rrdtool adds one less than 2^32, and so must we. */
const WRAP_32 = 4_294_967_295;
/** What is still missing for a 64-bit counter. */
const WRAP_64 = 2 ** 64 - 2 ** 32;

export const dataSourceKinds: Readonly<Record<DataSourceType, DataSourceKind>> = {
  GAUGE: { formatVersion: 3, isRate: true, read: (reading) => decimal(reading, "GAUGE") },
  ABSOLUTE: { formatVersion: 3, isRate: false, read: (reading) => decimal(reading, "ABSOLUTE") },
  COUNTER: {
    formatVersion: 3,
    isRate: false,
    read(reading, previous) {
      if (!isWhole(reading, 0)) return { fault: `not a simple unsigned integer: '${reading}'` };
      if (isUnknown(previous)) return Number.NaN;
      return wrapped(decimalDifference(reading, previous));
    },
  },
  DERIVE: {
    formatVersion: 3,
    isRate: false,
    read(reading, previous) {
      if (!isWhole(reading, reading.charCodeAt(0) === 0x2d ? 1 : 0))
        return { fault: `not a simple signed integer: '${reading}'` };
      return isUnknown(previous) ? Number.NaN : decimalDifference(reading, previous);
    },
  },
  DCOUNTER: {
    formatVersion: 5,
    isRate: false,
    read: (reading, previous) =>
      difference(reading, previous, "DCOUNTER", (now, before) =>
        // A counter that lost its sign or went back towards zero was reset.
        (now > 0 && before > now) || (now < 0 && now > before) ? Number.NaN : now - before,
      ),
  },
  DDERIVE: {
    formatVersion: 5,
    isRate: false,
    read: (reading, previous) => difference(reading, previous, "DDERIVE", (now, before) => now - before),
  },
  // Its points come from other data sources; a reading given for it is kept as text only.
  COMPUTE: { formatVersion: 3, isRate: true, read: () => Number.NaN },
};

/** What a counter counted, given the difference of its readings. */
export function wrapped(difference: number): number {
  const amount = difference < 0 ? difference + WRAP_32 : difference;
  return amount < 0 ? amount + WRAP_64 : amount;
}

export function isUnknown(reading: string): boolean {
  return reading.charCodeAt(0) === 0x55;
}

function isWhole(reading: string, from: number): boolean {
  for (let i = from; i < reading.length; i++) {
    const code = reading.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function decimal(reading: string, type: string): number | NumberFault {
  const number = parseNumber(reading);
  return typeof number === "number"
    ? number
    : { fault: `Function update_pdp_prep, case DST_${type} - ${number.fault}` };
}

function difference(
  reading: string,
  previous: string,
  type: string,
  subtract: (now: number, before: number) => number,
): number | NumberFault {
  // With nothing to compare to, the text is not even looked at.
  if (isUnknown(previous)) return Number.NaN;
  const now = decimal(reading, type);
  if (typeof now !== "number") return now;
  const before = decimal(previous, type);
  return typeof before === "number" ? subtract(now, before) : before;
}
