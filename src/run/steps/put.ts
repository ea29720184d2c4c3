import { getKey, isMapping, kindOf, lookUp } from "../../base/index.ts";
import { SharedError } from "../../unidist/index.ts";
import type { Failure } from "../failure.ts";
import { OptionReader } from "../options/read-option.ts";
import { reportUnknownKeys } from "../options/unknown-keys.ts";
import { failedStep, type StepKind } from "./step.ts";

const putKeys = ["queue", "value", "key"] as const;

/** `put: {queue: name, value: path, key: text}`: a value of pipe data to a shared queue. */
export const put: StepKind = {
  options: ["thread", "timeout", "retry"],
  parse({ value, path, place, parsing: { check } }) {
    if (!isMapping(value)) {
      check.report("bad-step", `"put" must be {queue: NAME, value: PATH}, not ${kindOf(value)}`, { path });
      return undefined;
    }
    const read = new OptionReader(value, path, check);
    const unknown = reportUnknownKeys('"put"', value, putKeys, path, check);
    const name = read.text("queue");
    const text = read.text("value");
    const key = read.text("key");
    for (const needed of ["queue", "value"])
      if (getKey(value, needed) === undefined)
        check.report("bad-step", `"put" needs "${needed}"`, { path, part: "key" });
    const from =
      text === undefined
        ? undefined
        : check.dataPath(text, { path: read.at("value"), part: "value", offset: 0 });
    if (unknown || read.failed || name === undefined || from === undefined) return undefined;
    return {
      async run({ services, pipeData }) {
        const message = lookUp(pipeData, from);
        if (message === undefined)
          return failedStep(
            { kind: "not-found", message: `put: "${from.text}" is not set in pipe data` },
            place,
          );
        try {
          await services.space.queue(name).push(message, key === undefined ? {} : { key });
        } catch (error) {
          return failedStep(pushFailure(error), place);
        }
        return { ok: true, output: {} };
      },
    };
  },
};

/** What a store refuses is a failed step; anything else is thrown on. */
export function pushFailure(error: unknown): Failure {
  if (!(error instanceof SharedError)) throw error;
  return {
    kind: error.code === "queue-full" ? "queue-full" : "bad-result",
    message: `put: ${error.message}`,
  };
}
