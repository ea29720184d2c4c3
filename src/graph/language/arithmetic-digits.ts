/**
 * Numbers as rrdtool's own writer has them, which exports use: the digits come from arithmetic with doubles, so a value
 * that lies next to the middle between two texts may go either way. Zero and unknown have no sign.
 */

/** `%0.10e` */
export function exportedNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  return value < 0 ? `-${arithmeticExponential(-value, 10)}` : arithmeticExponential(Math.abs(value), 10);
}

const LEAST_EXPONENT = -308;
/** More digits than this do not fit into the integers it is done with; the rest is cut. */
const MOST_DIGITS = 19;
/** With one before the point, all of them fit into a double's 53 bits. */
const PLAIN_DIGITS = 14;

/** `%e` of a finite value that is not negative. */
export function arithmeticExponential(value: number, precision: number): string {
  let exponent = 0;
  let size = value;
  if (size > 0) for (; size < 1 && exponent > LEAST_EXPONENT; exponent--) size *= 10;
  for (; size >= 10; exponent++) size /= 10;
  const digits = Math.min(precision, MOST_DIGITS);
  const scaled = split(value / powerOfTen(exponent), digits);
  if (scaled.whole === 10) {
    scaled.whole = 1;
    exponent++;
  }
  return text(scaled, digits) + exponentText(exponent);
}

/** `%f` of a finite value that is not negative. */
export function arithmeticFixed(value: number, precision: number): string {
  const digits = Math.min(precision, MOST_DIGITS);
  return text(split(value, digits), digits);
}

interface Scaled {
  whole: number;
  /** In units of the last digit. */
  fraction: number;
}

function split(value: number, digits: number): Scaled {
  const all = powerOfTen(digits);
  const whole = Math.trunc(value);
  const scaled = all * (value - whole);
  let fraction = Math.trunc(scaled);
  if (scaled - fraction >= 0.5) fraction++;
  return fraction >= all ? { whole: whole + 1, fraction: 0 } : { whole, fraction };
}

function text({ whole, fraction }: Scaled, digits: number): string {
  if (digits === 0) return String(BigInt(whole));
  if (whole < 10 && digits <= PLAIN_DIGITS) {
    // One number is turned into text sooner than two; the 10 in front keeps the zeros.
    const both = String((whole + 10) * powerOfTen(digits) + fraction);
    return `${both[1]}.${both.slice(2)}`;
  }
  return `${BigInt(whole)}.${String(BigInt(fraction)).padStart(digits, "0")}`;
}

/** At most some six hundred of each. */
const powers = new Map<number, number>();
const exponents = new Map<number, string>();

/** By repeated multiplication, whose errors add up, as they do there. */
function powerOfTen(exponent: number): number {
  const known = powers.get(exponent);
  if (known !== undefined) return known;
  let result = 1;
  for (let left = exponent; left > 0; left--) result *= 10;
  for (let left = exponent; left < 0; left++) result /= 10;
  powers.set(exponent, result);
  return result;
}

/** `e+05` */
function exponentText(exponent: number): string {
  const known = exponents.get(exponent);
  if (known !== undefined) return known;
  const made = `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  exponents.set(exponent, made);
  return made;
}
