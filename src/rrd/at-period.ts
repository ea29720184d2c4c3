import { failed, ok, problem, type Result } from "../base/index.ts";
import { calendarOf, epochOf } from "./at-calendar.ts";
import { type AtTime, OUT_OF_RANGE, parseAtTime } from "./at-time.ts";

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
    return within(first, resolve(finish, first));
  }
  const last = resolve(finish, 0);
  return within(resolve(begin, last), last);
}

/** Calendars end somewhere, and so do whole numbers. */
function within(start: number, end: number): Result<{ readonly start: number; readonly end: number }> {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) ? ok({ start, end }) : refuse(OUT_OF_RANGE);
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
