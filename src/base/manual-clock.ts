import type { Clock, Timer } from "./clock.ts";
import type { EpochMilliseconds, Milliseconds } from "./units.ts";

interface Waiting {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock for tests that moves only when told. */
export class ManualClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(wall = 1_700_000_000_000) {
    this.#wall = wall;
  }

  wall(): EpochMilliseconds {
    return this.#wall as EpochMilliseconds;
  }

  monotonic(): Milliseconds {
    return this.#monotonic as Milliseconds;
  }

  after(delay: Milliseconds, callback: () => void): Timer {
    const entry: Waiting = { due: this.#monotonic + Math.max(0, delay), order: this.#order++, callback };
    this.#waiting.add(entry);
    return { cancel: () => void this.#waiting.delete(entry) };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Moves both clocks, firing timers in order, and lets promises settle after each. */
  async advance(milliseconds: number): Promise<void> {
    // What was begun before may still be on its way to its timer.
    await settle();
    const target = this.#monotonic + milliseconds;
    for (;;) {
      const next = [...this.#waiting].sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (next === undefined || next.due > target) break;
      this.#waiting.delete(next);
      this.#wall += next.due - this.#monotonic;
      this.#monotonic = next.due;
      next.callback();
      await settle();
    }
    this.#wall += target - this.#monotonic;
    this.#monotonic = target;
    await settle();
  }

  /** The wall clock is set to another time; monotonic time does not move. */
  jumpWall(milliseconds: number): void {
    this.#wall += milliseconds;
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}
