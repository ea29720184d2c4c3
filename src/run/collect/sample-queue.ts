import type { KnownReading } from "./reading.ts";

/** One run's values, in the order of the definition's fields; null: unknown. */
export interface Sample {
  /** Epoch seconds. */
  readonly time: number;
  readonly readings: readonly (KnownReading | null)[];
}

/** Samples that wait for their file to work again; the oldest go first when there are too many. */
export class SampleQueue {
  readonly #most: number;
  readonly #samples: Sample[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#samples.length;
  }

  first(): Sample | undefined {
    return this.#samples[0];
  }

  /** Returns the sample that had to go, if any. */
  add(sample: Sample): Sample | undefined {
    this.#samples.push(sample);
    return this.#samples.length > this.#most ? this.#samples.shift() : undefined;
  }

  removeFirst(): void {
    this.#samples.shift();
  }
}
