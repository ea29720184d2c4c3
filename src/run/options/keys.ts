import type { Options } from "../steps/step.ts";
import { threadKeys } from "./thread.ts";

/** The keys of a step that belong to each option. */
export const optionKeys: Record<Options, readonly string[]> = {
  thread: threadKeys,
  longrunning: ["longrunning", "restart"],
  timeout: ["timeout"],
  retry: ["retry"],
  as: ["as"],
  env: ["env"],
  collect: ["timeseries collect"],
  memory: ["memory"],
  isolate: ["isolate"],
  parse: ["parse"],
  with: ["with"],
  level: ["level"],
};

export const allOptionKeys: readonly string[] = Object.values(optionKeys).flat();
