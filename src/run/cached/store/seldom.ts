import { type Clock, type Problem, problem } from "../../../base/index.ts";

const QUIET = 60_000;

/** Tells of troubles that may come thousands of times a second: each kind at most once a minute. */
export class Seldom {
  readonly #clock: Clock;
  readonly #onProblem: (problem: Problem) => void;
  readonly #told = new Map<string, number>();

  constructor(clock: Clock, onProblem: (problem: Problem) => void) {
    this.#clock = clock;
    this.#onProblem = onProblem;
  }

  tell(kind: string, message: string): void {
    const now = this.#clock.monotonic();
    const before = this.#told.get(kind);
    if (before !== undefined && now - before < QUIET) return;
    this.#told.set(kind, now);
    this.#onProblem(problem(`cache-${kind}`, message, { severity: "warning" }));
  }

  /** That a trouble which was told of is over; the next one is told of at once. */
  passed(kind: string, message: string): void {
    if (!this.#told.delete(kind)) return;
    this.#onProblem(problem(`cache-${kind}`, message, { severity: "warning" }));
  }
}
