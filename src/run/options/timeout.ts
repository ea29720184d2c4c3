import { formatDuration, type Milliseconds, type Seconds } from "../../base/index.ts";
import type { Running, StepBody, StepResult } from "../steps/step.ts";
import { failedStep, type Step } from "../steps/step.ts";
import type { OptionReader } from "./read-option.ts";

/** `timeout: SECONDS`, of one attempt. */
export function parseTimeout(step: OptionReader): Seconds | undefined {
  return step.duration("timeout");
}

/** Runs the body; one that does not stop by itself is told to through its signal, and not waited for. */
export function runWithin(step: Step, body: StepBody, running: Running): Promise<StepResult> {
  const { timeout } = step.options;
  if (timeout === undefined) return body.run(running);
  if (body.keepsTimeout === true) return body.run({ ...running, timeout });
  const controller = new AbortController();
  const abort = () => controller.abort(running.signal.reason);
  running.signal.addEventListener("abort", abort);
  return new Promise<StepResult>((resolve, reject) => {
    const timer = running.services.clock.after((timeout * 1000) as Milliseconds, () => {
      const message = `${step.label} took longer than ${formatDuration(timeout)} and was stopped`;
      resolve(failedStep({ kind: "timeout", message }, step.place));
      controller.abort(new Error(message));
    });
    body
      .run({ ...running, signal: controller.signal })
      .then(resolve, reject)
      .finally(() => {
        timer.cancel();
        running.signal.removeEventListener("abort", abort);
      });
  });
}
