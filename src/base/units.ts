/** Brands for numbers that are easily swapped. */
export type Seconds = number & { readonly __unit: "s" };
export type Milliseconds = number & { readonly __unit: "ms" };
/** Seconds since 1970-01-01 UTC, may have a fraction. */
export type EpochSeconds = number & { readonly __unit: "epoch s" };
/** Milliseconds since 1970-01-01 UTC, may have a fraction. */
export type EpochMilliseconds = number & { readonly __unit: "epoch ms" };
export type Bytes = number & { readonly __unit: "byte" };

/** Seconds per duration unit. Months and years are RRDtool's fixed ones (31 and 366 days). */
const durationUnits: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_678_400,
  y: 31_622_400,
};

/** Bytes per size unit: `k` is 1000, `Ki` is 1024; a trailing `B` may follow. */
const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

const numberAndUnit = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*([A-Za-z]*)$/;

function split(text: string): { value: number; unit: string } | undefined {
  const match = numberAndUnit.exec(text.trim());
  if (match === null) return undefined;
  const value = Number(match[1]);
  return Number.isFinite(value) ? { value, unit: match[2] ?? "" } : undefined;
}

/** `5`, `"200ms"`, `"5m"`, `"1.5h"` as seconds; undefined when it is no duration. A bare number is seconds. */
export function parseDuration(value: unknown): Seconds | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? (value as Seconds) : undefined;
  if (typeof value !== "string") return undefined;
  const parts = split(value);
  if (parts === undefined) return undefined;
  const factor =
    parts.unit === "" ? 1 : Object.hasOwn(durationUnits, parts.unit) ? durationUnits[parts.unit] : undefined;
  if (factor === undefined) return undefined;
  // 200 * 0.001 is exact enough; dividing keeps 200ms = 0.2 instead of 0.2000…01.
  return (parts.unit === "ms" ? parts.value / 1000 : parts.value * factor) as Seconds;
}

/** `4096`, `"10k"`, `"4MiB"`, `"1.5 GB"` as bytes; undefined when it is no size. */
export function parseBytes(value: unknown): Bytes | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? (value as Bytes) : undefined;
  if (typeof value !== "string") return undefined;
  const parts = split(value);
  if (parts === undefined || parts.value < 0) return undefined;
  const unit = parts.unit.replace(/B$/, "");
  const factor = Object.hasOwn(byteUnits, unit) ? byteUnits[unit] : undefined;
  return factor === undefined ? undefined : (Math.round(parts.value * factor) as Bytes);
}

/** A number with either kind of unit, as conditions allow: `200ms`, `5m`, `10k`, `4MiB`. */
export function parseQuantity(text: string): number | undefined {
  return parseDuration(text) ?? parseBytes(text);
}

/** 0.0104 -> "10.4ms", 75 -> "1m15s": for people. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return String(seconds);
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))}ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(4))}s`;
  let left = Math.round(seconds);
  let text = "";
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text;
}

/** 1048576 -> "1 MiB", 1500 -> "1.46 KiB": for people. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let index = 0;
  while (Math.abs(value) >= 1024 && index < units.length - 1) {
    value /= 1024;
    index++;
  }
  return `${Number(value.toPrecision(3))} ${units[index]}`;
}
