/**
 * Decimal texts as rrdtool reads them: digit by digit in double arithmetic, so the last bit may differ from
 * JavaScript's correctly rounded `Number(text)`. Files are only equal bit for bit when this is done the same way.
 */
export interface NumberFault {
  /** "Cannot convert 'x' to float" and the like: rrdtool's words. */
  readonly fault: string;
}

const SMALLEST_EXPONENT = -1021;
const LARGEST_EXPONENT = 1024;
/** Integers below this are exact in every intermediate step. */
const MOST_EXACT_DIGITS = 15;

export function parseNumber(text: string): number | NumberFault {
  const { length } = text;
  let at = 0;
  while (at < length && isSpace(text.charCodeAt(at))) at++;
  let negative = false;
  const first = text.charCodeAt(at);
  if (first === 0x2d || first === 0x2b) {
    negative = first === 0x2d;
    at++;
  }
  let number = 0;
  let digits = 0;
  let decimals = 0;
  for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
    number = number * 10 + digit;
    digits++;
  }
  if (at === length && digits > 0 && digits <= MOST_EXACT_DIGITS) return negative ? -number : number;
  if (text.charCodeAt(at) === 0x2e) {
    at++;
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
      number = number * 10 + digit;
      digits++;
      decimals++;
    }
  }
  if (digits === 0) return parseSpecial(text) ?? cannotConvert(text);
  let exponent = -decimals;
  const letter = text.charCodeAt(at);
  if (letter === 0x65 || letter === 0x45) {
    at++;
    const sign = text.charCodeAt(at);
    if (sign === 0x2d || sign === 0x2b) at++;
    let given = 0;
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at))
      given = Math.min(given * 10 + digit, 1e9);
    exponent += sign === 0x2d ? -given : given;
  }
  if (exponent < SMALLEST_EXPONENT || exponent > LARGEST_EXPONENT) return cannotConvert(text);
  number = exponent < 0 ? dividedByTens(number, -exponent) : timesTens(number, exponent);
  if (negative) number = -number;
  if (at < length) {
    return {
      fault: `Converted '${text}' to ${sixDecimals(number)}, but cannot convert '${text.slice(at)}'`,
    };
  }
  return number;
}

/** By 10 to the power of `count`, in rrdtool's steps. */
export function dividedByTens(number: number, count: number): number {
  let power = 10;
  for (let left = count; left > 0; left >>= 1) {
    if (left & 1) number /= power;
    power *= power;
  }
  return number;
}

function timesTens(number: number, count: number): number {
  let power = 10;
  for (let left = count; left > 0; left >>= 1) {
    if (left & 1) number *= power;
    power *= power;
  }
  return number;
}

/** Only a prefix is looked at: `infinity` and `nanx` pass; `+inf` and ` nan` do not. */
function parseSpecial(text: string): number | undefined {
  const match = /^(-?)(nan|inf)/i.exec(text);
  if (match === null) return undefined;
  if (match[2]?.toLowerCase() === "nan") return Number.NaN;
  return match[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function cannotConvert(text: string): NumberFault {
  return { fault: `Cannot convert '${text}' to float` };
}

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at) - 0x30;
  return code >= 0 && code <= 9 ? code : -1;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** C's `%f`, exact also where `toFixed` turns to exponents. */
function sixDecimals(number: number): string {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number < 0 ? "-inf" : "inf";
  return Math.abs(number) < 1e21 ? number.toFixed(6) : `${BigInt(number)}.000000`;
}
