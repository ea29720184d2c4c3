const remindEvery = 600_000;

/** Lets a problem that stays through once, then every ten minutes; another one at once. */
export class RepeatedProblem {
  #message: string | undefined;
  #reportedAt = 0;

  /** Whether to report it; `now`: monotonic milliseconds. */
  isNews(message: string, now: number): boolean {
    if (message === this.#message && now - this.#reportedAt < remindEvery) return false;
    this.#message = message;
    this.#reportedAt = now;
    return true;
  }

  /** Whether there was one until now. */
  over(): boolean {
    const was = this.#message !== undefined;
    this.#message = undefined;
    return was;
  }
}
