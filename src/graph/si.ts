/** A prefix of units: the number shown is the value divided by `factor`. */
export interface Prefix {
  readonly symbol: string;
  readonly factor: number;
}

const small = ["m", "µ", "n", "p", "f", "a", "z", "y"];
const large = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const none: Prefix = { symbol: "", factor: 1 };

/**
 * The prefix for numbers up to `magnitude`: powers of 1000 (`k`) or of 1024 (`Ki`). From 0.01 on small numbers are
 * more readable as they are (0.25, not 250 m).
 */
export function prefixFor(magnitude: number, base: 1000 | 1024): Prefix {
  const size = Math.abs(magnitude);
  if (!(size > 0) || !Number.isFinite(size)) return none;
  // A hair more than the power of ten: 0.9999999 of a thousand rounds to a thousand.
  const rounded = size * (1 + 1e-9);
  if (rounded >= base) {
    const power = Math.min(large.length, Math.floor(Math.log(rounded) / Math.log(base) + 1e-12));
    const symbol = large[power - 1] ?? "";
    return { symbol: base === 1024 ? `${symbol.toUpperCase()}i` : symbol, factor: base ** power };
  }
  if (rounded >= 0.01) return none;
  const power = Math.min(small.length, Math.ceil(-Math.log10(rounded) / 3));
  return { symbol: small[power - 1] ?? "", factor: 10 ** (-3 * power) };
}

/** A number for the legend: two decimals, its own prefix, the unit; an unknown one is a dash. */
export function formatValue(value: number, base: 1000 | 1024, units: string): string {
  if (Number.isNaN(value)) return "–";
  const prefix = prefixFor(value, base);
  const scaled = value / prefix.factor;
  const digits =
    Math.abs(scaled) >= 1e5 || (scaled !== 0 && Math.abs(scaled) < 1e-3) ? exponent(scaled) : plain(scaled);
  const suffix = prefix.symbol + units;
  if (suffix === "") return digits;
  return `${digits} ${suffix}`;
}

function plain(value: number): string {
  const text = value.toFixed(2);
  return text === "-0.00" ? "0.00" : text;
}

function exponent(value: number): string {
  return value.toExponential(2).replace("e+", "e");
}
