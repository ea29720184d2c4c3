import type { EpochMilliseconds, Milliseconds } from "./units.ts";

export interface Timer {
  cancel(): void;
}

/** Time is a parameter: everything that waits or stamps gets a clock, and tests move it by hand. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch with a fraction; may jump. For stamps only. */
  wall(): EpochMilliseconds;
  /** Monotonic milliseconds from an arbitrary origin; never jumps. For intervals and time-outs. */
  monotonic(): Milliseconds;
  /** Calls `callback` once, not before `delay` has passed on the monotonic clock. */
  after(delay: Milliseconds, callback: () => void): Timer;
}

/** `setTimeout` fires at once for anything above 2^31 - 1 ms, so long waits are taken in pieces. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

export const systemClock: Clock = {
  wall: () => (performance.timeOrigin + performance.now() + wallOffset()) as EpochMilliseconds,
  monotonic: () => performance.now() as Milliseconds,
  after(delay, callback) {
    const due = performance.now() + delay;
    let handle: NodeJS.Timeout;
    const wait = () => {
      const left = due - performance.now();
      if (left <= 0) callback();
      else handle = setTimeout(wait, Math.min(Math.ceil(left), LONGEST_TIMEOUT));
    };
    handle = setTimeout(wait, Math.min(Math.max(0, Math.ceil(delay)), LONGEST_TIMEOUT));
    return { cancel: () => clearTimeout(handle) };
  },
};

/**
 * `performance.timeOrigin` is fixed at start, so it misses later jumps of the wall clock. The difference to
 * `Date.now()` (whole milliseconds) is added when it is larger than rounding explains.
 */
function wallOffset(): number {
  const difference = Date.now() - (performance.timeOrigin + performance.now());
  return Math.abs(difference) > 2 ? difference : 0;
}
