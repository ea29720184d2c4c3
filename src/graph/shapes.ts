/** Rows as runs of corners: what areas and lines are made of. */
export interface RowScale {
  /** x of the left edge of row 0, and the width of a row. */
  readonly x: number;
  readonly rowWidth: number;
  readonly from: number;
  readonly to: number;
  readonly toY: (value: number) => number;
  readonly slope: boolean;
  readonly join: boolean;
}

/** A stretch of known values, as x, y pairs from left to right. */
type Run = number[];

/** The runs of a line; unknown values end a run unless they are joined over. */
export function lineRuns(values: Float64Array, scale: RowScale): Float64Array[] {
  return runs(values, scale).map((run) => Float64Array.from(run));
}

/** Rings between `top` and `base` (values; without `base` the y given), for runs where both are known. */
export function areaRings(top: Float64Array, base: Float64Array | number, scale: RowScale): Float64Array[] {
  if (typeof base === "number") {
    return runs(top, scale).map((run) => {
      const ring = new Float64Array(run.length + 4);
      ring.set(run);
      ring.set([run[run.length - 2] ?? 0, base, run[0] ?? 0, base], run.length);
      return ring;
    });
  }
  const lower = runs(base, scale, top);
  return runs(top, scale, base).map((run, index) => {
    const under = lower[index] ?? [];
    const ring = new Float64Array(run.length + under.length);
    ring.set(run);
    for (let i = under.length - 2, at = run.length; i >= 0; i -= 2, at += 2) {
      ring[at] = under[i] ?? 0;
      ring[at + 1] = under[i + 1] ?? 0;
    }
    return ring;
  });
}

/** A row is known where both `values` and `other` are and both have a place on the axis. */
function runs(values: Float64Array, scale: RowScale, other?: Float64Array): Run[] {
  const { x, rowWidth, from, to, toY, slope, join } = scale;
  const found: Run[] = [];
  let run: Run | undefined;
  let lastY = Number.NaN;
  let lastKnown = -2;
  for (let row = from; row < to; row++) {
    const y = toY(values[row] ?? Number.NaN);
    if (Number.isNaN(y) || (other !== undefined && Number.isNaN(toY(other[row] ?? Number.NaN)))) continue;
    const left = x + row * rowWidth;
    if (run === undefined || (lastKnown !== row - 1 && !join)) {
      if (run !== undefined && slope) run.push(x + (lastKnown + 1) * rowWidth, lastY);
      run = [left, y];
      found.push(run);
      if (!slope) run.push(left + rowWidth, y);
    } else if (!slope) {
      // A level stretch is one long step.
      if (y === lastY && lastKnown === row - 1) run[run.length - 2] = left + rowWidth;
      else run.push(left, y, left + rowWidth, y);
    }
    if (slope) run.push(left + rowWidth / 2, y);
    lastY = y;
    lastKnown = row;
  }
  if (run !== undefined && slope) run.push(x + (lastKnown + 1) * rowWidth, lastY);
  return found;
}
