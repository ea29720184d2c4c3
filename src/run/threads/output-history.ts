import type { Mapping } from "../../base/index.ts";
import type { ThreadOutput } from "../types.ts";

const SMALLEST = 8;

/**
 * The last outputs of a thread, the oldest replaced by the newest. The numbers stand in one array: with thousands of
 * threads an object for each output would take more than most outputs themselves. Room is taken as it is needed.
 */
export class OutputHistory {
  readonly #most: number;
  readonly #outputs: Mapping[] = [];
  /** Time and seconds of each output. */
  #numbers = new Float64Array(0);
  /** Where the oldest stands once all room is used. */
  #oldest = 0;

  /** `most`: how many outputs are kept, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#outputs.length;
  }

  add(time: number, seconds: number, output: Mapping): void {
    let at = this.#outputs.length;
    if (at < this.#most) {
      this.#makeRoom(at + 1);
      this.#outputs.push(output);
    } else {
      at = this.#oldest;
      this.#outputs[at] = output;
      this.#oldest = (at + 1) % this.#most;
    }
    this.#numbers[2 * at] = time;
    this.#numbers[2 * at + 1] = seconds;
  }

  latest(): ThreadOutput | undefined {
    return this.#at(this.length - 1);
  }

  /** The oldest first. */
  all(): ThreadOutput[] {
    return this.#outputs.flatMap((_, index) => this.#at(index) ?? []);
  }

  #at(index: number): ThreadOutput | undefined {
    const at = (this.#oldest + index) % this.#most;
    const output = this.#outputs[at];
    if (output === undefined) return undefined;
    return { time: this.#numbers[2 * at] ?? 0, seconds: this.#numbers[2 * at + 1] ?? 0, output };
  }

  #makeRoom(count: number): void {
    if (2 * count <= this.#numbers.length) return;
    const room = Math.min(this.#most, Math.max(count === 1 ? 1 : SMALLEST, 2 * (count - 1)));
    const grown = new Float64Array(2 * room);
    grown.set(this.#numbers);
    this.#numbers = grown;
  }
}
