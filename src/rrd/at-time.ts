import { failed, ok, problem, type Result } from "../base/index.ts";
import { AtTokens, monthOf, unitOf, weekdayOf, wordOf } from "./at-tokens.ts";

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

/** C's broken-down time: years count from 1900, months from 0; any field may run over. */
interface Calendar {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

interface Reading {
  readonly tokens: AtTokens;
  readonly time: Calendar;
  readonly weekday: number;
  /** Seconds to add once the calendar time is known. */
  offset: number;
}

class AtFault extends Error {}

/** Stand for "not given" while a time that starts with a number is read, as they do in rrdtool: they show through. */
const NO_HOUR = 30;
const NO_YEAR = 30_000;
/** Larger numbers are epoch seconds. */
const LARGEST_DATE_NUMBER = 315_360_000;

/**
 * Reads RRDtool's at-style time (`now-1d`, `midnight`, `end-1h`, `12:30 13.09.2020`, epoch seconds) as rrdtool does,
 * traps included: `now-5m` is five months ago, an unknown unit means seconds. `now`: epoch seconds; days and larger
 * units count in the local time zone. Problem: `rrd-time` with rrdtool's words.
 */
export function parseAtTime(text: string, now: number): Result<AtTime> {
  const local = new Date(now * 1000);
  const reading: Reading = {
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
      return ok({ relativeTo, seconds: reading.offset, days: day, months: month, years: year });
    }
    const epoch = epochOf(reading.time);
    if (Number.isNaN(epoch)) throw new AtFault("the specified time is incorrect (out of range?)");
    return ok({ relativeTo, epoch: epoch + reading.offset });
  } catch (error) {
    if (error instanceof AtFault) return failed(problem("rrd-time", error.message));
    throw error;
  }
}

/** A period of two at-style times, one of which may be relative to the other; epoch seconds. */
export function parsePeriod(
  start: string,
  end: string,
  now: number,
): Result<{ readonly start: number; readonly end: number }> {
  const from = parseAtTime(start, now);
  if (!from.ok) return prefixed("start", from.problems[0]?.message);
  const to = parseAtTime(end, now);
  if (!to.ok) return prefixed("end", to.problems[0]?.message);
  const begin = from.value;
  const finish = to.value;
  if (begin.relativeTo === "end" && finish.relativeTo === "start")
    return refuse("the start and end times cannot be specified relative to each other");
  if (begin.relativeTo === "start") return refuse("the start time cannot be specified relative to itself");
  if (finish.relativeTo === "end") return refuse("the end time cannot be specified relative to itself");
  if (finish.relativeTo === "start") {
    const first = resolve(begin, 0);
    return ok({ start: first, end: resolve(finish, first) });
  }
  const last = resolve(finish, 0);
  return ok({ start: resolve(begin, last), end: last });
}

function prefixed(which: "start" | "end", message = ""): Result<never> {
  return refuse(`${which} time: ${message}`);
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-time", message));
}

function resolve(time: AtTime, other: number): number {
  if (time.relativeTo === "absolute") return time.epoch;
  const calendar = calendarOf(time.relativeTo === "epoch" ? 0 : other);
  calendar.year += time.years;
  calendar.month += time.months;
  calendar.day += time.days;
  return epochOf(calendar) + time.seconds;
}

function readReference(reading: Reading): AtTime["relativeTo"] {
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
function readNumbers(reading: Reading): void {
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

/** `HH:MM`, `H am`; leaves anything else unread. */
function readTimeOfDay({ tokens, time }: Reading): void {
  const { token } = tokens;
  if (token.text.length > 2) return;
  const back = tokens.mark();
  let hour = leadingNumber(token.text);
  let minute = 0;
  tokens.advance();
  if (tokens.token.kind === "/" || tokens.token.kind === ".") {
    back();
    return;
  }
  if (tokens.token.kind === ":") {
    if (tokens.advance().kind !== "number")
      throw new AtFault("Parsing HH:MM syntax, expecting MM as number, got none");
    minute = Number(tokens.token.text);
    if (minute > 59) throw new AtFault(`parsing HH:MM syntax, got MM = ${minute} (>59!)`);
    tokens.advance();
  }
  const word = wordOf(tokens.token);
  if (word === "am" || word === "pm") {
    if (hour > 12) throw new AtFault("there cannot be more than 12 AM or PM hours");
    if (word === "pm" && hour !== 12) hour += 12;
    if (word === "am" && hour === 12) hour = 0;
    tokens.advance();
  } else if (hour > 23) {
    back();
    return;
  }
  time.hour = hour;
  time.minute = minute;
  time.second = 0;
}

function readDay(reading: Reading): void {
  const { tokens, time } = reading;
  const { token } = tokens;
  switch (wordOf(token)) {
    case "yesterday":
      time.day--;
      tokens.advance();
      return;
    case "today":
      tokens.advance();
      return;
    case "tomorrow":
      time.day++;
      tokens.advance();
      return;
    case "weekday":
      time.day += weekdayOf(token) - reading.weekday;
      tokens.advance();
      return;
    case "month name": {
      const month = monthOf(token);
      if (tokens.advance().kind !== "number")
        throw new AtFault("the day of the month should follow month name");
      const day = Number(tokens.token.text);
      let { year } = time;
      if (tokens.advance().kind === "number") {
        year = Number(tokens.token.text);
        tokens.advance();
      }
      setDate(time, day, month, year);
      return;
    }
    default:
      if (token.kind === "number") readNumericDate(reading);
  }
}

/** Epoch seconds, `YYYYMMDD`, `MM/DD[/YY]` or `DD.MM[.YY]`. */
function readNumericDate({ tokens, time }: Reading): void {
  const { text } = tokens.token;
  const number = Number(text);
  if (number > LARGEST_DATE_NUMBER) {
    Object.assign(time, calendarOf(number));
    tokens.advance();
    return;
  }
  let month = number;
  let day = 0;
  let { year } = time;
  tokens.advance();
  if (number > 19_700_101 && number < 24_000_101) {
    year = Math.floor(number / 10_000);
    month = Math.floor(number / 100) % 100;
    day = number % 100;
  } else if (month <= 31 && (tokens.token.kind === "/" || tokens.token.kind === ".")) {
    const separator = tokens.token.kind;
    if (tokens.advance().kind !== "number")
      throw new AtFault(`there should be ${separator === "." ? "month" : "day"} number after '${separator}'`);
    day = Number(tokens.token.text);
    if (tokens.advance().kind === separator) {
      if (tokens.advance().kind !== "number")
        throw new AtFault(`there should be year number after '${separator}'`);
      year = Number(tokens.token.text);
      tokens.advance();
    }
    if (separator === ".") [month, day] = [day, month];
  }
  if (month < 1 || month > 12) throw new AtFault(`did you really mean month ${month}?`);
  if (day < 1 || day > 31) throw new AtFault(`I'm afraid that ${day} is not a valid day of the month`);
  setDate(time, day, month - 1, year);
}

function setDate(time: Calendar, day: number, month: number, given: number): void {
  let year = given;
  if (year > 138) {
    if (year <= 1970) throw new AtFault(`invalid year ${year} (should be either 00-99 or >1900)`);
    year -= 1900;
  } else if (year < 38) year += 100;
  if (year < 70) throw new AtFault("won't handle dates before epoch (01/01/1970), sorry");
  time.year = year;
  time.month = month;
  time.day = day;
}

function readOffsets(reading: Reading): void {
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

function addOffset(reading: Reading, amount: number, unit: ReturnType<typeof unitOf>): void {
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

function calendarOf(epoch: number): Calendar {
  const date = new Date(Math.floor(epoch) * 1000);
  return {
    year: date.getFullYear() - 1900,
    month: date.getMonth(),
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  };
}

function epochOf({ year, month, day, hour, minute, second }: Calendar): number {
  const date = new Date(0);
  date.setFullYear(1900 + year, month, day);
  date.setHours(hour, minute, second, 0);
  return date.getTime() / 1000;
}

/** As C's `atoi`: 0 when there is no digit. */
function leadingNumber(text: string): number {
  return Number(/^\d+/.exec(text)?.[0] ?? 0);
}
