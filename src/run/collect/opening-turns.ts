import type { Clock, Milliseconds, Timer } from "../../base/index.ts";

/** Length of a turn, and how much of it may go into opening files, milliseconds. */
const turn = 100;
const share = 25;

/**
 * Opening and above all making a file takes milliseconds, which a sample does not. When thousands of files are new at
 * once, they are opened in turns, so that nothing else of the process is held up; their samples wait.
 */
export class OpeningTurns {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #turnEnds = Number.NEGATIVE_INFINITY;
  #spent = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `open` at once if this turn has time left for it and nobody waits; else, and then false, later. */
  take(open: () => void): boolean {
    if (this.#waiting.length === 0 && this.#hasTime()) {
      this.#run(open);
      return true;
    }
    this.#waiting.push(open);
    this.#timer ??= this.#clock.after(turn as Milliseconds, () => this.#next());
    return false;
  }

  /** Nobody gets a turn any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting.length = 0;
  }

  #next(): void {
    this.#timer = undefined;
    let done = 0;
    while (done < this.#waiting.length && this.#hasTime()) {
      const open = this.#waiting[done++];
      if (open !== undefined) this.#run(open);
    }
    this.#waiting.splice(0, done);
    if (this.#waiting.length > 0) {
      this.#timer = this.#clock.after(turn as Milliseconds, () => this.#next());
    }
  }

  #hasTime(): boolean {
    const now = this.#clock.monotonic();
    if (now >= this.#turnEnds) {
      this.#turnEnds = now + turn;
      this.#spent = 0;
    }
    return this.#spent < share;
  }

  #run(open: () => void): void {
    const started = this.#clock.monotonic();
    open();
    this.#spent += this.#clock.monotonic() - started;
  }
}
