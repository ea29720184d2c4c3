import { logTicks } from "./log-axis.ts";
import { type Prefix, prefixFor, prefixOf } from "./si.ts";

export interface ValueTick {
  readonly value: number;
  readonly label: string;
}

export interface ValueAxis {
  readonly low: number;
  readonly high: number;
  readonly logarithmic: boolean;
  readonly ticks: readonly ValueTick[];
  /** Values of the lines between the ticks. */
  readonly minor: readonly number[];
  /** 0 at the bottom … 1 at the top; beyond for values outside; NaN where a logarithm has no value. */
  readonly share: (value: number) => number;
}

export interface ValueAxisRequest {
  /** The least and greatest value drawn; NaN without any. On a logarithmic axis: of the values above 0. */
  readonly least: number;
  readonly greatest: number;
  readonly lowerLimit?: number | undefined;
  readonly upperLimit?: number | undefined;
  readonly rigid: boolean;
  /** Filled areas start at zero, so it belongs to the range. */
  readonly fromZero: boolean;
  readonly logarithmic: boolean;
  readonly base: 1000 | 1024;
  /** CSS pixels. */
  readonly height: number;
  /** Values below this have a prefix (`5 m`); default 0.01. */
  readonly plainFrom?: number | undefined;
  /** The range ends where the data does, whether zero is near or not. */
  readonly tight?: { readonly low: boolean; readonly high: boolean } | undefined;
  /** Labels in units of this power of ten, or of its like with base 1024 (3 is one prefix). */
  readonly exponent?: number | undefined;
  /** Distance of the grid's lines, and how many of them there are to a label. */
  readonly grid?: { readonly step: number; readonly labelEvery: number } | undefined;
}

/** A range whose ends may each be fixed (by the user, or because the end is zero) or free to be rounded. */
export interface Range {
  low: number;
  high: number;
  lowFixed: boolean;
  highFixed: boolean;
}

/** What double precision and a readable label can still tell apart. */
const FINEST = 1e-7;
const FARTHEST = 1e300;
const NEAREST = 1e-290;
const BEST_SPACING = 27;
const LEAST_SPACING = 11;

export function valueAxis(request: ValueAxisRequest): ValueAxis {
  if (request.logarithmic) return logarithmicAxis(request);
  const range = linearRange(request);
  const chosen = chooseStep(range, request);
  const { low, high, step } = chosen;
  const span = high - low;
  const values = multiples(low, high, step);
  // Rounding up may have made a thousand of one prefix, which is one of the next.
  const free = request.exponent === undefined && request.grid === undefined;
  const greatest = Math.max(0, ...values.map(Math.abs));
  const prefix =
    free && greatest / chosen.prefix.factor >= request.base * (1 - 1e-9)
      ? prefixFor(greatest, request.base, request.plainFrom)
      : chosen.prefix;
  return {
    low,
    high,
    logarithmic: false,
    ticks: values.map((value) => ({ value, label: tickLabel(value, step, prefix) })),
    minor: (chosen.minor / span) * request.height < 8 ? [] : multiples(low, high, chosen.minor),
    share: (value) => (value - low) / span,
  };
}

function linearRange(request: ValueAxisRequest): Range {
  const { rigid, lowerLimit, upperLimit } = request;
  const least = clamp(request.least);
  const greatest = clamp(request.greatest);
  const known = !Number.isNaN(least);
  let low = known ? least : 0;
  let high = known ? greatest : 0;
  // A constant gets air on its far side, so that its line is not the edge.
  const air = low === high ? Math.abs(high) * 0.2 : 0;
  if (high > 0) high += air;
  else low -= air;
  // Zero gives scale to what is near it; a narrow band far away is shown for itself.
  const { tight } = request;
  if (low > 0 && !(tight?.low ?? false) && (request.fromZero || low <= 0.6 * high || air > 0)) low = 0;
  if (high < 0 && !(tight?.high ?? false) && (request.fromZero || high >= 0.6 * low || air > 0)) high = 0;
  if (lowerLimit !== undefined) low = rigid || !known ? lowerLimit : Math.min(low, lowerLimit);
  if (upperLimit !== undefined) high = rigid || !known ? upperLimit : Math.max(high, upperLimit);
  let lowFixed = low === lowerLimit || low === 0;
  let highFixed = high === upperLimit || high === 0;
  if (low === 0 && high === 0) {
    high = 1;
    highFixed = true;
  }
  if (high < low) {
    // Only one limit is given and the data is all beyond it.
    if (lowFixed && lowerLimit !== undefined) high = low + Math.max(1, Math.abs(low));
    else low = high - Math.max(1, Math.abs(high));
  }
  const finest = Math.max(Math.abs(low), Math.abs(high)) * FINEST;
  if (high - low < finest) {
    if (lowFixed && highFixed) lowFixed = highFixed = false;
    if (!lowFixed) low -= finest / (highFixed ? 1 : 2);
    if (!highFixed) high += finest / (lowFixed ? 1 : 2);
  }
  return { low, high, lowFixed, highFixed };
}

/** Keeps arithmetic on the axis away from both ends of double precision. */
function clamp(value: number): number {
  if (Math.abs(value) < NEAREST) return 0;
  return Math.min(FARTHEST, Math.max(-FARTHEST, value));
}

interface Chosen {
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly minor: number;
  readonly prefix: Prefix;
}

/**
 * The step of 1, 2 or 5 × 10ⁿ (in the axis's one prefix) that gives 3 to 8 labels nearest to the best spacing.
 * Free ends are rounded to the minor step, or to the whole step where that alone gives 3 labels.
 */
function chooseStep(range: Range, { height, base, exponent, grid, plainFrom }: ValueAxisRequest): Chosen {
  const prefix =
    exponent === undefined
      ? prefixFor(Math.max(Math.abs(range.low), Math.abs(range.high)), base, plainFrom)
      : prefixOf(exponent, base);
  if (grid !== undefined) return givenStep(range, grid, prefix);
  const low = range.low / prefix.factor;
  const high = range.high / prefix.factor;
  const power = Math.floor(Math.log10(high - low));
  let best: Chosen | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (let exponent = power - 2; exponent <= power + 1; exponent++) {
    for (const [digit, parts] of [
      [1, 2],
      [2, 2],
      [5, 5],
    ] as const) {
      const step = times10(digit, exponent);
      const minor = step / parts;
      for (const unit of range.lowFixed && range.highFixed ? [minor] : [minor, step]) {
        const from = range.lowFixed ? low : Math.floor(low / unit + 1e-9) * unit;
        const to = range.highFixed ? high : Math.ceil(high / unit - 1e-9) * unit;
        const labels = Math.floor(to / step + 1e-9) - Math.ceil(from / step - 1e-9) + 1;
        const spacing = (step / (to - from)) * height;
        const score = penalty(labels, spacing) + (unit === step ? 0.3 : 0);
        if (score >= bestScore) continue;
        bestScore = score;
        const f = prefix.factor;
        best = {
          low: range.lowFixed ? range.low : from * f,
          high: range.highFixed ? range.high : to * f,
          step: step * f,
          minor: minor * f,
          prefix,
        };
      }
    }
  }
  return best ?? { ...range, step: range.high - range.low, minor: range.high - range.low, prefix };
}

/** The user's lines, unless there would be more of them than pixels. */
function givenStep(
  range: Range,
  { step, labelEvery }: NonNullable<ValueAxisRequest["grid"]>,
  prefix: Prefix,
): Chosen {
  const low = range.lowFixed ? range.low : Math.floor(range.low / step) * step;
  const high = range.highFixed ? range.high : Math.ceil(range.high / step) * step;
  return { low, high, step: step * labelEvery, minor: step, prefix };
}

function penalty(labels: number, spacing: number): number {
  const cramped = spacing < LEAST_SPACING ? 100 + LEAST_SPACING - spacing : 0;
  const fewOrMany = labels < 3 ? 10 * (3 - labels) : labels > 8 ? 1000 : 0;
  return Math.abs(Math.log(spacing / BEST_SPACING)) + cramped + fewOrMany;
}

/** Exact where a power of ten is: 0.2, not 0.2000…01. */
function times10(digit: number, exponent: number): number {
  return exponent < 0 ? digit / 10 ** -exponent : digit * 10 ** exponent;
}

export function multiples(low: number, high: number, step: number): number[] {
  const found: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  for (let i = first; i <= last && found.length < 1000; i++) found.push(i === 0 ? 0 : i * step);
  return found;
}

/** `20 M`, `0.5`, `0`: as many decimals as the step needs. */
export function tickLabel(value: number, step: number, prefix: Prefix): string {
  if (value === 0) return "0";
  const scaled = value / prefix.factor;
  const size = Math.abs(scaled);
  let text: string;
  if (size >= 1e6 || size < 1e-4) text = shortest(scaled.toExponential(6));
  else {
    const decimals = Math.max(0, -Math.floor(Math.log10(step / prefix.factor) + 1e-9));
    text = scaled.toFixed(Math.min(12, decimals));
  }
  return prefix.symbol === "" ? text : `${text} ${prefix.symbol}`;
}

function shortest(text: string): string {
  return text.replace(/\.?0+e/, "e").replace("e+", "e");
}

function logarithmicAxis(request: ValueAxisRequest): ValueAxis {
  const { rigid, lowerLimit, upperLimit, base } = request;
  const positive = request.least > 0 && request.greatest > 0;
  let low = positive ? clamp(request.least) : 1;
  let high = positive ? clamp(request.greatest) : 10;
  if (lowerLimit !== undefined) low = rigid || !positive ? lowerLimit : Math.min(low, lowerLimit);
  if (upperLimit !== undefined) high = rigid || !positive ? upperLimit : Math.max(high, upperLimit);
  // A decade below every number has no end.
  low = Math.max(low, NEAREST);
  // Less than an octave would be all but a linear axis.
  if (high < low * 2 && !(rigid && upperLimit !== undefined && upperLimit > low)) high = low * 2;
  const range: Range = { low, high, lowFixed: low === lowerLimit, highFixed: high === upperLimit };
  const { low: from, high: to, ticks, minor } = logTicks(range, request.height);
  const bottom = Math.log10(from);
  const span = Math.log10(to) - bottom;
  return {
    low: from,
    high: to,
    logarithmic: true,
    ticks: ticks.map((value) => ({ value, label: logLabel(value, prefixFor(value, base, 1)) })),
    minor,
    share: (value) => (value > 0 ? (Math.log10(value) - bottom) / span : Number.NaN),
  };
}

/** Over many decades one prefix cannot serve all labels, so each has its own. */
function logLabel(value: number, prefix: Prefix): string {
  const text = String(Number((value / prefix.factor).toPrecision(6))).replace("e+", "e");
  return prefix.symbol === "" ? text : `${text} ${prefix.symbol}`;
}
