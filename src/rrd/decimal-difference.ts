/**
 * The difference of two whole numbers given as decimal texts, as rrdtool computes it: exactly in decimal digits, then
 * turned into a double digit by digit. Leading characters that are no digits are skipped, a `-` among them counts;
 * texts without digits or with different signs give NaN.
 */
export function decimalDifference(a: string, b: string): number {
  const left = readDigits(a);
  const right = readDigits(b);
  if (left.digits === "" || right.digits === "" || left.negative !== right.negative) return Number.NaN;
  if (left.digits.length <= EXACT_DIGITS && right.digits.length <= EXACT_DIGITS) {
    const difference = Number(left.digits) - Number(right.digits);
    return left.negative ? 0 - difference : difference;
  }
  if (left.digits.length > MOST_DIGITS || right.digits.length > MOST_DIGITS) return Number.NaN;
  const difference = BigInt(left.digits) - BigInt(right.digits);
  const magnitude = digitByDigit(String(difference < 0n ? -difference : difference));
  return difference < 0n === left.negative ? magnitude : -magnitude;
}

/** Below 2^53 the double difference is exact. */
const EXACT_DIGITS = 15;
export const MOST_DIGITS = 30;

function readDigits(text: string): { digits: string; negative: boolean } {
  let at = 0;
  let negative = false;
  while (at < text.length && !isDigit(text.charCodeAt(at))) {
    if (text.charCodeAt(at) === 0x2d) negative = true;
    at++;
  }
  let end = at;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return { digits: text.slice(at, end), negative };
}

function digitByDigit(digits: string): number {
  let number = 0;
  for (const digit of digits) number = number * 10 + Number(digit);
  return number;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
