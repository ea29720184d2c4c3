import type { Io, StopSignal } from "./io.ts";

const numbers: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** The first signal asks to stop, the second one ends at once, with 128 + its number as exit code. */
export function stopOnSignals(io: Io): { readonly signal: AbortSignal; off(): void } {
  const asked = new AbortController();
  const off = io.onSignal((name) => {
    if (asked.signal.aborted) io.exitNow(128 + numbers[name]);
    else asked.abort(name);
  });
  return { signal: asked.signal, off };
}
