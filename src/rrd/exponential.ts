/**
 * C's `%0.10e`. JavaScript rounds a tie away from zero where C keeps the even digit: `2 ** -16` differs. The sign of zero
 * shows; unknown is `NaN`, rrdtool's word in `info`, `dump` and `updatev`.
 */
export function exponential(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0000000000e+00" : "0.0000000000e+00";
  const text = cutTie(value) ?? value.toExponential(DIGITS);
  return /e[+-]\d$/.test(text) ? `${text.slice(0, -1)}0${text.slice(-1)}` : text;
}

const DIGITS = 10;
const MOST_DIGITS = 100;
/** A tie has exactly twelve digits, the last one a 5; the fraction of an odd integer times 2 ** -k has k of them. */
const SIXTEEN = /\.\d{10}50{6}e/;
const ALL = /\.\d{10}50*e/;

/** Of a number exactly between two of eleven digits the smaller one, if that is the even one. */
function cutTie(value: number): string | undefined {
  if (!SIXTEEN.test(value.toExponential(17))) return undefined;
  const exact = value.toExponential(MOST_DIGITS);
  if (!ALL.test(exact)) return undefined;
  const cut = exact.replace(/(\.\d{10})\d*/, "$1");
  return Number(cut[cut.indexOf("e") - 1]) % 2 === 0 ? cut : undefined;
}
