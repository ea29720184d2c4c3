import { internalError, type Result } from "../base/index.ts";

/** A time that may hang on the other end of a period (`end-1h`, `start+1d`). */
export type AtTime =
  | { readonly relativeTo: "absolute"; readonly epoch: number }
  | {
      readonly relativeTo: "start" | "end" | "epoch";
      /** Seconds; the others are calendar units in local time. */
      readonly seconds: number;
      readonly days: number;
      readonly months: number;
      readonly years: number;
    };

/** Reads RRDtool's at-style time (`now-1d`, `midnight`, `end-1h`, `12:30 13.09.2020`, epoch seconds). `now`: epoch seconds. */
export function parseAtTime(_text: string, _now: number): Result<AtTime> {
  throw internalError("parseAtTime is not built yet");
}

/** A period of two at-style times, one of which may be relative to the other; epoch seconds. */
export function parsePeriod(
  _start: string,
  _end: string,
  _now: number,
): Result<{ start: number; end: number }> {
  throw internalError("parsePeriod is not built yet");
}
