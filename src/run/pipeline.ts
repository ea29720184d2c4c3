import {
  emptyMapping,
  type Mapping,
  type Milliseconds,
  mergeInto,
  type Problem,
  problem,
  setKey,
} from "../base/index.ts";
import { runStep, stopped } from "./run-step.ts";
import type { Pipeline, Running, Step, StepResult } from "./steps/step.ts";

/** `finally` steps of a pipeline that was stopped get this long. */
const LAST_STEPS = 2000 as Milliseconds;

/**
 * Runs steps in series; each merges its result into pipe data. After a failed step only the next `except` and every
 * `finally` run; an `except` makes it good. The result is what all steps brought.
 */
export async function runPipeline(pipeline: Pipeline, running: Running): Promise<StepResult> {
  let failure: { problem: Problem; step: Step } | undefined;
  for (const step of pipeline) {
    if (step.kind === "finally") {
      const result = await runFinally(step, running);
      if (!result.ok) failure ??= { problem: result.problem, step };
      continue;
    }
    const aborted = running.signal.aborted;
    if (step.kind === "except") {
      if (failure === undefined || aborted) continue;
      merge(running, errorData(failure));
      failure = undefined;
    } else if (failure !== undefined) continue;
    const result = aborted ? stopped(step) : await runStep(step, running);
    // A step that was given up (a time-out around this pipeline, say) must not change what goes on without it.
    if (running.signal.aborted && !aborted) {
      failure = { problem: result.ok ? stoppedProblem(step) : result.problem, step };
      continue;
    }
    if (result.ok) merge(running, result.output);
    else {
      if (result.output !== undefined) merge(running, result.output);
      failure = { problem: result.problem, step };
    }
  }
  return failure === undefined
    ? { ok: true, output: running.gathered }
    : { ok: false, problem: failure.problem, output: running.gathered };
}

function merge({ pipeData, gathered }: Running, output: Mapping): void {
  if (output === gathered) return;
  mergeInto(pipeData, output);
  mergeInto(gathered, output);
}

/** Cleaning up goes on for a moment after everything was told to stop. */
async function runFinally(step: Step, running: Running): Promise<StepResult> {
  if (!running.signal.aborted) return runStep(step, running);
  const controller = new AbortController();
  const timer = running.services.clock.after(LAST_STEPS, () => controller.abort());
  try {
    return await runStep(step, { ...running, signal: controller.signal });
  } finally {
    timer.cancel();
  }
}

function stoppedProblem(step: Step): Problem {
  return problem("step-aborted", `${step.label} was stopped`, { place: step.place });
}

/** `error` in pipe data, for the steps of an `except`. */
function errorData({ problem: { message, place }, step }: { problem: Problem; step: Step }): Mapping {
  const error = emptyMapping();
  setKey(error, "message", message);
  setKey(error, "step", step.label);
  setKey(error, "file", place?.file ?? null);
  setKey(error, "line", place?.line ?? null);
  return { error };
}
