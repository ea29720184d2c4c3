import { isMapping, type Plain } from "../../base/index.ts";
import { type Condition, parseBranchKey } from "../../block/index.ts";
import type { Pipeline, StepInput, StepKind } from "./step.ts";

interface Branch {
  /** Undefined: `else`. */
  readonly condition: Condition | undefined;
  readonly pipeline: Pipeline;
}

/** `if …: [steps]` with `elif …`/`else` keys in the same step; the steps share the pipeline's data. */
export const ifStep: StepKind = {
  options: ["thread", "timeout", "retry", "collect"],
  parse(input) {
    const branches = parseBranches(input);
    if (branches === undefined) return undefined;
    return {
      changesRunning: true,
      async run(running) {
        for (const { condition, pipeline } of branches)
          if (condition === undefined || condition.evaluate(running.pipeData))
            return running.run(pipeline, running);
        return { ok: true, output: {} };
      },
    };
  },
};

function parseBranches({ raw, stepPath, parsing }: StepInput): Branch[] | undefined {
  const { check } = parsing;
  const branches: Branch[] = [];
  let complete = true;
  let closed = false;
  for (const key of Object.keys(raw)) {
    const branch = parseBranchKey(key);
    if (branch === undefined) continue;
    const path = [...stepPath, key];
    if (branches.length === 0 && complete && branch.kind !== "if") {
      check.report("bad-step", `"${key}" comes before its "if"`, { path, part: "key" });
      complete = false;
    } else if (closed) {
      check.report(
        "unreachable-branch",
        `"${key}" is never reached: the "else" above it takes everything left`,
        {
          path,
          part: "key",
        },
      );
      complete = false;
    }
    closed ||= branch.kind === "else";
    const pipeline = parsing.pipeline(asList(raw[key] ?? null), path);
    const condition =
      branch.kind === "else"
        ? undefined
        : check.condition(branch.condition, { path, part: "key", offset: branch.offset });
    if (pipeline === undefined || (condition === undefined && branch.kind !== "else")) complete = false;
    else branches.push({ condition, pipeline });
  }
  return complete ? branches : undefined;
}

/** `else:` with nothing under it does nothing. */
function asList(value: Plain): Plain {
  return value === null || (isMapping(value) && Object.keys(value).length === 0) ? [] : value;
}
