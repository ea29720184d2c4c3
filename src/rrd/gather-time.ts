import type { PlainConsolidation } from "./definition.ts";
import type { KnownTime } from "./known-time.ts";

/** What is known of one data source over a period. */
export class Gathered {
  /** Rate x seconds over the time that is known, and those seconds. */
  amount = 0;
  seconds = 0;
  smallest = Number.POSITIVE_INFINITY;
  largest = Number.NEGATIVE_INFINITY;
  /** The value at the end; NaN = unknown. */
  last = Number.NaN;
  /** The whole period is one piece: its value is taken as it is. */
  only: number | undefined;
  /** For each of the known times, whether anything came from it. */
  readonly used: boolean[] = [];

  /** The value of a row over the period; NaN when more than the share `xff` of it is unknown. */
  row(cf: PlainConsolidation, width: number, xff: number): number {
    if (this.only !== undefined) return this.only;
    // A millionth of a second, because shares of what is open are not exact.
    if (this.seconds <= 0 || width - this.seconds > width * xff + 1e-6) return Number.NaN;
    return this.consolidated(cf);
  }

  consolidated(cf: PlainConsolidation): number {
    switch (cf) {
      case "AVERAGE":
        return this.amount / this.seconds;
      case "MIN":
        return this.smallest;
      case "MAX":
        return this.largest;
      case "LAST":
        return this.last;
    }
  }
}

/** Goes through the time from `from` to `to` (epoch seconds), each moment told by the first of `times` that knows it. */
export function gatherTime(
  times: readonly KnownTime[],
  source: number,
  from: number,
  to: number,
  into: Gathered,
): void {
  into.amount = 0;
  into.seconds = 0;
  into.smallest = Number.POSITIVE_INFINITY;
  into.largest = Number.NEGATIVE_INFINITY;
  into.only = undefined;
  for (let now = from; now < to; ) {
    let until = to;
    let found = -1;
    for (let index = 0; index < times.length; index++) {
      const time = times[index] as KnownTime;
      const start = time.startOf(source);
      if (now >= time.end) continue;
      if (start > now) {
        // A better one takes over from there.
        until = Math.min(until, start);
        continue;
      }
      found = index;
      break;
    }
    into.last = Number.NaN;
    if (found >= 0) {
      const time = times[found] as KnownTime;
      const end = time.pieceEnd(now);
      until = Math.min(until, end);
      take(into, time, source, end, until - now);
      if (!Number.isNaN(into.last)) into.used[found] = true;
      if (now === from && until === to && time.shareOf(source) === 1) into.only = into.last;
    }
    now = until;
  }
}

function take(into: Gathered, time: KnownTime, source: number, end: number, seconds: number): void {
  const value = time.value(end, source);
  into.last = value;
  if (Number.isNaN(value)) return;
  const known = seconds * time.shareOf(source);
  into.amount += value * known;
  into.seconds += known;
  if (value < into.smallest) into.smallest = value;
  if (value > into.largest) into.largest = value;
}
