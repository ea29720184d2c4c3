import type { Clock } from "../base/index.ts";

/** How far ahead of the clock an update may be. Looks at the clock only for stamps beyond the horizon it knows. */
export class Horizon {
  readonly #clock: Clock;
  readonly #farthestAhead: number;
  #known = Number.NEGATIVE_INFINITY;

  /** `farthestAhead` in seconds. */
  constructor(clock: Clock, farthestAhead: number) {
    this.#clock = clock;
    this.#farthestAhead = farthestAhead;
  }

  /** undefined when the stamp (epoch seconds) is near enough, otherwise the latest that would be. */
  exceededBy(seconds: number): number | undefined {
    if (seconds <= this.#known) return undefined;
    const latest = this.#clock.wall() / 1000 + this.#farthestAhead;
    if (seconds > latest) return Math.floor(latest);
    this.#known = latest;
    return undefined;
  }
}
