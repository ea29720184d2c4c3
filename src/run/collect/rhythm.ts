/**
 * Turns the stamps of samples that come at even intervals of whole seconds into whole seconds with the same even
 * distances.
 *
 * Runs start a few milliseconds early or late, so their stamps lie at 5.98, 11.01, 15.99 … Rounding each by itself
 * would give distances of 6 and 4 seconds, and rates would be wrong by a fifth. Storing the fraction keeps rates right,
 * but RRD files split a gap at whole seconds of the last stamp: after one missed run a constant 100 would read 86 and
 * 114. So the fraction that the runs have in common (the phase) is taken off before rounding: constant input stays
 * constant, rates are right within the jitter, and stored stamps are at most about a second from the true ones.
 */
export class Rhythm {
  #phase: number | undefined;

  /** `stamp` in epoch seconds with a fraction. */
  wholeSecond(stamp: number): number {
    this.#phase ??= stamp - Math.floor(stamp);
    const second = Math.round(stamp - this.#phase);
    // The wall clock is slewed against the timer all the time: follow it slowly.
    this.#phase += (stamp - this.#phase - second) / 8;
    // A margin keeps a phase near a whole second from jumping to and fro.
    if (this.#phase >= 1.25) this.#phase -= 1;
    else if (this.#phase < -0.25) this.#phase += 1;
    return second;
  }
}

/** Milliseconds are what a stamp is good for; more digits would only be noise in the file. */
export function toMillisecond(stamp: number): number {
  return Math.round(stamp * 1000) / 1000;
}
