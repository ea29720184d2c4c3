import type { ForecastArchive, ForecastConsolidation } from "./definition.ts";
import { parseScaledDuration } from "./duration.ts";
import { DEFAULT_SMOOTHING, LONGEST_WINDOW } from "./forecast-parameters.ts";
import { parseNumber } from "./number-text.ts";

type Fault = { readonly fault: string };

export interface ParsedForecast {
  /** More than one: HWPREDICT without the number of a SEASONAL archive brings all it needs. */
  readonly archives: readonly ForecastArchive[];
  /** A smoothing window was asked for. */
  readonly needsVersion4: boolean;
}

const fewest: Readonly<Record<ForecastConsolidation, number>> = {
  HWPREDICT: 5,
  MHWPREDICT: 5,
  SEASONAL: 4,
  DEVSEASONAL: 4,
  DEVPREDICT: 3,
  FAILURES: 5,
};

/** Of the archives that an HWPREDICT archive brings along. */
const DEFAULT_THRESHOLD = 7;
const DEFAULT_WINDOW = 9;
const SMOOTHING = "smoothing-window";

/** `fields`: `HWPREDICT`, `1440`, `0.1` …; `index`: the archive's own, from 0; `step` in seconds. */
export function parseForecast(
  cf: ForecastConsolidation,
  fields: readonly string[],
  index: number,
  step: number,
): ParsedForecast | Fault {
  if (fields.length < fewest[cf])
    return { fault: `Expected at least ${fewest[cf]} arguments for RRA but got ${fields.length}` };
  const [, rowsText = "", ...rest] = fields;
  const rows = parseScaledDuration(rowsText, step);
  if (typeof rows !== "number") return { fault: `Invalid row count ${rowsText}: ${rows.fault}` };
  switch (cf) {
    case "HWPREDICT":
    case "MHWPREDICT":
      return parsePrediction(cf, rows, rest, index);
    case "SEASONAL":
    case "DEVSEASONAL":
      return parseSeason(cf, rows, rest);
    case "DEVPREDICT":
      if (rest.length > 1) return extra(cf);
      return { archives: [{ cf, rows, leansOn: archiveIndex(rest[0]) }], needsVersion4: false };
    case "FAILURES":
      return parseFailures(rows, rest);
  }
}

function parsePrediction(
  cf: "HWPREDICT" | "MHWPREDICT",
  rows: number,
  rest: readonly string[],
  index: number,
): ParsedForecast | Fault {
  const alpha = share("alpha", rest[0]);
  if (typeof alpha !== "number") return alpha;
  const beta = share("beta", rest[1]);
  if (typeof beta !== "number") return beta;
  const period = leadingNumber(rest[2]);
  if (period > rows) return { fault: "Length of seasonal cycle exceeds length of HW prediction array" };
  if (rest.length > 4) return extra(cf);
  const own = (leansOn: number): ForecastArchive => ({ cf, rows, alpha, beta, period, leansOn });
  if (rest.length === 4) return { archives: [own(archiveIndex(rest[3]))], needsVersion4: false };
  const season = { rows: period, gamma: alpha, leansOn: index, smoothingWindow: 0 };
  return {
    archives: [
      own(index + 1),
      { cf: "SEASONAL", ...season },
      { cf: "DEVSEASONAL", ...season },
      { cf: "DEVPREDICT", rows, leansOn: index + 2 },
      {
        cf: "FAILURES",
        rows: period,
        threshold: DEFAULT_THRESHOLD,
        window: DEFAULT_WINDOW,
        leansOn: index + 2,
      },
    ],
    needsVersion4: false,
  };
}

function parseSeason(
  cf: "SEASONAL" | "DEVSEASONAL",
  rows: number,
  rest: readonly string[],
): ParsedForecast | Fault {
  const gamma = share("gamma", rest[0]);
  if (typeof gamma !== "number") return gamma;
  const leansOn = archiveIndex(rest[1]);
  const [option] = rest.slice(2);
  if (option === undefined) return { archives: [{ cf, rows, gamma, leansOn }], needsVersion4: false };
  const match = new RegExp(`^${SMOOTHING}(?:=(.*))?$`, "s").exec(option);
  if (match === null) return { fault: `Invalid option ${option}` };
  if (rest.length > 3) return extra(cf);
  // Without a number the default counts, but as one that was asked for.
  const text = /^[-+\d.eE]*/.exec(match[1] ?? "")?.[0] ?? "";
  const smoothingWindow = text === "" && (match[1] ?? "") === "" ? DEFAULT_SMOOTHING : parseNumber(text);
  if (typeof smoothingWindow !== "number") return { fault: `Invalid option ${option}` };
  if (!(smoothingWindow >= 0 && smoothingWindow <= 1)) {
    const shown = smoothingWindow.toFixed(6);
    return { fault: `Invalid smoothing-window ${shown}: must be between 0 and 1` };
  }
  return { archives: [{ cf, rows, gamma, leansOn, smoothingWindow }], needsVersion4: true };
}

function parseFailures(rows: number, rest: readonly string[]): ParsedForecast | Fault {
  const threshold = leadingNumber(rest[0]);
  if (threshold < 1 || threshold > LONGEST_WINDOW)
    return { fault: `Failure threshold is out of range 1, ${LONGEST_WINDOW}` };
  const window = leadingNumber(rest[1]);
  if (window < threshold) return { fault: "Window length is shorter than the failure threshold" };
  if (window > LONGEST_WINDOW) return { fault: `Window length is out of range 1, ${LONGEST_WINDOW}` };
  if (rest.length > 3) return extra("FAILURES");
  return {
    archives: [{ cf: "FAILURES", rows, threshold, window, leansOn: archiveIndex(rest[2]) }],
    needsVersion4: false,
  };
}

function share(name: string, text = ""): number | Fault {
  const number = parseNumber(text);
  return typeof number === "number" && number > 0 && number < 1
    ? number
    : { fault: `Invalid ${name}: must be between 0 and 1` };
}

/** Whole numbers stop at the first character that is no digit; without digits they are 0. */
function leadingNumber(text = ""): number {
  return Number(/^\s*([-+]?\d+)/.exec(text)?.[1] ?? 0);
}

/** Counted from 1 on the command line. */
function archiveIndex(text: string | undefined): number {
  return leadingNumber(text) - 1;
}

function extra(cf: string): Fault {
  return { fault: `Unexpected extra argument for consolidation function ${cf}` };
}
