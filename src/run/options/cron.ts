import { createRequire } from "node:module";
import type { Cron as CronClass } from "croner";
import type { OptionReader } from "./read-option.ts";

export interface CronTimes {
  readonly pattern: string;
  /** The next time after `after`, both epoch milliseconds; undefined: never again. Local time zone. */
  next(after: number): number | undefined;
}

/** `cron: "*\/5 * * * *"`: five fields, or six with seconds first. */
export function parseCron(step: OptionReader): CronTimes | undefined {
  const pattern = step.text("cron");
  if (pattern === undefined) return undefined;
  // Loaded when a file has a `cron:`, so that the others start faster; checking a file cannot wait for an `import()`.
  const { Cron } = createRequire(import.meta.url)("croner") as { Cron: typeof CronClass };
  try {
    const cron = new Cron(pattern.trim(), { paused: true, mode: "5-or-6-parts" });
    const times: CronTimes = {
      pattern,
      next: (after) => cron.nextRun(new Date(after))?.getTime(),
    };
    if (times.next(Date.now()) === undefined)
      return step.wrong("cron", `"cron" has no future time: "${pattern}"`);
    return times;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return step.wrong(
      "cron",
      `"cron" is no calendar pattern: "${pattern}"`,
      why,
      "minute hour day month weekday, for example */5 * * * *",
    );
  }
}
