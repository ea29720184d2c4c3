import type { Clock, Milliseconds, Timer } from "../../base/index.ts";

interface Entry {
  /** Monotonic. */
  readonly due: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Everything that waits, in one heap on one timer: thousands of threads cost one `setTimeout`. */
export class Scheduler {
  readonly #clock: Clock;
  /** Binary heap, the earliest first; of equal times the one that was asked for first. */
  readonly #heap: Entry[] = [];
  #order = 0;
  #timer: Timer | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #firing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once, not before the monotonic time `due`. */
  at(due: number, callback: () => void): Timer {
    const entry: Entry = { due, order: this.#order++, callback };
    this.#push(entry);
    if (!this.#firing) this.#arm();
    return {
      cancel: () => {
        entry.callback = undefined;
        // Without this a cancelled far-away entry would keep the process alive.
        if (!this.#firing) this.#arm();
      },
    };
  }

  #fire(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#timer = undefined;
    this.#firing = true;
    try {
      for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
        if (top.callback !== undefined && top.due > this.#clock.monotonic()) break;
        this.#pop();
        top.callback?.();
      }
    } finally {
      this.#firing = false;
      this.#arm();
    }
  }

  #arm(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) this.#pop();
    const due = this.#heap[0]?.due ?? Number.POSITIVE_INFINITY;
    if (due === this.#armedFor) return;
    this.#timer?.cancel();
    this.#armedFor = due;
    this.#timer =
      due === Number.POSITIVE_INFINITY
        ? undefined
        : this.#clock.after((due - this.#clock.monotonic()) as Milliseconds, () => this.#fire());
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || before(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      let least = left;
      let child = heap[left];
      const right = heap[left + 1];
      if (child !== undefined && right !== undefined && before(right, child)) {
        least = left + 1;
        child = right;
      }
      if (child === undefined || before(last, child)) break;
      heap[index] = child;
      index = least;
    }
    heap[index] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
