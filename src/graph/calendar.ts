/** A wall-clock time of a time zone; months count from 1, weekdays from Sunday = 0. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
}

/** Turns epoch seconds into wall-clock time and back. */
export interface Calendar {
  /** Seconds that the wall clock is ahead of UTC at this moment. */
  offsetAt(epoch: number): number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The calendar of an IANA time zone; without a name that of the process (`TZ` or the system's). */
export function calendarOf(timeZone: string | undefined): Calendar {
  if (timeZone === undefined) {
    return { offsetAt: (epoch) => -60 * new Date(epoch * 1000).getTimezoneOffset() };
  }
  if (timeZone === "UTC") return { offsetAt: () => 0 };
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset", year: "numeric" });
    formats.set(timeZone, format);
  }
  const zone = format;
  return {
    offsetAt(epoch) {
      const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(zone.format(epoch * 1000));
      if (match?.[1] === undefined) return 0;
      const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
      return match[1] === "-" ? -seconds : seconds;
    },
  };
}

export function wallTime(calendar: Calendar, epoch: number): WallTime {
  const date = new Date((epoch + calendar.offsetAt(epoch)) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
  };
}

/**
 * When a local day starts, epoch seconds. `month` and `day` may overflow (month 13 is next January). Where a clock
 * change swallows midnight it is the first moment after it; where midnight comes twice, the first.
 */
export function dayStart(calendar: Calendar, year: number, month: number, day: number): number {
  const wall = Date.UTC(year, month - 1, day) / 1000;
  const before = calendar.offsetAt(wall - 86_400);
  const after = calendar.offsetAt(wall + 86_400);
  if (before === after) return wall - before;
  const early = wall - Math.max(before, after);
  const late = wall - Math.min(before, after);
  const isMidnight = (epoch: number) => epoch + calendar.offsetAt(epoch) === wall;
  if (isMidnight(early)) return early;
  return late;
}

export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** The time from `start` to `end` cut where the clock is changed. */
export function offsetSpans(calendar: Calendar, start: number, end: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let from = start;
  let offset = calendar.offsetAt(start);
  let at = start;
  while (at < end) {
    const next = Math.min(end, at + 86_400);
    const nextOffset = calendar.offsetAt(next);
    if (nextOffset !== offset) {
      let low = at;
      let high = next;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (calendar.offsetAt(middle) === offset) low = middle;
        else high = middle;
      }
      const change = Math.ceil(high);
      spans.push({ start: from, end: change, offset });
      from = change;
      offset = nextOffset;
    }
    at = next;
  }
  spans.push({ start: from, end, offset });
  return spans;
}
