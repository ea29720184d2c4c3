/**
 * Numbers as rrdtool's own writer has them, which exports use: the digits come from arithmetic with doubles, so a value
 * that lies next to the middle between two texts may go either way. Zero and unknown have no sign.
 */

/** `%0.10e` */
export function exportedNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  return (value < 0 ? "-" : "") + arithmeticExponential(Math.abs(value), 10);
}

const LEAST_EXPONENT = -308;
/** More digits than this do not fit into the integers it is done with; the rest is cut. */
const MOST_DIGITS = 19;

/** `%e` of a finite value that is not negative. */
export function arithmeticExponential(value: number, precision: number): string {
  let exponent = 0;
  let size = value;
  if (size > 0) for (; size < 1 && exponent > LEAST_EXPONENT; exponent--) size *= 10;
  for (; size >= 10; exponent++) size /= 10;
  let [whole, fraction] = split(value / powerOfTen(exponent), precision);
  if (whole === 10) {
    whole = 1;
    exponent++;
  }
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${whole}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
}

/** `%f` of a finite value that is not negative. */
export function arithmeticFixed(value: number, precision: number): string {
  const [whole, fraction] = split(value, precision);
  return `${BigInt(whole)}${fraction}`;
}

function split(value: number, precision: number): [whole: number, fraction: string] {
  const digits = Math.min(precision, MOST_DIGITS);
  const all = powerOfTen(digits);
  let whole = Math.trunc(value);
  const scaled = all * (value - whole);
  let fraction = Math.trunc(scaled);
  if (scaled - fraction >= 0.5) fraction++;
  if (fraction >= all) {
    fraction = 0;
    whole++;
  }
  return [whole, digits === 0 ? "" : `.${String(BigInt(fraction)).padStart(digits, "0")}`];
}

/** By repeated multiplication, whose errors add up, as they do there. */
function powerOfTen(exponent: number): number {
  let result = 1;
  for (let left = exponent; left > 0; left--) result *= 10;
  for (let left = exponent; left < 0; left++) result /= 10;
  return result;
}
