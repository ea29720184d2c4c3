import { parseNumber } from "../../rrd/index.ts";
import { GraphFault } from "./element-words.ts";
import { type NumberFormat, parseNumberFormat } from "./number-format.ts";

export const timeUnits = ["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"] as const;
export type TimeUnit = (typeof timeUnits)[number];
export interface TimeStep {
  readonly unit: TimeUnit;
  readonly count: number;
}

export type TimeGrid =
  | { readonly kind: "auto" | "none" }
  | {
      readonly kind: "custom";
      readonly minor: TimeStep;
      readonly major: TimeStep;
      readonly label: TimeStep;
      /** Seconds that a label is about: it stands in their middle. */
      readonly about: number;
      readonly format: string;
    };

const MOST_COUNT = 100_000;

/** `HOUR:1:DAY:1:DAY:1:86400:%a` or `none` */
export function readTimeGrid(text: string | undefined): TimeGrid {
  if (text === undefined) return { kind: "auto" };
  if (text === "none") return { kind: "none" };
  const match = /^([A-Z]+):(\d+):([A-Z]+):(\d+):([A-Z]+):(\d+):(\d+):(.*)$/s.exec(
    text.replaceAll("\\:", ":"),
  );
  if (match === null) throw new GraphFault("invalid x-grid format");
  const step = (at: number): TimeStep => {
    const unit = timeUnits.find((one) => one === match[at]);
    if (unit === undefined) throw new GraphFault(`unknown keyword ${match[at]}`);
    const count = Number(match[at + 1]);
    if (count < 1 || count > MOST_COUNT) throw new GraphFault("invalid x-grid format");
    return { unit, count };
  };
  return {
    kind: "custom",
    minor: step(1),
    major: step(3),
    label: step(5),
    about: Number(match[7]),
    format: match[8] ?? "",
  };
}

export type ValueGrid =
  | { readonly kind: "auto" | "none" }
  | { readonly kind: "custom"; readonly step: number; readonly labelEvery: number };

/** `STEP:FACTOR` or `none` */
export function readValueGrid(text: string | undefined): ValueGrid {
  if (text === undefined) return { kind: "auto" };
  if (text === "none") return { kind: "none" };
  const [first = "", second, ...more] = text.split(":");
  const step = parseNumber(first);
  const labelEvery = Number(second);
  if (typeof step !== "number" || more.length > 0 || !/^\d{1,6}$/.test(second ?? "")) {
    throw new GraphFault("invalid y-grid format");
  }
  if (!(step > 0) || !Number.isFinite(step)) throw new GraphFault("grid step must be > 0");
  if (labelEvery < 1) throw new GraphFault("label factor must be > 0");
  return { kind: "custom", step, labelEvery };
}

export function readGridDash(text: string | undefined): readonly [on: number, off: number] | undefined {
  if (text === undefined) return undefined;
  const [on, off] = text.split(":").map((part) => parseNumber(part));
  if (
    typeof on !== "number" ||
    typeof off !== "number" ||
    !(on > 0) ||
    !(off >= 0) ||
    on > 1000 ||
    off > 1000
  ) {
    throw new GraphFault("invalid grid-dash format");
  }
  return [on, off];
}

export type AxisFormat =
  | { readonly kind: "auto" }
  | { readonly kind: "number"; readonly format: NumberFormat }
  | { readonly kind: "timestamp"; readonly format: string }
  | { readonly kind: "duration"; readonly format: string };

/** How an axis says its values: with a number format, as a moment or as a duration in milliseconds. */
export function readAxisFormat(
  side: "left" | "right",
  format: string | undefined,
  formatter: string | undefined,
): AxisFormat {
  switch (formatter) {
    case undefined:
    case "numeric":
      return format === undefined
        ? { kind: "auto" }
        : { kind: "number", format: parseNumberFormat(format, false) };
    case "timestamp":
      return { kind: "timestamp", format: format ?? "%Y-%m-%d %H:%M:%S" };
    case "duration":
      return { kind: "duration", format: format ?? "%H:%m:%s" };
    default:
      throw new GraphFault(side === "left" ? "Unknown left axis formatter" : "Unknown right axis formatter");
  }
}
