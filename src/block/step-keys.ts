/**
 * The keys of a step. `schemas/block.schema.json` describes each of them; a test holds both together.
 */

/** Each step has exactly one of these, or an `if …`, or is a `timeseries collect` alone. */
export const stepKinds = [
  "script",
  "shell",
  "set",
  "cd",
  "call",
  "steps",
  "template",
  "log",
  "put",
  "shared",
  "except",
  "finally",
] as const;
export type StepKind = (typeof stepKinds)[number];

export const stepOptions = [
  "cache",
  "interval",
  "thread_id",
  "duration",
  "history",
  "cron",
  "align",
  "timeout",
  "retry",
  "overlap",
  "as",
  "env",
  "memory",
  "isolate",
  "longrunning",
  "restart",
  "timeseries collect",
  "parse",
  "with",
  "level",
] as const;
export type StepOption = (typeof stepOptions)[number];
