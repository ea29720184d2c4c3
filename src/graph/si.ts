/** A prefix of units: the number shown is the value divided by `factor`. */
export interface Prefix {
  readonly symbol: string;
  readonly factor: number;
}

const small = ["m", "µ", "n", "p", "f", "a", "z", "y"];
const large = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const none: Prefix = { symbol: "", factor: 1 };

/**
 * The prefix for numbers up to `magnitude`: powers of 1000 (`k`) or of 1024 (`Ki`). Small numbers from
 * `plainFrom` on are more readable as they are (0.25, not 250 m).
 */
export function prefixFor(magnitude: number, base: 1000 | 1024, plainFrom = 0.01): Prefix {
  const size = Math.abs(magnitude);
  if (!(size > 0) || !Number.isFinite(size)) return none;
  // A hair more: 999.9999999 is a thousand to the reader.
  const rounded = size * (1 + 1e-9);
  if (rounded >= base) {
    const power = Math.min(large.length, Math.floor(Math.log(rounded) / Math.log(base) + 1e-12));
    const symbol = large[power - 1] ?? "";
    return { symbol: base === 1024 ? `${symbol.toUpperCase()}i` : symbol, factor: base ** power };
  }
  if (rounded >= plainFrom) return none;
  const power = Math.min(small.length, Math.ceil(-Math.log10(rounded) / 3));
  return { symbol: small[power - 1] ?? "", factor: 10 ** (-3 * power) };
}

/** The prefix for a power of ten that was asked for; where there is no prefix of it, the power itself. */
export function prefixOf(exponent: number, base: 1000 | 1024): Prefix {
  const power = exponent / 3;
  const factor = base === 1024 ? 1024 ** power : 10 ** exponent;
  if (exponent === 0) return none;
  if (!Number.isInteger(power)) return { symbol: `×10^${exponent}`, factor };
  const symbol = power > 0 ? (large[power - 1] ?? "") : (small[-power - 1] ?? "");
  return { symbol: base === 1024 && power > 0 ? `${symbol.toUpperCase()}i` : symbol, factor };
}

/** Nobody says 50 milli-percent or leaves a bare number in thousandths; 0.0512 s is better read as 51.20 ms. */
export function isNatural(units: string): boolean {
  return units === "" || /^[%°]/.test(units);
}

/** A number for the legend: two decimals, its own prefix, the unit; an unknown one is a dash. */
export function formatValue(value: number, base: 1000 | 1024, units: string): string {
  if (Number.isNaN(value)) return "–";
  const prefix = prefixFor(value, base, isNatural(units) ? 0.001 : 0.1);
  const scaled = value / prefix.factor;
  const size = Math.abs(scaled);
  // A hundredth of a percent or a degree is fine enough, and stands well among others.
  const fine = units !== "" && isNatural(units) ? 0.01 : 0.1;
  const decimals = size < fine && size > 0 ? 4 : 2;
  const digits = size >= 1e5 || (size > 0 && size < 1e-3) ? exponent(scaled) : plain(scaled, decimals);
  const suffix = prefix.symbol + units;
  return suffix === "" ? digits : `${digits} ${suffix}`;
}

function plain(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
}

function exponent(value: number): string {
  return value.toExponential(2).replace("e+", "e");
}
