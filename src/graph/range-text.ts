import { type Calendar, type WallTime, wallTime } from "./calendar.ts";
import { months, two } from "./time-axis.ts";

/** The time a picture shows, as short as it is clear: `14 Nov 2023, 11:00 – 12:00`. */
export function rangeText(calendar: Calendar, start: number, end: number): string {
  const from = wallTime(calendar, start);
  const to = wallTime(calendar, end);
  const days = (end - start) / 86_400;
  if (days < 4) {
    const seconds = end - start < 600;
    const first = clock(from, seconds);
    const last = clock(to, seconds);
    if (sameDay(from, to)) return `${date(to)}, ${first} – ${last}`;
    return `${dayMonth(from)} ${first} – ${dayMonth(to)} ${last} ${to.year}`;
  }
  if (from.year !== to.year) {
    return days < 800 ? `${date(from)} – ${date(to)}` : `${monthYear(from)} – ${monthYear(to)}`;
  }
  if (from.month !== to.month) return `${dayMonth(from)} – ${date(to)}`;
  return `${from.day} – ${date(to)}`;
}

function sameDay(a: WallTime, b: WallTime): boolean {
  return a.year === b.year && a.month === b.month && a.day === b.day;
}

function clock(time: WallTime, seconds: boolean): string {
  return `${two(time.hour)}:${two(time.minute)}${seconds ? `:${two(time.second)}` : ""}`;
}

function dayMonth(time: WallTime): string {
  return `${time.day} ${months[time.month - 1]}`;
}

function date(time: WallTime): string {
  return `${dayMonth(time)} ${time.year}`;
}

function monthYear(time: WallTime): string {
  return `${months[time.month - 1]} ${time.year}`;
}
