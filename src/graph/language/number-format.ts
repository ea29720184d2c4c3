import { arithmeticExponential, arithmeticFixed } from "./arithmetic-digits.ts";
import { GraphFault } from "./element-words.ts";

/** What a PRINT format may look like: one number, then perhaps a prefix of units. */
// One character at a time: a repetition within a repetition would try every way to cut a long text into pieces.
const shape =
  /^((?:[^%]|%%)*)%([-+ 0#]?)(\d*)(?:\.(\d+))?l([eEfFgG])((?:[^%]|%%)*)(?:%([sS]))?((?:[^%]|%%)*)$/s;

/** Wider or finer than this is no text anybody reads. */
const MOST_DIGITS = 1000;

export interface NumberFormat {
  readonly before: string;
  readonly flag: string;
  readonly width: number;
  readonly precision: number;
  readonly style: "e" | "E" | "f" | "F" | "g" | "G";
  readonly between: string;
  /** `s`: the prefix of this number; `S`: that of the number before it. */
  readonly prefix: "s" | "S" | undefined;
  readonly after: string;
}

export function parseNumberFormat(text: string, withPrefix = true): NumberFormat {
  const match = shape.exec(text);
  if (match === null || (!withPrefix && match[7] !== undefined)) {
    throw new GraphFault(
      `invalid format string '${text}' (should match '^(?:[^%]+|%%)*%[-+ 0#]?[0-9]*(?:[.][0-9]+)?l[eEfFgG](?:[^%]+|%%)*${withPrefix ? "(?:%[sS])?(?:[^%]+|%%)*" : ""}$')`,
    );
  }
  const [, before = "", flag = "", width = "", precision, style = "f", between = "", prefix, after = ""] =
    match;
  const format: NumberFormat = {
    before: before.replaceAll("%%", "%"),
    flag,
    width: Number(width),
    precision: precision === undefined ? 6 : Number(precision),
    style: style as NumberFormat["style"],
    between: between.replaceAll("%%", "%"),
    prefix: prefix as "s" | "S" | undefined,
    after: after.replaceAll("%%", "%"),
  };
  if (format.width > MOST_DIGITS || format.precision > MOST_DIGITS) {
    throw new GraphFault(`the format '${text}' asks for more than ${MOST_DIGITS} digits`);
  }
  return format;
}

const symbols = ["a", "f", "p", "n", "u", "m", " ", "k", "M", "G", "T", "P", "E"];
const PLAIN = 6;

/** The prefix of one number, kept for the `%S` of the next. */
export interface PrefixMemory {
  symbol: string;
  /** Undefined until a number other than 0 was printed with a prefix. */
  factor: number | undefined;
}

/** `exact`: as C does it; `arithmetic`: as exports do it, see there. */
export type Digits = "exact" | "arithmetic";

export function printNumber(
  format: NumberFormat,
  value: number,
  base: number,
  memory: PrefixMemory,
  digits: Digits = "exact",
): string {
  let shown = value;
  if (format.prefix === "S" && memory.factor !== undefined) shown = value / memory.factor;
  else if (format.prefix !== undefined) {
    shown = scale(value, base, memory);
    if (format.prefix === "S" && shown === 0) memory.factor = undefined;
  }
  const symbol = format.prefix === undefined ? "" : memory.symbol;
  return format.before + formatC(shown, format, digits) + format.between + symbol + format.after;
}

function scale(value: number, base: number, memory: PrefixMemory): number {
  if (value === 0 || Number.isNaN(value)) {
    memory.symbol = " ";
    memory.factor = 1;
    return value;
  }
  const power = Math.floor(Math.log(Math.abs(value)) / Math.log(base));
  memory.symbol = symbols[power + PLAIN] ?? "?";
  memory.factor = base ** power;
  return value / memory.factor;
}

/** C's `printf` of one double. */
export function formatC(
  value: number,
  { flag, width, precision, style }: Pick<NumberFormat, "flag" | "width" | "precision" | "style">,
  from: Digits = "exact",
): string {
  const upper = style === style.toUpperCase();
  let digits = Number.isFinite(value)
    ? finite(
        Math.abs(value),
        precision,
        style.toLowerCase(),
        flag === "#",
        from === "exact" ? exact : arithmetic,
      )
    : Number.isNaN(value)
      ? "nan"
      : "inf";
  if (upper) digits = digits.toUpperCase();
  // Unknown values have their sign set on every machine that rrdtool is usually met on.
  const signed = Object.is(value, -0) || Number.isNaN(value);
  const negative = value < 0 || (signed && from === "exact");
  const sign = negative ? "-" : flag === "+" || flag === " " ? flag : "";
  if (flag === "-") return (sign + digits).padEnd(width);
  if (flag === "0" && Number.isFinite(value)) return sign + digits.padStart(width - sign.length, "0");
  return (sign + digits).padStart(width);
}

interface DigitMaker {
  readonly fixed: (value: number, precision: number) => string;
  readonly exponential: (value: number, precision: number) => string;
}
const exact: DigitMaker = { fixed, exponential };
const arithmetic: DigitMaker = { fixed: arithmeticFixed, exponential: arithmeticExponential };

function finite(
  value: number,
  precision: number,
  style: string,
  keepZeros: boolean,
  make: DigitMaker,
): string {
  if (style === "f") return withPoint(make.fixed(value, precision), keepZeros);
  if (style === "e") return withPoint(make.exponential(value, precision), keepZeros);
  const wanted = precision === 0 ? 1 : precision;
  const scientific = make.exponential(value, wanted - 1);
  const exponent = Number(scientific.slice(scientific.indexOf("e") + 1));
  const text = exponent < -4 || exponent >= wanted ? scientific : make.fixed(value, wanted - 1 - exponent);
  if (keepZeros) return text;
  const [mantissa = "", power] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return power === undefined ? short : `${short}e${power}`;
}

function withPoint(text: string, wanted: boolean): string {
  return !wanted || text.includes(".") ? text : text.replace(/(?=e|$)/, ".");
}

const MOST_JS_DIGITS = 100;

/** Exact, and half to even where C has it so: `toFixed` rounds exact halves up. */
export function fixed(value: number, precision: number): string {
  const digits = Math.min(precision, MOST_JS_DIGITS);
  const text =
    value < 1e21
      ? halfToEven(value, value.toFixed(digits), digits)
      : wholeText(value) + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  // All the decimals a double can have in this style are at most 1074; the next ones are taken from the exact value.
  return precision > digits ? exactDecimals(value, precision) : text;
}

function wholeText(value: number): string {
  return BigInt(value).toString();
}

function exactDecimals(value: number, precision: number): string {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const mantissa = (raw & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const shift = Math.max(exponent, 1) - 1075;
  const scaled = mantissa * 10n ** BigInt(precision);
  const whole = shift >= 0 ? scaled << BigInt(shift) : rounded(scaled, BigInt(-shift));
  const text = whole.toString().padStart(precision + 1, "0");
  return `${text.slice(0, -precision)}.${text.slice(-precision)}`;
}

function rounded(value: bigint, shift: bigint): bigint {
  const floor = value >> shift;
  const rest = value - (floor << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (floor & 1n) === 1n) ? floor + 1n : floor;
}

function halfToEven(value: number, text: string, digits: number): string {
  // An exact half at this place is a multiple of 1/2^(digits + 1), which only short fractions are.
  if (digits > 22) return text;
  const doubled = value * 2 * 10 ** digits;
  if (!Number.isSafeInteger(doubled) || doubled % 2 === 0) return text;
  return digits === 0 ? exactWhole(value) : exactDecimals(value, digits);
}

function exactWhole(value: number): string {
  const floor = Math.floor(value);
  return String(value - floor === 0.5 ? floor + (floor % 2) : Math.round(value));
}

export function exponential(value: number, precision: number): string {
  const digits = Math.min(precision, MOST_JS_DIGITS);
  let text = value.toExponential(digits);
  const exact = tieBroken(value, text, digits);
  if (exact !== undefined) text = exact;
  const [mantissa = "", power = "+0"] = text.split("e");
  const more = precision > digits ? "0".repeat(precision - digits) : "";
  const size = power.slice(1).padStart(2, "0");
  return `${mantissa}${digits === 0 && more !== "" ? "." : ""}${more}e${power[0]}${size}`;
}

/** `toExponential` rounds exact halves up; C rounds them to even. */
function tieBroken(value: number, text: string, digits: number): string | undefined {
  if (value === 0 || digits > 20) return undefined;
  const longer = value.toExponential(Math.min(100, digits + 30));
  const point = longer.indexOf("e");
  const figures = longer.slice(0, point).replace(".", "");
  if (figures[digits + 1] !== "5" || /[1-9]/.test(figures.slice(digits + 2))) return undefined;
  if (Number(figures[digits]) % 2 === 1) return undefined;
  const kept = figures.slice(0, digits + 1);
  const mantissa = digits === 0 ? kept : `${kept[0]}.${kept.slice(1)}`;
  return text.startsWith(`${mantissa}e`) ? undefined : `${mantissa}e${longer.slice(point + 1)}`;
}
