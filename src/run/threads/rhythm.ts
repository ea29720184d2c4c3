import type { Clock } from "../../base/index.ts";

/** When the runs of a thread are due. Times in milliseconds. */
export interface Rhythm {
  /** Monotonic time to call `advance` at; undefined when there will be no further run. */
  readonly wakeAt: number | undefined;
  /** Called at `wakeAt`: how many runs have become due since the last call, and moves on. 0: it only looked at the clock. */
  advance(): number;
}

/** Run n is due at `origin + n × interval` on the monotonic clock: no drift, and no jump of the wall clock matters. */
export class EvenRhythm implements Rhythm {
  readonly #clock: Clock;
  readonly #origin: number;
  readonly #interval: number;
  #next = 1;

  constructor(clock: Clock, origin: number, interval: number) {
    this.#clock = clock;
    this.#origin = origin;
    this.#interval = interval;
  }

  get wakeAt(): number {
    return this.#origin + this.#next * this.#interval;
  }

  advance(): number {
    const reached = Math.floor((this.#clock.monotonic() - this.#origin) / this.#interval);
    // Rounding may make `reached` one less than the run whose time it is.
    const last = Math.max(reached, this.#next);
    const due = last - this.#next + 1;
    this.#next = last + 1;
    return due;
  }
}

/** The wall clock is looked at again at least this often, so that a jump is noticed. */
const LONGEST_LOOK = 30_000;
/** Counting missed runs after a jump ahead ends here. */
const MOST_MISSED = 100_000;

/** Runs at wall-clock times: cron, and multiples of an interval. */
export class WallRhythm implements Rhythm {
  readonly #clock: Clock;
  readonly #after: (time: number) => number | undefined;
  /** The clock going back less than this does not repeat a run. */
  readonly #tolerance: number;
  #last = Number.NEGATIVE_INFINITY;
  #target: number | undefined;
  wakeAt: number | undefined;

  /** `after` gives the first time after another, both in epoch milliseconds. */
  constructor(clock: Clock, after: (time: number) => number | undefined, tolerance: number) {
    this.#clock = clock;
    this.#after = after;
    this.#tolerance = tolerance;
    this.#aim(after(clock.wall()));
  }

  advance(): number {
    const now = this.#clock.wall();
    const target = this.#target;
    if (target === undefined) return 0;
    if (now < target) {
      const wentBack = now < this.#last - this.#tolerance;
      this.#aim(wentBack ? this.#after(now) : target);
      if (wentBack) this.#last = Number.NEGATIVE_INFINITY;
      return 0;
    }
    let due = 0;
    let next: number | undefined = target;
    while (next !== undefined && next <= now && due < MOST_MISSED) {
      this.#last = next;
      next = this.#after(next);
      due++;
    }
    this.#aim(next !== undefined && next <= now ? this.#after(now) : next);
    return due;
  }

  #aim(target: number | undefined): void {
    this.#target = target;
    this.wakeAt =
      target === undefined
        ? undefined
        : this.#clock.monotonic() + Math.min(LONGEST_LOOK, Math.max(0, target - this.#clock.wall()));
  }
}

/** Multiples of the interval since the epoch. */
export function alignedAfter(interval: number): (time: number) => number {
  return (time) => (Math.floor(time / interval) + 1) * interval;
}
