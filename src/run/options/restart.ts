import { isMapping, type Seconds } from "../../base/index.ts";
import type { RestartPolicy } from "../threads/definition.ts";
import { OptionReader, show } from "./read-option.ts";
import { reportUnknownKeys } from "./unknown-keys.ts";

export const restartKeys = ["when", "delay", "max_delay", "healthy_after", "give_up_after"] as const;
const whens = ["always", "failure", "never"] as const;

const defaults: RestartPolicy = {
  when: "failure",
  delay: 0.1 as Seconds,
  maxDelay: 30 as Seconds,
  healthyAfter: 10 as Seconds,
  giveUpAfter: 10,
};

/** `restart: {when, delay, max_delay, healthy_after, give_up_after}`, or `restart: always`. */
export function parseRestart(step: OptionReader): RestartPolicy {
  const value = step.get("restart");
  if (value === undefined) return defaults;
  if (typeof value === "string") return { ...defaults, when: step.choice("restart", whens) ?? defaults.when };
  if (!isMapping(value)) {
    step.wrong("restart", `"restart" must be a mapping or one of ${whens.join(", ")}, not ${show(value)}`);
    return defaults;
  }
  const read = new OptionReader(value, step.at("restart"), step.check);
  const unknown = reportUnknownKeys('"restart"', value, restartKeys, read.path, step.check);
  const delay = read.duration("delay", { least: 0.01 }) ?? defaults.delay;
  const maxDelay = read.duration("max_delay") ?? (Math.max(delay, defaults.maxDelay) as Seconds);
  if (maxDelay < delay) read.wrong("max_delay", `"max_delay" must not be less than "delay"`);
  const policy: RestartPolicy = {
    when: read.choice("when", whens) ?? defaults.when,
    delay,
    maxDelay,
    healthyAfter: read.duration("healthy_after", { zero: true }) ?? defaults.healthyAfter,
    giveUpAfter: read.integer("give_up_after", 0, 1_000_000) ?? defaults.giveUpAfter,
  };
  if (unknown || read.failed) step.failed = true;
  return policy;
}
