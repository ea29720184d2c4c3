import { type Calendar, type WallTime, wallTime } from "../calendar.ts";
import { months, two, weekdays } from "../time-axis.ts";
import { modulo } from "./column.ts";
import { GraphFault } from "./element-words.ts";

const fullWeekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const fullMonths = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

interface Moment extends WallTime {
  readonly epoch: number;
  /** From 0. */
  readonly dayOfYear: number;
  readonly calendar: Calendar;
}

/** A conversion of `strftime`, and what stands for it when the time is not known. */
interface Conversion {
  readonly text: (at: Moment) => string;
  readonly unknown: string;
}

const number = (text: (at: Moment) => number, width: number, unknown = "-".repeat(width)): Conversion => {
  return { text: (at) => String(text(at)).padStart(width, "0"), unknown };
};
const blank = (text: (at: Moment) => number): Conversion => {
  return { text: (at) => String(text(at)).padStart(2, " "), unknown: "-" };
};
const word = (text: (at: Moment) => string, unknown = "-"): Conversion => ({ text, unknown });
const composed = (format: string, unknown: string): Conversion => {
  return { text: (at) => formatMoment(format, at), unknown };
};

const twelve = (hour: number) => ((hour + 11) % 12) + 1;
const isoWeekday = ({ weekday }: Moment) => (weekday === 0 ? 7 : weekday);

/** In the language of the C locale. */
const conversions: Readonly<Record<string, Conversion>> = {
  a: word((at) => weekdays[at.weekday] ?? ""),
  A: word((at) => fullWeekdays[at.weekday] ?? ""),
  b: word((at) => months[at.month - 1] ?? ""),
  h: word((at) => months[at.month - 1] ?? ""),
  B: word((at) => fullMonths[at.month - 1] ?? ""),
  c: composed("%a %b %e %H:%M:%S %Y", "-"),
  C: number((at) => Math.floor(at.year / 100), 2),
  d: number((at) => at.day, 2),
  D: composed("%m/%d/%y", "--/--/--"),
  e: blank((at) => at.day),
  F: composed("%Y-%m-%d", "----------"),
  g: number((at) => modulo(isoYear(at), 100), 2, "--"),
  G: word((at) => String(isoYear(at)), "----"),
  H: number((at) => at.hour, 2),
  I: number((at) => twelve(at.hour), 2),
  j: number((at) => at.dayOfYear + 1, 3),
  k: blank((at) => at.hour),
  l: blank((at) => twelve(at.hour)),
  m: number((at) => at.month, 2),
  M: number((at) => at.minute, 2),
  n: word(() => "\n", "\n"),
  p: word((at) => (at.hour < 12 ? "AM" : "PM")),
  P: word((at) => (at.hour < 12 ? "am" : "pm")),
  r: composed("%I:%M:%S %p", "-"),
  R: composed("%H:%M", "--:--"),
  s: word((at) => String(at.epoch)),
  S: number((at) => at.second, 2),
  t: word(() => "\t", "\t"),
  T: composed("%H:%M:%S", "--:--:--"),
  u: word((at) => String(isoWeekday(at))),
  U: number((at) => Math.floor((at.dayOfYear + 7 - at.weekday) / 7), 2),
  V: number((at) => isoWeek(at), 2),
  w: word((at) => String(at.weekday)),
  W: number((at) => Math.floor((at.dayOfYear + 7 - ((at.weekday + 6) % 7)) / 7), 2),
  x: composed("%m/%d/%y", "-"),
  X: composed("%H:%M:%S", "-"),
  y: number((at) => modulo(at.year, 100), 2),
  Y: word((at) => String(at.year), "----"),
  z: word((at) => offsetText(at)),
  Z: word((at) => zoneName(at)),
  "%": word(() => "%", "%"),
};

/** C's `strftime`; a time that is not known is dashes. */
export function formatTime(format: string, epoch: number | undefined, calendar: Calendar): string {
  if (epoch === undefined) {
    return format.replaceAll(/%[EO]?(.)/gs, (_whole, letter: string) => conversions[letter]?.unknown ?? "-");
  }
  const wall = wallTime(calendar, epoch);
  const dayOfYear = (Date.UTC(wall.year, wall.month - 1, wall.day) - Date.UTC(wall.year, 0, 1)) / 86_400_000;
  return formatMoment(format, { ...wall, epoch, dayOfYear, calendar });
}

function formatMoment(format: string, at: Moment): string {
  return format.replaceAll(/%[EO]?(.)/gs, (whole, letter: string) => conversions[letter]?.text(at) ?? whole);
}

/** The week that has the year's first Thursday is week 1. */
function isoWeek(at: Moment): number {
  const week = Math.floor((at.dayOfYear - isoWeekday(at) + 10) / 7);
  if (week < 1) return weeksOf(at.year - 1);
  return week > weeksOf(at.year) ? 1 : week;
}

function isoYear(at: Moment): number {
  const week = Math.floor((at.dayOfYear - isoWeekday(at) + 10) / 7);
  if (week < 1) return at.year - 1;
  return week > weeksOf(at.year) ? at.year + 1 : at.year;
}

function weeksOf(year: number): number {
  const first = new Date(Date.UTC(year, 0, 1)).getUTCDay();
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return first === 4 || (first === 3 && leap) ? 53 : 52;
}

function offsetText({ calendar, epoch }: Moment): string {
  const offset = Math.round(calendar.offsetAt(epoch) / 60);
  const size = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function zoneName(at: Moment): string {
  const offset = at.calendar.offsetAt(at.epoch);
  if (offset === 0) return "UTC";
  const own = -60 * new Date(at.epoch * 1000).getTimezoneOffset() === offset;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZoneName: "short",
    ...(own ? {} : { timeZone: "UTC" }),
  });
  const name = own
    ? format.formatToParts(at.epoch * 1000).find((part) => part.type === "timeZoneName")?.value
    : undefined;
  return name ?? offsetText(at);
}

const parts: Readonly<Record<string, { readonly each: number; readonly wraps: number }>> = {
  W: { each: 7 * 86_400_000, wraps: Number.POSITIVE_INFINITY },
  d: { each: 86_400_000, wraps: 7 },
  D: { each: 86_400_000, wraps: Number.POSITIVE_INFINITY },
  h: { each: 3_600_000, wraps: 24 },
  H: { each: 3_600_000, wraps: Number.POSITIVE_INFINITY },
  m: { each: 60_000, wraps: 60 },
  M: { each: 60_000, wraps: Number.POSITIVE_INFINITY },
  s: { each: 1000, wraps: 60 },
  S: { each: 1000, wraps: Number.POSITIVE_INFINITY },
  f: { each: 1, wraps: 1000 },
};

/** A duration given in milliseconds: `%H:%m:%s`; capitals count on, small letters start again. */
export function formatDuration(format: string, milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return formatDurationUnknown(format);
  const sign = milliseconds < 0 ? "-" : "";
  const size = Math.abs(milliseconds);
  return (
    sign +
    format.replaceAll(/%(0?)(\d{0,3})(.?)/gs, (_whole, zero: string, width: string, letter: string) => {
      if (letter === "%") return "%";
      const part = parts[letter];
      if (part === undefined) throw new GraphFault("Wrong duration format");
      const value = Math.floor(size / part.each) % part.wraps;
      return String(value).padStart(Number(width), zero === "" ? " " : "0");
    })
  );
}

function formatDurationUnknown(format: string): string {
  return format.replaceAll(/%0?\d{0,3}(.?)/gs, (_whole, letter: string) => (letter === "%" ? "%" : "-"));
}
