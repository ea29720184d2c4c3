import { isMapping, type Seconds } from "../../base/index.ts";
import { type CollectDefinition, parseCollect } from "../collect/index.ts";
import { type OptionReader, show } from "./read-option.ts";

/** `timeseries collect: {…}`: fields of this step's result are stored. */
export function parseCollectOption(
  step: OptionReader,
  interval: Seconds | undefined,
  thread: string | undefined,
): CollectDefinition | undefined {
  const value = step.get("timeseries collect");
  if (value === undefined) return undefined;
  if (!isMapping(value))
    return step.wrong("timeseries collect", `"timeseries collect" must be a mapping, not ${show(value)}`);
  const definition = parseCollect(value, step.at("timeseries collect"), step.check, interval, thread);
  if (definition === undefined) step.failed = true;
  return definition;
}
