import type { Clock, Milliseconds } from "../base/index.ts";

/** Resolves after so many milliseconds, or earlier when `signal` is aborted. */
export function wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(milliseconds as Milliseconds, done);
    signal.addEventListener("abort", done);
  });
}
