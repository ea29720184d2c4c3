import { parseDuration, type Seconds } from "../../base/index.ts";
import type { RestartPolicy } from "../threads/definition.ts";
import { type CronTimes, parseCron } from "./cron.ts";
import { type OptionReader, show } from "./read-option.ts";
import { parseRestart } from "./restart.ts";

/** When a step runs again: undefined for one that only reads a thread of that id, if there is one. */
export type Repeat =
  | {
      readonly kind: "interval";
      readonly interval: Seconds;
      readonly align: boolean;
      readonly overlap: Overlap;
    }
  | { readonly kind: "cron"; readonly times: CronTimes; readonly overlap: Overlap }
  | { readonly kind: "long-running"; readonly restart: RestartPolicy };

export type Overlap = "skip" | "queue";

export interface ThreadOptions {
  /** As written; undefined: named after the step's place. */
  readonly id: string | undefined;
  readonly repeat: Repeat | undefined;
  readonly duration: Seconds | undefined;
  readonly history: number;
}

/** Shorter intervals are refused. */
const LEAST_INTERVAL = 0.01;
const DEFAULT_HISTORY = 100;
const MOST_HISTORY = 100_000;
const MOST_ID_BYTES = 255;

export const threadKeys = [
  "cache",
  "interval",
  "cron",
  "align",
  "overlap",
  "thread_id",
  "duration",
  "history",
] as const;

/** Undefined when the step simply runs once. */
export function parseThread(step: OptionReader): ThreadOptions | undefined {
  const name = cacheName(step);
  const id = parseId(step) ?? name;
  const repeat = parseRepeat(step, name !== undefined);
  const duration = step.duration("duration");
  const history = step.integer("history", 1, MOST_HISTORY) ?? DEFAULT_HISTORY;
  const needs = (keys: readonly string[], fits: boolean, what: string) => {
    for (const key of keys)
      if (step.has(key) && !fits) step.wrongKey(key, `"${key}" needs ${what} in the same step`);
  };
  if (!step.failed) {
    needs(["align"], repeat?.kind === "interval", '"cache"');
    needs(["overlap"], repeat?.kind === "interval" || repeat?.kind === "cron", '"cache" or "cron"');
    needs(["duration", "history"], repeat !== undefined, '"cache", "cron" or "longrunning"');
    needs(["restart"], repeat?.kind === "long-running", '"longrunning: true"');
  }
  if (repeat === undefined && id === undefined) return undefined;
  return { id, repeat, duration, history };
}

function parseRepeat(step: OptionReader, named: boolean): Repeat | undefined {
  const ways = ["cache", "cron", "longrunning"].filter((key) => step.has(key) && step.get(key) !== false);
  const [, second] = ways;
  if (second !== undefined)
    return step.wrongKey(
      second,
      `"${ways[0]}" and "${second}" exclude each other: one says when a step runs`,
    );
  if (step.has("interval") && ways[0] !== undefined && !named)
    return step.wrongKey(
      "interval",
      `"${ways[0]}" already says when the step runs`,
      'write only "cache: SECONDS"',
    );
  const overlap = step.choice("overlap", ["skip", "queue"]) ?? "skip";
  const longrunning = step.flag("longrunning");
  const restart = parseRestart(step);
  if (longrunning === true) return { kind: "long-running", restart };
  const align = step.flag("align") ?? false;
  if (step.has("cron")) {
    const times = parseCron(step);
    return times === undefined ? undefined : { kind: "cron", times, overlap };
  }
  const key = step.has("interval") ? "interval" : "cache";
  const interval = step.duration(key, { least: LEAST_INTERVAL });
  return interval === undefined ? undefined : { kind: "interval", interval, align, overlap };
}

/** `cache: NAME` with `interval: SECONDS`: the older spelling. */
function cacheName(step: OptionReader): string | undefined {
  const value = step.get("cache");
  if (typeof value !== "string" || parseDuration(value) !== undefined) return undefined;
  if (step.has("interval")) return checkId(step, "cache", value);
  return step.wrong(
    "cache",
    `"cache" must be a time such as 5, 200ms or 1m, not ${show(value)}`,
    'as a name it needs "interval: SECONDS" beside it',
  );
}

function parseId(step: OptionReader): string | undefined {
  const id = step.text("thread_id");
  return id === undefined ? undefined : checkId(step, "thread_id", id);
}

function checkId(step: OptionReader, key: string, id: string): string | undefined {
  const bytes = Buffer.byteLength(id);
  if (bytes > MOST_ID_BYTES)
    return step.wrong(key, `"${key}" has ${bytes} bytes, more than ${MOST_ID_BYTES}: ${show(id)}`);
  if (/\p{Cc}/u.test(id)) return step.wrong(key, `"${key}" has control characters in it`);
  return id;
}
