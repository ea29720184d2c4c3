/**
 * A number as `rrdtool dump` writes it: eleven digits, by arithmetic of its own in doubles rather than by C's `printf`, so
 * the last digit may differ from that of `info` and `fetch`. Zero has no sign; numbers under 1e-308 keep that exponent.
 */
export function dumpNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return "0.0000000000e+00";
  let exponent = exponentOf(Math.abs(value));
  const scaled = Math.abs(value) / powerOfTen(exponent);
  let whole = Math.trunc(scaled);
  const exact = FRACTION * (scaled - whole);
  let fraction = Math.floor(exact);
  if (exact - fraction >= 0.5) fraction++;
  if (fraction >= FRACTION) {
    fraction -= FRACTION;
    whole++;
  }
  if (whole >= 10) {
    whole = 1;
    exponent++;
  }
  const tail = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `${value < 0 ? "-" : ""}${whole}.${String(fraction).padStart(10, "0")}e${tail}`;
}

/** Ten digits behind the point. */
const FRACTION = 1e10;
const LARGEST_EXPONENT = 308;

/** By steps of ten: each of them rounds, and the last digit depends on it. */
function exponentOf(value: number): number {
  let exponent = 0;
  for (let left = value; left < 1 && --exponent > -LARGEST_EXPONENT; ) left *= 10;
  for (let left = value; left >= 10 && ++exponent < LARGEST_EXPONENT; ) left /= 10;
  return exponent;
}

function powerOfTen(exponent: number): number {
  let power = 1;
  for (let left = exponent; left > 0; left--) power *= 10;
  for (let left = exponent; left < 0; left++) power /= 10;
  return power;
}
