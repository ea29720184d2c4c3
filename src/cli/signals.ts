import type { Io, StopSignal } from "./io.ts";

const numbers: Readonly<Record<StopSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** Under the launcher for old versions of Node.js one signal may come twice, this close (milliseconds) together. */
const SAME = 250;

/** The first signal asks to stop, the second one ends at once, with 128 + its number as exit code. */
export function stopOnSignals(io: Io): { readonly signal: AbortSignal; off(): void } {
  const asked = new AbortController();
  let since = 0;
  const off = io.onSignal((name) => {
    const now = io.clock.monotonic();
    if (!asked.signal.aborted) {
      since = now;
      asked.abort(name);
    } else if (!io.signalsComeTwice || now - since > SAME) io.exitNow(128 + numbers[name]);
  });
  return { signal: asked.signal, off };
}
