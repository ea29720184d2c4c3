import { isMapping, type Seconds } from "../../base/index.ts";
import { OptionReader, show } from "./read-option.ts";
import { reportUnknownKeys } from "./unknown-keys.ts";

/** `retry: {times: 3, delay: 1, backoff: 2}`, or `retry: 3`. */
export interface Retry {
  /** Attempts after the first one. */
  readonly times: number;
  /** Before the first of them; default 1. */
  readonly delay: Seconds;
  /** Each further delay is that many times longer; default 1. */
  readonly backoff: number;
}

export const retryKeys = ["times", "delay", "backoff"] as const;
const DEFAULT_TIMES = 3;
const MOST_TIMES = 1000;
const LONGEST_DELAY = 3600;

export function parseRetry(step: OptionReader): Retry | undefined {
  const value = step.get("retry");
  if (value === undefined) return undefined;
  if (typeof value === "number") {
    const times = step.integer("retry", 1, MOST_TIMES);
    return times === undefined ? undefined : { times, delay: 1 as Seconds, backoff: 1 };
  }
  if (!isMapping(value))
    return step.wrong("retry", `"retry" must be {times, delay, backoff} or a number, not ${show(value)}`);
  const read = new OptionReader(value, step.at("retry"), step.check);
  const unknown = reportUnknownKeys('"retry"', value, retryKeys, read.path, step.check);
  const times = read.integer("times", 1, MOST_TIMES) ?? DEFAULT_TIMES;
  const delay = read.duration("delay", { zero: true }) ?? (1 as Seconds);
  const backoff = parseBackoff(read);
  if (unknown || read.failed) step.failed = true;
  return { times, delay, backoff };
}

function parseBackoff(read: OptionReader): number {
  const value = read.get("backoff");
  if (value === undefined) return 1;
  if (typeof value === "number" && value >= 1 && value <= 100) return value;
  read.wrong("backoff", `"backoff" must be a number from 1 to 100, not ${show(value)}`);
  return 1;
}

/** Seconds before attempt `attempt` (from 1); up to a tenth more, so that what failed together does not come back together. */
export function retryDelay(retry: Retry, attempt: number, random: number): number {
  const delay = Math.min(LONGEST_DELAY, retry.delay * retry.backoff ** (attempt - 1));
  return delay * (1 + random / 10);
}
