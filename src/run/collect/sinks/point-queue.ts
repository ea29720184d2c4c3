import type { Point } from "./sink.ts";

/** First in, first out; cheap for thousands. */
export class PointQueue {
  #items: Point[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  add(point: Point): void {
    this.#items.push(point);
  }

  /** Removes the oldest `count`, or fewer. */
  take(count: number): Point[] {
    const taken = this.#items.slice(this.#head, this.#head + count);
    this.#head += taken.length;
    if (this.#head > 1000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  putBack(points: readonly Point[]): void {
    this.#items = [...points, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }
}
