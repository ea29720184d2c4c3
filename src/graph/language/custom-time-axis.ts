import { type Calendar, dayStart, wallTime } from "../calendar.ts";
import { textWidth } from "../text-width.ts";
import type { TimeAxis } from "../time-axis.ts";
import { modulo } from "./column.ts";
import type { TimeGrid, TimeStep } from "./grid-options.ts";
import { formatTime } from "./time-format.ts";

export interface CustomTimeAxisRequest {
  readonly grid: Extract<TimeGrid, { kind: "custom" }>;
  readonly start: number;
  readonly end: number;
  readonly x: number;
  readonly width: number;
  readonly pictureWidth: number;
  readonly textSize: number;
  readonly calendar: Calendar;
}

/** A time axis as `--x-grid` describes it; labels that would stand on each other are left out. */
export function customTimeAxis(request: CustomTimeAxisRequest): TimeAxis {
  const { grid, start, end, x, width, pictureWidth, textSize, calendar } = request;
  const toX = (time: number) => x + ((time - start) / Math.max(1, end - start)) * width;
  const minor = multiples(calendar, start, end, grid.minor, width).map(toX);
  const lines = multiples(calendar, start, end, grid.major, width).map((time) => {
    return { time, x: toX(time), label: "" };
  });
  let edge = Number.NEGATIVE_INFINITY;
  const labels = multiples(calendar, start - grid.about, end, grid.label, width).flatMap((time) => {
    const middle = toX(time + grid.about / 2);
    const label = formatTime(grid.format, time, calendar);
    const half = textWidth(label, textSize) / 2;
    if (middle < x || middle > x + width || middle - half < Math.max(1, edge + 4)) return [];
    if (middle + half > pictureWidth - 1) return [];
    edge = middle + half;
    return [{ time: time + grid.about / 2, x: middle, label }];
  });
  return { ticks: lines, minor, labels };
}

const unitSeconds = { SECOND: 1, MINUTE: 60, HOUR: 3600 } as const;
const roughSeconds = { DAY: 86_400, WEEK: 604_800, MONTH: 2_592_000, YEAR: 31_536_000 } as const;

/** Wall-clock multiples of a step from `start` to `end`; none when there would be more than pixels. */
function multiples(
  calendar: Calendar,
  start: number,
  end: number,
  { unit, count }: TimeStep,
  most: number,
): number[] {
  const rough =
    unit === "SECOND" || unit === "MINUTE" || unit === "HOUR" ? unitSeconds[unit] : roughSeconds[unit];
  if ((end - start) / (rough * count) > most) return [];
  const found: number[] = [];
  if (unit === "SECOND" || unit === "MINUTE" || unit === "HOUR") {
    const step = unitSeconds[unit] * count;
    const offset = calendar.offsetAt(start);
    for (let time = start + modulo(-(start + offset), step); time <= end; time += step) {
      // After a change of the clock the wall-clock multiples have moved with it.
      const moved = calendar.offsetAt(time) - offset;
      const shown = step > 3600 ? time - moved : time;
      if (shown >= start && shown <= end) found.push(shown);
    }
    return found;
  }
  const wall = wallTime(calendar, start);
  for (let i = 0; i <= most + 1; i++) {
    const time = nthStart(calendar, wall, unit, count, i);
    if (time > end) break;
    if (time >= start) found.push(time);
  }
  return found;
}

function nthStart(
  calendar: Calendar,
  wall: { readonly year: number; readonly month: number; readonly day: number; readonly weekday: number },
  unit: "DAY" | "WEEK" | "MONTH" | "YEAR",
  count: number,
  index: number,
): number {
  switch (unit) {
    case "DAY":
      return dayStart(calendar, wall.year, wall.month, wall.day + index * count);
    case "WEEK":
      return dayStart(
        calendar,
        wall.year,
        wall.month,
        wall.day - ((wall.weekday + 6) % 7) + 7 * index * count,
      );
    case "MONTH":
      return dayStart(calendar, wall.year, wall.month - ((wall.month - 1) % count) + index * count, 1);
    default:
      return dayStart(calendar, wall.year - (wall.year % count) + index * count, 1, 1);
  }
}
