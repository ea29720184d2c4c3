import type { Clock, Milliseconds, Timer } from "../base/index.ts";

const often = 60_000 as Milliseconds;

/** Keeps the process from ending while a block waits for nothing but a signal or its lock. */
export function keepAlive(clock: Clock): Timer {
  let timer = clock.after(often, again);
  function again(): void {
    timer = clock.after(often, again);
  }
  return { cancel: () => timer.cancel() };
}
