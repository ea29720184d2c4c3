import type { Range } from "./value-axis.ts";

export interface LogTicks {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly minor: readonly number[];
}

/** Which digits of a decade have labels, from few to many. */
const digitSets: readonly (readonly number[])[] = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];
const LEAST_SPACING = 12;

/** Labels of a logarithmic axis: every n-th decade, or several per decade where there are few. */
export function logTicks(range: Range, height: number): LogTicks {
  const low = range.lowFixed ? range.low : roundDown(range.low);
  const high = range.highFixed ? range.high : roundUp(range.high);
  const decades = Math.log10(high / low);
  const perDecade = height / decades;
  const most = Math.max(2, Math.min(8, Math.floor(height / LEAST_SPACING) + 1));
  let ticks: number[] = [];
  for (let every = 1; every <= 640; every++) {
    ticks = inRange(low, high, [1], every);
    if (ticks.length <= most) break;
  }
  for (const digits of digitSets) {
    const denser = inRange(low, high, digits, 1);
    if (ticks.length >= 4 || denser.length > most) break;
    if (denser.length > ticks.length) ticks = denser;
  }
  if (ticks.length < 3) ticks = linear(low, high);
  const minor =
    perDecade >= 30 ? inRange(low, high, [1, 2, 3, 4, 5, 6, 7, 8, 9], 1) : inRange(low, high, [1], 1);
  return { low, high, ticks, minor: perDecade >= 8 ? minor : [] };
}

function inRange(low: number, high: number, digits: readonly number[], every: number): number[] {
  const found: number[] = [];
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  for (let exponent = first; exponent <= last; exponent++) {
    if (((exponent % every) + every) % every !== 0) continue;
    for (const digit of digits) {
      const value = exponent < 0 ? digit / 10 ** -exponent : digit * 10 ** exponent;
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) found.push(value);
    }
  }
  return found;
}

/** A range within part of a decade: even steps of the value, as on a linear axis. */
function linear(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  for (const step of [digit * power, (digit * power) / 2, (digit * power) / 4]) {
    const found: number[] = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); i++) found.push(i * step);
    if (found.length >= 3) return found;
  }
  return [low, high];
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  return power * ([5, 2, 1].find((digit) => digit * power <= value * (1 + 1e-9)) ?? 1);
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  return power * ([1, 2, 5, 10].find((digit) => digit * power >= value * (1 - 1e-9)) ?? 10);
}
