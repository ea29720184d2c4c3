/** How long an operation waits for other writers. */
export const LONGEST_WAIT = 10_000;
/** Tries that follow each other at once: a commit of somebody else takes far less than the shortest timer. */
const EAGER_TRIES = 30;
/** A loop that awaits results which are there at once never lets timers and signals in: now and then it must. */
const LONGEST_TURN = 10;

/**
 * Before the next try. Chance keeps two writers from starving each other: with SQLite's own waiting one of them may
 * stand still for seconds.
 */
export function pause(tries: number): Promise<void> {
  if (tries < EAGER_TRIES) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 5));
}

/** Whether this turn of the event loop has been going on for too long. */
export class Turn {
  #began = 0;

  isLong(now: number): boolean {
    if (this.#began === 0) {
      this.#began = now;
      setImmediate(() => {
        this.#began = 0;
      });
    }
    return now - this.#began > LONGEST_TURN;
  }
}
