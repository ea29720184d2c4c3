/** Lines about the same thing that come sooner than this after each other are counted, not written. */
const WINDOW = 60_000;
/** Most things that are remembered; the one that has been quiet for longest is forgotten. */
const MOST = 2_000;

interface Known {
  /** Milliseconds on the monotonic clock. */
  since: number;
  held: number;
}

/**
 * Keeps a log short while something fails for hours: the first line about a thing is written at once, then at most
 * one a minute, which says how many were held back.
 */
export class Repeats {
  readonly #known = new Map<string, Known>();

  /** How many lines were held back since the last one; undefined: this one is held back as well. */
  admit(key: string, now: number): number | undefined {
    const known = this.#known.get(key);
    if (known !== undefined && now - known.since < WINDOW) {
      known.held++;
      return undefined;
    }
    this.#known.delete(key);
    this.#known.set(key, { since: now, held: 0 });
    if (this.#known.size > MOST) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return known?.held ?? 0;
  }

  /** What is still held back: forgotten with this call. */
  rest(): number {
    let held = 0;
    for (const known of this.#known.values()) held += known.held;
    this.#known.clear();
    return held;
  }
}
