import { kindOf, type Plain } from "../../base/index.ts";
import type { DataSourceDefinition } from "../../rrd/index.ts";

/** What a file takes: whole numbers beyond 2^53 as bigint. */
export type KnownReading = number | bigint;

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A value of a result as a reading for this type of data source (undefined: any), or the reason why it is unknown. */
export function toReading(
  value: Plain | undefined,
  type: DataSourceDefinition["type"] | undefined,
): KnownReading | { readonly reason: string } {
  if (type === undefined) return anyReading(value);
  const whole = type === "COUNTER" || type === "DERIVE";
  if (typeof value === "number") return whole ? wholeReading(value, type) : finiteReading(value);
  if (typeof value === "bigint") {
    if (type === "COUNTER" && value < 0n)
      return { reason: `${value} is below zero, which a COUNTER never is` };
    return whole ? value : Number(value);
  }
  if (typeof value === "string") return textReading(value, type, whole);
  return { reason: value === undefined ? "it is not in the result" : `it is ${kindOf(value)}, not a number` };
}

/** For a type that is not known yet: nothing of the number is lost, and `toReading` takes it again later. */
function anyReading(value: Plain | undefined): KnownReading | { readonly reason: string } {
  const whole = typeof value === "bigint" || (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value));
  const reading = toReading(value, whole ? "DERIVE" : "GAUGE");
  return typeof reading === "bigint" && isSafe(reading) ? Number(reading) : reading;
}

function isSafe(value: bigint): boolean {
  return Number.isSafeInteger(Number(value));
}

function finiteReading(value: number): KnownReading | { readonly reason: string } {
  return Number.isFinite(value) ? value : { reason: `it is ${value}` };
}

function wholeReading(value: number, type: string): KnownReading | { readonly reason: string } {
  if (!Number.isInteger(value)) {
    return { reason: `${value} is not a whole number, as ${type} needs; use type D${type}` };
  }
  if (type === "COUNTER" && value < 0) return { reason: `${value} is below zero, which a COUNTER never is` };
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

function textReading(
  value: string,
  type: DataSourceDefinition["type"],
  whole: boolean,
): KnownReading | { readonly reason: string } {
  const text = value.trim();
  if (!numberText.test(text)) {
    const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
    return { reason: `"${shown}" is not a number` };
  }
  // More digits than a file keeps of a reading would not be compared right later.
  if (whole && /^[+-]?\d{1,29}$/.test(text)) return toReading(BigInt(text.replace("+", "")), type);
  return whole ? wholeReading(Number(text), type) : finiteReading(Number(text));
}
