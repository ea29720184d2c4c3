import { type Calendar, calendarOf } from "./at-calendar.ts";
import { type AtTokens, monthOf, weekdayOf, wordOf } from "./at-tokens.ts";

/** A time on its way from text to calendar. */
export interface AtReading {
  readonly tokens: AtTokens;
  readonly time: Calendar;
  /** Of now; 0 = Sunday. */
  readonly weekday: number;
  /** Seconds to add once the calendar time is known. */
  offset: number;
}

/** Why a text is no time, in rrdtool's words. */
export class AtFault extends Error {}

/** Larger numbers are epoch seconds. */
const LARGEST_DATE_NUMBER = 315_360_000;

/** `HH:MM`, `H am`; leaves anything else unread. */
export function readTimeOfDay({ tokens, time }: AtReading): void {
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

export function readDay(reading: AtReading): void {
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
function readNumericDate({ tokens, time }: AtReading): void {
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

/** As C's `atoi`: 0 when there is no digit. */
function leadingNumber(text: string): number {
  return Number(/^\d+/.exec(text)?.[0] ?? 0);
}
