import type { StepKind } from "./step.ts";

/** `except: [steps]`: runs only if a step above it failed; `pipeline.ts` decides that. */
export const except: StepKind = {
  options: [],
  parse({ value, path, parsing }) {
    const pipeline = parsing.pipeline(value, path);
    if (pipeline === undefined) return undefined;
    return { changesRunning: true, run: (running) => running.run(pipeline, running) };
  },
};
