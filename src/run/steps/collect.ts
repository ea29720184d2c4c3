import type { EpochMilliseconds } from "../../base/index.ts";
import { isMapping, kindOf } from "../../base/index.ts";
import { parseCollect } from "../collect/index.ts";
import type { StepKind } from "./step.ts";

/** `timeseries collect` as a step of its own: stores fields of pipe data. */
export const collect: StepKind = {
  options: [],
  parse({ value, path, parsing: { check } }) {
    if (!isMapping(value)) {
      check.report("bad-step", `"timeseries collect" must be a mapping, not ${kindOf(value)}`, { path });
      return undefined;
    }
    const definition = parseCollect(value, path, check, undefined);
    if (definition === undefined) return undefined;
    return {
      async run({ services, pipeData }) {
        services.collector.store(definition, pipeData, services.clock.wall() as EpochMilliseconds);
        return { ok: true, output: {} };
      },
    };
  },
};
