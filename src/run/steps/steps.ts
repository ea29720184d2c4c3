import { emptyMapping, type Mapping, mergeInto } from "../../base/index.ts";
import type { StepKind } from "./step.ts";

/** `steps: [steps]`: several as one, with pipe data of their own; the result is what they brought. */
export const steps: StepKind = {
  options: ["thread", "timeout", "retry", "as", "collect"],
  parse({ value, path, parsing }) {
    const pipeline = parsing.pipeline(value, path);
    if (pipeline === undefined) return undefined;
    return {
      run: (running) =>
        running.run(pipeline, { ...running, pipeData: copy(running.pipeData), gathered: emptyMapping() }),
    };
  },
};

function copy(data: Mapping): Mapping {
  const own = emptyMapping();
  mergeInto(own, data);
  return own;
}
