import type { Calendar } from "../calendar.ts";
import { type Column, modulo } from "./column.ts";
import { GraphFault } from "./element-words.ts";

/** Operations that need to know the time or several rows: only graphs have them, data sources do not. */
export const graphOperations = {
  TIME: push(({ now }) => now),
  LTIME: push(({ now, calendar }) => now + calendar.offsetAt(now)),
  COUNT: push(({ row }) => row + 1),
  STEPWIDTH: push(({ step }) => step),
  NEWDAY: push((at) => bit(sinceMidnight(at) < at.step)),
  NEWWEEK: push((at) => bit(weekday(at) === 0 && sinceMidnight(at) < at.step)),
  NEWMONTH: push((at) => bit(localDate(at).getUTCDate() === 1 && sinceMidnight(at) < at.step)),
  NEWYEAR: push((at) => bit(dayOfYear(at) === 0 && sinceMidnight(at) < at.step)),
  TREND: (stack: number[], at: RowContext, source: WindowSource | undefined) =>
    trend(stack, at, source, false),
  TRENDNAN: (stack: number[], at: RowContext, source: WindowSource | undefined) =>
    trend(stack, at, source, true),
  PREDICT: predict((values) => sum(values) / values.length),
  PREDICTSIGMA: predict(sigma),
  PREDICTPERC: predict(percentileOf, true),
} as const satisfies Readonly<Record<string, RunGraphOperation>>;

export type GraphOperation = keyof typeof graphOperations;

export type RunGraphOperation = (stack: number[], at: RowContext, source: WindowSource | undefined) => void;

/** The row that is being computed. */
export interface RowContext {
  /** Epoch seconds of its end. */
  readonly now: number;
  /** From 0. */
  readonly row: number;
  readonly step: number;
  readonly calendar: Calendar;
  /** Counts down the work an expression may still make; see `spend`. */
  readonly work: { left: number };
}

/** The column that a window slides over, and how many of its rows have been passed, the current one included. */
export interface WindowSource {
  readonly column: Column;
  readonly passed: number;
}

export class RpnUnderflow extends GraphFault {
  constructor() {
    super("RPN stack underflow");
  }
}

function push(value: (at: RowContext) => number): RunGraphOperation {
  return (stack, at) => void stack.push(value(at));
}

function take(stack: number[]): number {
  const value = stack.pop();
  if (value === undefined) throw new RpnUnderflow();
  return value;
}

const bit = (value: boolean) => (value ? 1 : 0);

function localDate({ now, calendar }: RowContext): Date {
  return new Date((now + calendar.offsetAt(now)) * 1000);
}

function sinceMidnight({ now, calendar }: RowContext): number {
  return modulo(now + calendar.offsetAt(now), 86_400);
}

function weekday(at: RowContext): number {
  return localDate(at).getUTCDay();
}

function dayOfYear(at: RowContext): number {
  const date = localDate(at);
  return date.getUTCMonth() === 0 ? date.getUTCDate() - 1 : 1;
}

/** Windows over windows over long columns would never end. */
function spend(at: RowContext, amount: number): void {
  at.work.left -= amount;
  if (at.work.left < 0)
    throw new GraphFault("the windows of TREND and PREDICT are too large for so many rows");
}

/** The mean of the last `window` seconds, from the newest row back; unknown until the window is full. */
function trend(
  stack: number[],
  at: RowContext,
  source: WindowSource | undefined,
  skipUnknown: boolean,
): void {
  if (source === undefined) throw new GraphFault("malformed trend arguments");
  const window = Math.ceil(take(stack) / source.column.step);
  // The column's own value, which the window replaces.
  take(stack);
  if (!(at.row + 1 >= window)) {
    stack.push(Number.NaN);
    return;
  }
  spend(at, Math.max(0, window));
  let total = 0;
  let known = 0;
  let back = 0;
  do {
    const value = source.column.values[source.passed - 1 - back] ?? Number.NaN;
    if (!skipUnknown || !Number.isNaN(value)) {
      total += value;
      known++;
    }
    back++;
  } while (back < window);
  stack.push(known === 0 ? Number.NaN : total / known);
}

/**
 * `shift n … shift 1, n, window, x`, or `shift, -n, window, x` for n multiples of a shift (from 0): the values that a
 * window covers at all these shifts, put together. rrdtool's reach: from one row ahead of a shift back over the window,
 * and never to the first two rows.
 */
function predict(
  combine: (values: number[], percent: number) => number,
  takesPercent = false,
): RunGraphOperation {
  return (stack, at, source) => {
    if (source === undefined) throw new GraphFault("malformed predict arguments");
    take(stack);
    const { column, passed } = source;
    const percent = takesPercent ? take(stack) : 0;
    const window = take(stack);
    const count = Math.trunc(take(stack));
    const shifts: number[] = [];
    if (count < 0) {
      const shift = take(stack);
      spend(at, -count);
      for (let i = 0; i < -count; i++) shifts.push(shift * i);
    } else {
      if (count > stack.length) throw new RpnUnderflow();
      if (count > 0) shifts.push(...stack.splice(-count));
    }
    const rows = Math.ceil(window / column.step);
    const values: number[] = [];
    for (const shift of shifts) {
      if (shift < 0) throw new GraphFault(`negative shift step not allowed: ${shift}`);
      const first = Math.ceil(shift / column.step);
      const last = Math.min(first + rows, at.row - 1);
      for (let back = first; back <= last; back++) {
        const value = column.values[passed - back] ?? Number.NaN;
        if (!Number.isNaN(value)) values.push(value);
      }
      spend(at, Math.max(1, last - first));
    }
    stack.push(values.length === 0 ? Number.NaN : combine(values, percent));
  };
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Of a sample. */
function sigma(values: number[]): number {
  const { length } = values;
  if (length < 2) return Number.NaN;
  let squares = 0;
  for (const value of values) squares += value * value;
  const total = sum(values);
  return Math.sqrt((length * squares - total * total) / (length * (length - 1)));
}

/** Between two values in proportion. */
function percentileOf(values: number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (Math.abs(percent) / 100) * (sorted.length - 1);
  const low = Math.floor(place);
  const below = sorted[low] ?? Number.NaN;
  const above = sorted[low + 1] ?? below;
  return below + (above - below) * (place - low);
}
