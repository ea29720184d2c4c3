import {
  assertNever,
  formatDuration,
  type Happening,
  type HappeningType,
  type LogLevel,
  type Plain,
  type Problem,
  type SinkCounts,
} from "../base/index.ts";
import { toJson } from "./output.ts";

export const levels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** How loud a happening can be at most; a listener asks only for those it will write. */
const loudest: Readonly<Record<HappeningType, LogLevel>> = {
  "file:loaded": "debug",
  "problem:found": "error",
  "tag:processed": "trace",
  "step:started": "trace",
  "step:finished": "trace",
  "step:failed": "error",
  "step:retried": "warn",
  "thread:started": "info",
  "thread:finished": "info",
  "thread:skipped": "warn",
  "thread:failed": "error",
  "thread:restarting": "warn",
  "thread:gave-up": "error",
  "thread:dropped": "warn",
  "script:reloaded": "info",
  "script:broken": "error",
  "sample:stored": "info",
  "sample:dropped": "warn",
  "field:unknown": "warn",
  "store:failed": "error",
  "sink:failed": "error",
  "sink:recovered": "info",
  "sink:closed": "warn",
  "graph:drawn": "info",
  "graph:failed": "error",
  "lock:acquired": "debug",
  "lock:released": "debug",
  "process:ready": "info",
  "process:stopping": "info",
  "log:written": "fatal",
};

export function typesFor(level: LogLevel): HappeningType[] {
  return (Object.keys(loudest) as HappeningType[]).filter((type) => isLoudEnough(loudest[type], level));
}

export function isLoudEnough(level: LogLevel, least: LogLevel): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

/** A happening as a line of the log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
  /** The thread it is about. */
  readonly thread?: string | undefined;
  readonly problem?: Problem;
}

/**
 * How loud each happening is and how it reads. What goes right again and again is `debug`; what a person waits for
 * (started, first value stored) or must know (failed, dropped) is louder.
 */
export function logLine(happening: Happening, isFirst: boolean): LogLine {
  const once = isFirst ? "info" : "debug";
  const { type } = happening;
  switch (type) {
    case "file:loaded":
      return line("debug", `loaded ${happening.file} in ${formatDuration(happening.seconds)}`);
    case "problem:found":
      return about(happening.problem, happening.problem.severity === "error" ? "error" : "warn");
    case "tag:processed":
      return line("trace", `tag "${happening.tag}" took ${formatDuration(happening.seconds)}`);
    case "step:started":
      return line("trace", `step ${happening.step} started`, happening.thread);
    case "step:finished":
      return line(
        "trace",
        `step ${happening.step} finished in ${formatDuration(happening.seconds)}`,
        happening.thread,
      );
    case "step:failed":
      // A thread tells of it itself, and `except` may handle it.
      return about(
        happening.problem,
        happening.thread === undefined ? "error" : "debug",
        happening.thread,
        `step ${happening.step} failed: `,
      );
    case "step:retried":
      return about(
        happening.problem,
        "warn",
        happening.thread,
        `step ${happening.step}, attempt ${happening.attempt} failed, next in ${formatDuration(happening.delay)}: `,
      );
    case "thread:started": {
      const rhythm = happening.interval === undefined ? "" : `, every ${formatDuration(happening.interval)}`;
      return line("info", `started${rhythm}`, happening.thread);
    }
    case "thread:finished":
      return line("info", `finished after ${count(happening.runs, "run")}`, happening.thread);
    case "thread:skipped": {
      const why = happening.reason === "overlap" ? "the run before it was not finished" : "it came too late";
      return line("warn", `${count(happening.runs, "run")} skipped: ${why}`, happening.thread);
    }
    case "thread:failed":
      return about(happening.problem, "error", happening.thread, "run failed: ");
    case "thread:restarting": {
      const next = `starting again in ${formatDuration(happening.delay)} (attempt ${happening.attempt})`;
      if (happening.problem === undefined) return line("warn", `ended, ${next}`, happening.thread);
      return about(happening.problem, "warn", happening.thread, `ended, ${next}: `);
    }
    case "thread:gave-up":
      return about(happening.problem, "error", happening.thread, "given up for good: ");
    case "thread:dropped":
      return line(
        "warn",
        `${count(happening.results, "result")} dropped: too fast to keep`,
        happening.thread,
      );
    case "script:reloaded":
      return line("info", `loaded the changed script ${happening.file}`);
    case "script:broken":
      return about(happening.problem, "error", undefined, "the last good version keeps running: ");
    case "sample:stored":
      return line(once, `stored ${values(happening.values)} in ${happening.file}`);
    case "sample:dropped":
      return line("warn", `value for ${happening.file} dropped: ${happening.reason}`);
    case "field:unknown":
      return line(
        "warn",
        `field "${happening.field}" of ${happening.file} stored as unknown: ${happening.reason}`,
      );
    case "store:failed":
      return about(happening.problem, "error", undefined, `cannot store in ${happening.file}: `);
    case "sink:failed": {
      const told = about(happening.problem, "error", undefined, `cannot store in ${happening.sink}: `);
      return { ...told, text: `${told.text} (${counted(happening.counts)})` };
    }
    case "sink:recovered":
      return line("info", `${happening.sink} works again (${counted(happening.counts)})`);
    case "sink:closed": {
      const { dropped, rejected } = happening.counts;
      return line(
        dropped + rejected > 0 ? "warn" : "debug",
        `${happening.sink}: ${counted(happening.counts)}`,
      );
    }
    case "graph:drawn":
      return line(once, `drew ${happening.file} in ${formatDuration(happening.seconds)}`);
    case "graph:failed":
      return about(happening.problem, "error", undefined, `cannot draw ${happening.file}: `);
    case "lock:acquired":
      return line("debug", `took the lock "${happening.lock}"`);
    case "lock:released":
      return line("debug", `released the lock "${happening.lock}"`);
    case "process:ready":
      return line("info", "running; Ctrl-C ends it");
    case "process:stopping":
      return line("info", `stopping: ${happening.reason}`);
    case "log:written":
      return line(happening.level, happening.text, happening.thread);
    default:
      return assertNever(type);
  }
}

function line(level: LogLevel, text: string, thread?: string): LogLine {
  return { level, text, thread };
}

function about(problem: Problem, level: LogLevel, thread?: string, lead = ""): LogLine {
  return { level, text: lead + problem.message, thread, problem };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What was sent, and whatever else there is to know. */
function counted({ sent, waiting, dropped, rejected, failures }: SinkCounts): string {
  const more = [
    waiting > 0 ? `${waiting} waiting` : "",
    dropped > 0 ? `${dropped} dropped` : "",
    rejected > 0 ? `${rejected} refused` : "",
    failures > 0 ? `${count(failures, "attempt")} failed` : "",
  ];
  return [`${count(sent, "sample")} sent`, ...more.filter((part) => part !== "")].join(", ");
}

function values(stored: Plain): string {
  const text = toJson(stored);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
