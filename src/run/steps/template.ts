import { parseTemplate } from "../../block/index.ts";
import type { StepKind } from "./step.ts";

/** `template: {path or text, …}`: the text goes to pipe data as `template`, or under the name that `as` gives. */
export const template: StepKind = {
  options: ["thread", "timeout", "retry", "as"],
  parse({ value, path, parsing: { check } }) {
    const parsed = parseTemplate(value, path, check);
    if (parsed === undefined) return undefined;
    return {
      async run({ pipeData }) {
        const text = parsed.render(pipeData);
        return { ok: true, output: { template: text }, alone: text };
      },
    };
  },
};
