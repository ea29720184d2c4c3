import { failed, ok, problem, type Result } from "../base/index.ts";
import { calendarOf, epochOf } from "./at-calendar.ts";
import { AtFault, type AtReading, readDay, readTimeOfDay } from "./at-date.ts";
import { AtTokens, unitOf, wordOf } from "./at-tokens.ts";

/** A time that may hang on the other end of a period (`end-1h`, `start+1d`). */
export type AtTime =
  | { readonly relativeTo: "absolute"; readonly epoch: number }
  | {
      readonly relativeTo: "start" | "end" | "epoch";
      /** Seconds; the others are calendar units in local time. */
      readonly seconds: number;
      readonly days: number;
      readonly months: number;
      readonly years: number;
    };

/** Stand for "not given" while a time that starts with a number is read, as they do in rrdtool: they show through. */
const NO_HOUR = 30;
const NO_YEAR = 30_000;
export const OUT_OF_RANGE = "the specified time is incorrect (out of range?)";

/**
 * Reads RRDtool's at-style time (`now-1d`, `midnight`, `end-1h`, `12:30 13.09.2020`, epoch seconds) as rrdtool does,
 * traps included: `now-5m` is five months ago, an unknown unit means seconds. `now`: epoch seconds; days and larger
 * units count in the local time zone. Problem: `rrd-time` with rrdtool's words.
 */
export function parseAtTime(text: string, now: number): Result<AtTime> {
  const local = new Date(now * 1000);
  const reading: AtReading = {
    tokens: new AtTokens(text),
    time: calendarOf(now),
    weekday: local.getDay(),
    offset: 0,
  };
  try {
    const relativeTo = readReference(reading);
    readOffsets(reading);
    if (reading.tokens.token.kind !== "end")
      throw new AtFault(`unparsable trailing text: '...${reading.tokens.trail}'`);
    if (relativeTo !== "absolute") {
      const { day, month, year } = reading.time;
      if (![reading.offset, day, month, year].every(Number.isSafeInteger)) throw new AtFault(OUT_OF_RANGE);
      return ok({ relativeTo, seconds: reading.offset, days: day, months: month, years: year });
    }
    const epoch = epochOf(reading.time);
    // Where C's arithmetic would go round, ours would lose seconds.
    if (!Number.isSafeInteger(epoch + reading.offset)) throw new AtFault(OUT_OF_RANGE);
    return ok({ relativeTo, epoch: epoch + reading.offset });
  } catch (error) {
    if (error instanceof AtFault) return failed(problem("rrd-time", error.message));
    throw error;
  }
}

function readReference(reading: AtReading): AtTime["relativeTo"] {
  const { tokens, time } = reading;
  const { token } = tokens;
  const word = wordOf(token);
  switch (word) {
    case "now":
    case "start":
    case "end":
    case "epoch": {
      const next = tokens.advance();
      if (next.kind !== "+" && next.kind !== "-") {
        if (word !== "now") throw new AtFault("'start' or 'end' MUST be followed by +|- offset");
        if (next.kind !== "end") throw new AtFault("if 'now' is followed by a token it must be +|- offset");
      }
      if (word === "now") return "absolute";
      Object.assign(time, { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 });
      return word;
    }
    case "noon":
    case "midnight":
    case "teatime":
      time.hour = { noon: 12, midnight: 0, teatime: 16 }[word];
      time.minute = 0;
      time.second = 0;
      tokens.advance();
      readDay(reading);
      return "absolute";
    case "month name":
      readDay(reading);
      if (tokens.token.kind === "number") readTimeOfDay(reading);
      return "absolute";
    default:
      if (token.kind === "number") readNumbers(reading);
      else if (token.kind !== "+" && token.kind !== "-")
        throw new AtFault(`unparsable time: ${tokens.trail}`);
      return "absolute";
  }
}

/** A time of day and a date, in either order, of which one may be missing. */
function readNumbers(reading: AtReading): void {
  const { time } = reading;
  const { year } = time;
  time.hour = NO_HOUR;
  time.year = NO_YEAR;
  readTimeOfDay(reading);
  readDay(reading);
  if (time.hour === NO_HOUR && time.year !== NO_YEAR) readTimeOfDay(reading);
  if (time.hour === NO_HOUR) {
    time.hour = 0;
    time.minute = 0;
    time.second = 0;
  }
  if (time.year === NO_YEAR) time.year = year;
}

function readOffsets(reading: AtReading): void {
  const { tokens } = reading;
  let sign: "+" | "-" | undefined;
  let unitBefore: string | undefined;
  for (;;) {
    const { token } = tokens;
    if (token.kind === "+" || token.kind === "-") {
      sign = token.kind;
      unitBefore = undefined;
      if (tokens.advance().kind !== "number") throw new AtFault(`There should be number after '${sign}'`);
    } else if (token.kind !== "number" || sign === undefined) return;
    const amount = Number(tokens.token.text) * (sign === "+" ? 1 : -1);
    // Whatever follows the number is taken as its unit, a sign or a dot, too; that is how rrdtool reads it.
    let unit = unitOf(tokens.advance());
    if (unit === "m") unit = minutesOrMonths(unitBefore, Math.abs(amount));
    unitBefore = unit ?? "none";
    addOffset(reading, amount, unit);
    tokens.advance();
  }
}

function minutesOrMonths(unitBefore: string | undefined, amount: number): "minutes" | "months" {
  switch (unitBefore) {
    case "days":
    case "weeks":
    case "months":
    case "years":
      return "months";
    case "seconds":
    case "minutes":
    case "hours":
      return "minutes";
    default:
      return amount < 6 ? "months" : "minutes";
  }
}

function addOffset(reading: AtReading, amount: number, unit: ReturnType<typeof unitOf>): void {
  const { time } = reading;
  switch (unit) {
    case "years":
      time.year += amount;
      break;
    case "months":
      time.month += amount;
      break;
    case "weeks":
      time.day += 7 * amount;
      break;
    case "days":
      time.day += amount;
      break;
    case "hours":
      reading.offset += 3600 * amount;
      break;
    case "minutes":
      reading.offset += 60 * amount;
      break;
    default:
      reading.offset += amount;
  }
}
