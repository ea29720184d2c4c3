import type { GraphCf } from "./definition.ts";
import type { Series } from "./series.ts";

/**
 * Rows narrower than `resolution` (seconds) joined in groups that are a whole number of rows wide and aligned to
 * their own width. What the groups at both ends would need beyond the data is one unknown row there, as RRDtool does.
 */
export function reduceSeries(series: Series, resolution: number, cf: GraphCf): Series {
  const narrow = series.step;
  if (narrow >= resolution) return series;
  const factor = Math.ceil(resolution / narrow);
  const step = narrow * factor;
  const count = Math.round((series.end - series.start) / narrow);
  const startOffset = modulo(series.start, step);
  const endOffset = modulo(series.end, step);
  const skipped = startOffset === 0 ? 0 : factor - Math.round(startOffset / narrow);
  const dropped = Math.round(endOffset / narrow);
  const groups = Math.max(0, Math.floor((count - skipped - dropped) / factor));
  const lead = startOffset === 0 ? 0 : 1;
  const rows = lead + groups + (endOffset === 0 ? 0 : 1);
  const columns = series.columns.map((from) => {
    const to = new Float64Array(rows).fill(Number.NaN);
    let group = cf === "AVERAGE" ? averageFours(from, skipped, factor, groups, to, lead) : 0;
    for (; group < groups; group++) {
      const first = skipped + group * factor;
      to[lead + group] = join[cf](from, first, first + factor);
    }
    return to;
  });
  const start = series.start - startOffset;
  return { start, end: start + rows * step, step, columns };
}

/**
 * Four groups side by side: each sum has to wait for the one before, so one group alone leaves most of a processor idle.
 * Returns how many groups are done.
 */
function averageFours(
  from: Float64Array,
  skipped: number,
  factor: number,
  groups: number,
  to: Float64Array,
  lead: number,
): number {
  let group = 0;
  for (; group + 4 <= groups; group += 4) {
    const a = skipped + group * factor;
    const b = a + factor;
    const c = b + factor;
    const d = c + factor;
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let i = 0; i < factor; i++) {
      sumA += from[a + i] as number;
      sumB += from[b + i] as number;
      sumC += from[c + i] as number;
      sumD += from[d + i] as number;
    }
    // A sum is unknown exactly when one of its values is (or both infinities are): those groups are counted one by one.
    for (const [at, sum, first] of [
      [0, sumA, a],
      [1, sumB, b],
      [2, sumC, c],
      [3, sumD, d],
    ] as const) {
      const mean = Number.isNaN(sum) ? join.AVERAGE(from, first, first + factor) : sum / factor;
      to[lead + group + at] = mean;
    }
  }
  return group;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

type Join = (values: Float64Array, from: number, to: number) => number;

/** NaN among the values is passed over; all NaN is NaN. */
const join: Readonly<Record<GraphCf, Join>> = {
  AVERAGE(values, from, to) {
    let sum = 0;
    let known = 0;
    for (let i = from; i < to; i++) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      known++;
    }
    return known === 0 ? Number.NaN : sum / known;
  },
  MIN: (values, from, to) => pick(values, from, to, (value, best) => value < best),
  MAX: (values, from, to) => pick(values, from, to, (value, best) => value > best),
  LAST: (values, from, to) => pick(values, from, to, () => true),
};

function pick(
  values: Float64Array,
  from: number,
  to: number,
  better: (value: number, best: number) => boolean,
): number {
  let best = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value) && (Number.isNaN(best) || better(value, best))) best = value;
  }
  return best;
}
