import { assertNever } from "../base/index.ts";
import { type Calendar, dayStart, offsetSpans, type WallTime, wallTime } from "./calendar.ts";
import { textWidth } from "./text-width.ts";

export interface TimeTick {
  /** Epoch seconds. */
  readonly time: number;
  /** CSS pixels from the left edge of the picture. */
  readonly x: number;
  /** Empty where the label would leave the picture. */
  readonly label: string;
}

export interface TimeAxis {
  readonly ticks: readonly TimeTick[];
  /** Labels that do not stand at a tick: about the time between two. */
  readonly labels?: readonly TimeTick[];
  /** x of the lines between the ticks. */
  readonly minor: readonly number[];
}

export interface TimeAxisRequest {
  readonly start: number;
  readonly end: number;
  /** Left edge and width of the plot. */
  readonly x: number;
  readonly width: number;
  /** Labels stay between 0 and this. */
  readonly pictureWidth: number;
  readonly textSize: number;
  readonly calendar: Calendar;
}

type Unit = "second" | "day" | "month" | "year";
interface Step {
  readonly unit: Unit;
  readonly count: number;
  readonly minor: { readonly unit: Unit; readonly count: number };
}

const HOUR = 3600;
const steps: readonly Step[] = [
  ...(
    [
      [1, 1],
      [2, 1],
      [5, 1],
      [10, 5],
      [15, 5],
      [30, 10],
      [60, 15],
      [120, 60],
      [300, 60],
      [600, 300],
      [900, 300],
      [1800, 600],
      [HOUR, 900],
      [2 * HOUR, 1800],
      [3 * HOUR, HOUR],
      [4 * HOUR, HOUR],
      [6 * HOUR, HOUR],
      [12 * HOUR, 3 * HOUR],
    ] as const
  ).map(([count, minor]): Step => ({ unit: "second", count, minor: { unit: "second", count: minor } })),
  { unit: "day", count: 1, minor: { unit: "second", count: 6 * HOUR } },
  { unit: "day", count: 2, minor: { unit: "day", count: 1 } },
  { unit: "day", count: 7, minor: { unit: "day", count: 1 } },
  { unit: "day", count: 14, minor: { unit: "day", count: 7 } },
  { unit: "month", count: 1, minor: { unit: "day", count: 7 } },
  { unit: "month", count: 2, minor: { unit: "month", count: 1 } },
  { unit: "month", count: 3, minor: { unit: "month", count: 1 } },
  { unit: "month", count: 6, minor: { unit: "month", count: 1 } },
  { unit: "year", count: 1, minor: { unit: "month", count: 3 } },
  { unit: "year", count: 2, minor: { unit: "year", count: 1 } },
  { unit: "year", count: 5, minor: { unit: "year", count: 1 } },
  { unit: "year", count: 10, minor: { unit: "year", count: 2 } },
  { unit: "year", count: 25, minor: { unit: "year", count: 5 } },
  { unit: "year", count: 100, minor: { unit: "year", count: 25 } },
];

const unitSeconds: Readonly<Record<Unit, number>> = {
  second: 1,
  day: 86_400,
  month: 2_592_000,
  year: 31_536_000,
};
/** Least room between two labels and between two minor lines, CSS pixels. */
const LABEL_GAP = 12;
const MINOR_GAP = 7;

/** Grid and labels of a time axis: the densest step whose labels have room. */
export function timeAxis(request: TimeAxisRequest): TimeAxis {
  const { start, end, x, width } = request;
  const toX = (time: number) => x + ((time - start) / (end - start)) * width;
  const perPixel = (end - start) / width;
  for (const step of steps) {
    const spacing = (step.count * unitSeconds[step.unit]) / perPixel;
    if (spacing < 16 + LABEL_GAP / 2) continue;
    const ticks = times(request.calendar, start, end, step).map((time) => {
      return { time, x: toX(time), label: label(step, wallTime(request.calendar, time)) };
    });
    if (!roomy(ticks, request.textSize)) continue;
    const minorSpacing = (step.minor.count * unitSeconds[step.minor.unit]) / perPixel;
    const minor = minorSpacing < MINOR_GAP ? [] : times(request.calendar, start, end, step.minor).map(toX);
    return { ticks: ticks.map((tick) => inside(tick, request)), minor };
  }
  return { ticks: [], minor: [] };
}

function roomy(ticks: readonly TimeTick[], size: number): boolean {
  let edge = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const half = textWidth(tick.label, size) / 2;
    if (tick.x - half < edge + LABEL_GAP) return false;
    edge = tick.x + half;
  }
  return true;
}

function inside(tick: TimeTick, { pictureWidth, textSize }: TimeAxisRequest): TimeTick {
  const half = textWidth(tick.label, textSize) / 2;
  return tick.x - half < 1 || tick.x + half > pictureWidth - 1 ? { ...tick, label: "" } : tick;
}

/** All multiples of the step in [start, end], on the wall clock. */
function times(
  calendar: Calendar,
  start: number,
  end: number,
  { unit, count }: { readonly unit: Unit; readonly count: number },
): number[] {
  const found: number[] = [];
  const first = wallTime(calendar, start);
  const push = (time: number) => {
    if (time >= start && time <= end) found.push(time);
    return time < end;
  };
  switch (unit) {
    case "second":
      for (const span of offsetSpans(calendar, start, end)) {
        let time = Math.ceil((span.start + span.offset) / count) * count - span.offset;
        const last = span.end === end;
        for (; last ? time <= end : time < span.end; time += count) found.push(time);
      }
      return found;
    case "day": {
      // Days are counted from a Monday, so that weeks start there and every second day has no seam at month ends.
      const number = Math.floor(Date.UTC(first.year, first.month - 1, first.day) / 86_400_000) + 3;
      let day = first.day - (number % count);
      while (push(dayStart(calendar, first.year, first.month, day))) day += count;
      return found;
    }
    case "month": {
      let month = first.month - ((first.month - 1) % count);
      while (push(dayStart(calendar, first.year, month, 1))) month += count;
      return found;
    }
    case "year": {
      let year = first.year - (first.year % count);
      while (push(dayStart(calendar, year, 1, 1))) year += count;
      return found;
    }
    default:
      return assertNever(unit);
  }
}

export const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
export const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function label({ unit, count }: Step, wall: WallTime): string {
  const clock = `${two(wall.hour)}:${two(wall.minute)}`;
  switch (unit) {
    case "second":
      if (wall.hour === 0 && wall.minute === 0 && wall.second === 0) return dayLabel(wall);
      return count < 60 ? `${clock}:${two(wall.second)}` : clock;
    case "day":
      return count < 7 ? dayLabel(wall) : `${wall.day} ${months[wall.month - 1]}`;
    case "month":
      return wall.month === 1 ? String(wall.year) : (months[wall.month - 1] ?? "");
    case "year":
      return String(wall.year);
    default:
      return assertNever(unit);
  }
}

function dayLabel(wall: WallTime): string {
  return `${weekdays[wall.weekday]} ${wall.day}`;
}

export function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
