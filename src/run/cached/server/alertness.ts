import { availableParallelism } from "node:os";
import type { Clock } from "../../../base/index.ts";

/** Milliseconds after an answer within which a request counts as one that its client had waited with for the answer. */
const NEAR = 0.3;
/** How long one answer keeps the process awake, milliseconds, and turns of the event loop (a clock may stand still). */
const AWAKE = 0.1;
const MOST_TURNS = 1000;
/** Requests per trial, and until the next one. */
const TRIAL = 32;
const TERM = 4096;
/** A request that comes late weighs as much as so many that do not; with the weight of four the client counts as slow. */
const LATE = 8;
const SLOW = 4 * LATE;
/** Staying awake must make the time from answer to request at least this much shorter. */
const WORTH = 0.75;

export interface AlertnessOptions {
  readonly clock: Pick<Clock, "monotonic">;
  /** Processors; with one alone, staying awake would only take it from the client. */
  readonly processors?: number;
  readonly soon?: (turn: () => void) => void;
}

/**
 * A client that waits for every answer makes the process fall asleep before each of its requests, and waking up on
 * another processor takes longer than answering. So while requests follow answers closely, the event loop is kept
 * turning for a moment instead: it only looks, and serves everybody else as always.
 *
 * Whether that helps is measured: some requests are waited for asleep, some awake, and the better way is kept for a
 * while. A client that pauses ends it, so that a quiet or slow one costs nothing.
 */
export class Alertness {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #soon: (turn: () => void) => void;
  readonly #possible: boolean;
  #mode: "asleep" | "trying" | "awake" | "useless" = "asleep";
  /** Requests in this mode so far, and the milliseconds from the answers to them. */
  #count = 0;
  #sum = 0;
  #asleep = 0;
  #late = 0;
  #answered = Number.NaN;
  #until = 0;
  #turns = 0;
  #turning = false;

  constructor({
    clock,
    processors = availableParallelism(),
    soon = (turn) => void setImmediate(turn),
  }: AlertnessOptions) {
    this.#clock = clock;
    this.#soon = soon;
    this.#possible = processors > 1;
  }

  /** Something has come from a client. */
  heard(): void {
    if (!this.#possible) return;
    const gap = this.#clock.monotonic() - this.#answered;
    this.#answered = Number.NaN;
    this.#until = 0;
    // Not a number: another client's request was here first.
    if (!(gap >= 0)) return;
    if (gap > NEAR) {
      this.#late += LATE;
      if (this.#late >= SLOW) this.#enter("asleep");
      return;
    }
    if (this.#late > 0) this.#late--;
    this.#count++;
    this.#sum += gap;
    if (this.#mode === "asleep" || this.#mode === "trying") {
      if (this.#count === TRIAL) this.#judge();
    } else if (this.#count === TERM) this.#enter("asleep");
  }

  /** An answer was sent. */
  answered(): void {
    if (!this.#possible) return;
    this.#answered = this.#clock.monotonic();
    if (this.#mode !== "trying" && this.#mode !== "awake") return;
    this.#until = this.#answered + AWAKE;
    this.#turns = 0;
    if (this.#turning) return;
    this.#turning = true;
    this.#soon(this.#turn);
  }

  readonly #turn = (): void => {
    if (this.#until > 0 && this.#turns++ < MOST_TURNS && this.#clock.monotonic() < this.#until) {
      this.#soon(this.#turn);
      return;
    }
    this.#turning = false;
  };

  #judge(): void {
    if (this.#mode === "asleep") {
      const sum = this.#sum;
      this.#enter("trying");
      this.#asleep = sum;
    } else this.#enter(this.#sum < WORTH * this.#asleep ? "awake" : "useless");
  }

  #enter(mode: "asleep" | "trying" | "awake" | "useless"): void {
    this.#mode = mode;
    this.#count = 0;
    this.#sum = 0;
    this.#late = 0;
  }
}
