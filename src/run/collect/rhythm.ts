/**
 * Turns the stamps of samples that come at even intervals into whole seconds with the same even distances.
 *
 * Runs start a few milliseconds early or late, so their stamps lie at 5.98, 11.01, 15.99 … Rounding each by itself
 * would give distances of 6 and 4 seconds, and rates would be wrong by a fifth. Storing the fraction keeps rates right,
 * but RRD files split a gap at whole seconds of the last stamp: after one missed run a constant 100 would read 86 and
 * 114. So the fraction that the runs have in common (the phase) is taken off all of them, and what is then near enough
 * to a whole second is put on it: constant input stays constant, rates are right within the jitter, the order is kept,
 * and stored stamps are at most about a second from the true ones.
 */
export class Rhythm {
  readonly #near: number;
  #phase: number | undefined;

  /** `near`: seconds from a whole second that count as jitter; 0.5 takes everything. */
  constructor(near: number) {
    this.#near = near;
  }

  /** `stamp` in epoch seconds with a fraction; the result is whole or has milliseconds. */
  stored(stamp: number): number {
    this.#phase ??= stamp - Math.floor(stamp);
    const shifted = stamp - this.#phase;
    const second = Math.round(shifted);
    const off = shifted - second;
    if (Math.abs(off) > this.#near) return toMillisecond(shifted);
    // The wall clock is slewed against the timer all the time: follow it slowly.
    this.#phase += off / 8;
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
