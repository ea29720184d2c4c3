/** Values in time: row k covers (`start + k * step`, `start + (k + 1) * step`]. Epoch seconds; NaN is unknown. */
export interface Column {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly values: Float64Array;
}

/** A number that was computed from a whole column, and when it was so. */
export interface Figure {
  readonly value: number;
  /** Epoch seconds; undefined: at no certain time. */
  readonly when: number | undefined;
}

export function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Never negative. */
export function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
