/** Starts further apart than this (milliseconds) do not belong to one burst. */
const BURST_GAP = 1000;
/** The golden ratio: however many threads follow, their phases stay evenly spread. */
const STEP = (Math.sqrt(5) - 1) / 2;

/** Shifts the runs of threads that start together, so that they do not all fire at once. */
export class Phases {
  #index = 0;
  #last = Number.NEGATIVE_INFINITY;

  /** Milliseconds in [0, min(interval, 1 s)); 0 for the first of a burst. */
  next(now: number, interval: number): number {
    this.#index = now - this.#last > BURST_GAP ? 0 : this.#index + 1;
    this.#last = now;
    return spread(this.#index, Math.min(interval, 1000));
  }
}

/** The place of number `index` in a window, for any count of them. */
export function spread(index: number, window: number): number {
  return ((index * STEP) % 1) * window;
}
