import { checkInteger } from "../limits.ts";
import type { Counter } from "../types.ts";
import type { Cell } from "./cells.ts";

/** A counter of this process; each thread may have its own object for the same cell. */
export class MemoryCounter implements Counter {
  readonly cell: Cell;

  constructor(cell: Cell) {
    this.cell = cell;
  }

  get value(): bigint {
    return Atomics.load(this.cell.numbers, this.cell.index);
  }

  async get(): Promise<bigint> {
    return this.value;
  }

  async set(value: bigint | number): Promise<void> {
    Atomics.store(this.cell.numbers, this.cell.index, checkInteger(value));
  }

  async getSet(value: bigint | number): Promise<bigint> {
    return Atomics.exchange(this.cell.numbers, this.cell.index, checkInteger(value));
  }

  async increment(by: bigint | number = 1n): Promise<bigint> {
    const amount = checkInteger(by);
    return this.#add(amount) + amount;
  }

  async getIncrement(by: bigint | number = 1n): Promise<bigint> {
    return this.#add(checkInteger(by));
  }

  /** Returns the previous value. Not `Atomics.add`, which would wrap around. */
  #add(amount: bigint): bigint {
    const { numbers, index } = this.cell;
    for (let before = Atomics.load(numbers, index); ; ) {
      const found = Atomics.compareExchange(numbers, index, before, checkInteger(before + amount));
      if (found === before) return before;
      before = found;
    }
  }
}

/** Where a counter is kept, if other threads can reach it there. */
export function cellOf(counter: Counter): Cell | undefined {
  return (counter as Partial<MemoryCounter>).cell;
}
