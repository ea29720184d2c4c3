import type { Consolidation } from "../../rrd/index.ts";
import type { Calendar } from "../calendar.ts";
import type { Column } from "./column.ts";
import type { Computed } from "./compute.ts";
import type { Print } from "./elements.ts";
import { type Digits, type PrefixMemory, parseNumberFormat, printNumber } from "./number-format.ts";
import { formatDuration, formatTime } from "./time-format.ts";

export interface PrintContext {
  readonly base: number;
  readonly calendar: Calendar;
  readonly now: number;
  readonly memory: PrefixMemory;
  readonly digits?: Digits;
}

export function newMemory(): PrefixMemory {
  return { symbol: " ", factor: undefined };
}

/** What PRINT and GPRINT say. Throws `GraphFault` for a bad format. */
export function printText(print: Print, computed: Computed, context: PrintContext): string {
  const figure = computed.figures.get(print.of);
  const column = computed.columns.get(print.of);
  const value =
    print.cf === undefined || column === undefined
      ? (figure?.value ?? Number.NaN)
      : summary(column, print.cf);
  switch (print.as) {
    case "strftime":
      return formatTime(print.format, print.cf === undefined ? figure?.when : context.now, context.calendar);
    case "valstrftime":
      return formatTime(
        print.format,
        Number.isFinite(value) ? Math.trunc(value) : undefined,
        context.calendar,
      );
    case "valstrfduration":
      return formatDuration(print.format, value);
    default:
      return printNumber(
        parseNumberFormat(print.format),
        value,
        context.base,
        context.memory,
        context.digits,
      );
  }
}

/** One number of a whole column, for the deprecated form. */
function summary({ values }: Column, cf: Consolidation): number {
  let result = Number.NaN;
  let known = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    known++;
    if (known === 1) {
      result = value;
      continue;
    }
    switch (cf) {
      case "MIN":
        result = Math.min(result, value);
        break;
      case "MAX":
      case "FAILURES":
        result = Math.max(result, value);
        break;
      case "LAST":
        result = value;
        break;
      default:
        result += value;
    }
  }
  const isMean = cf !== "MIN" && cf !== "MAX" && cf !== "FAILURES" && cf !== "LAST";
  return isMean && known > 1 ? result / known : result;
}
