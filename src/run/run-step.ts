import { type EpochMilliseconds, ProblemError, problem } from "../base/index.ts";
import { underName } from "./options/as.ts";
import { retryDelay } from "./options/retry.ts";
import { runWithin } from "./options/timeout.ts";
import { runThreaded } from "./step-thread.ts";
import { failedStep, type Running, type Step, type StepResult } from "./steps/step.ts";
import { wait } from "./wait.ts";

/** Runs a step with all its options; reports what happens. What it returns is to be merged into pipe data. */
export async function runStep(step: Step, running: Running): Promise<StepResult> {
  const { events, clock } = running.services;
  const { thread } = running;
  const started = clock.monotonic();
  if (events.wants("step:started"))
    events.report({ type: "step:started", step: step.label, thread, input: running.pipeData });
  const result =
    step.options.thread === undefined
      ? await runOnce(step, running)
      : await runThreaded(step, running, runAttempts, runOnce);
  const seconds = (clock.monotonic() - started) / 1000;
  if (!result.ok) {
    if (events.wants("step:failed"))
      events.report({ type: "step:failed", step: step.label, thread, problem: result.problem, seconds });
  } else if (events.wants("step:finished"))
    events.report({ type: "step:finished", step: step.label, thread, output: result.output, seconds });
  return result;
}

/** One run that is not repeated by a thread: retried, stored, put under its name. */
async function runOnce(step: Step, running: Running): Promise<StepResult> {
  const { collect, as } = step.options;
  const stamp = running.services.clock.wall() as EpochMilliseconds;
  const result = await runAttempts(step, running);
  if (!result.ok) return result;
  if (collect !== undefined) running.services.collector.store(collect, result.output, stamp);
  return as === undefined ? result : { ok: true, output: underName(as, result.alone ?? result.output) };
}

/** The body itself, tried again as `retry` says. */
async function runAttempts(step: Step, running: Running): Promise<StepResult> {
  const { retry } = step.options;
  if (retry === undefined) return attempt(step, running);
  const { clock, events, random } = running.services;
  for (let number = 1; ; number++) {
    const result = await attempt(step, running);
    if (result.ok || number > retry.times || running.signal.aborted) return result;
    const delay = retryDelay(retry, number, random());
    events.report({
      type: "step:retried",
      step: step.label,
      thread: running.thread,
      attempt: number,
      delay,
      problem: result.problem,
    });
    await wait(clock, delay * 1000, running.signal);
    if (running.signal.aborted) return stopped(step);
  }
}

/** A `ProblemError` is how conditions and templates say what is wrong; anything else is a fault of ours. */
async function attempt(step: Step, running: Running): Promise<StepResult> {
  try {
    return await runWithin(step, step.body, running);
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: placed(step, error) };
    throw error;
  }
}

function placed(step: Step, error: ProblemError) {
  const [first] = error.problems;
  if (first === undefined) return problem("step-failed", error.message, { place: step.place });
  return first.place === undefined && step.place !== undefined ? { ...first, place: step.place } : first;
}

export function stopped(step: Step): StepResult {
  return failedStep({ kind: "aborted", message: `${step.label} was stopped` }, step.place);
}
