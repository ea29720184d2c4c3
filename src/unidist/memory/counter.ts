import { checkInteger } from "../limits.ts";
import type { Counter } from "../types.ts";

export class MemoryCounter implements Counter {
  value = 0n;

  async get(): Promise<bigint> {
    return this.value;
  }

  async set(value: bigint | number): Promise<void> {
    this.value = checkInteger(value);
  }

  async getSet(value: bigint | number): Promise<bigint> {
    const before = this.value;
    this.value = checkInteger(value);
    return before;
  }

  async increment(by: bigint | number = 1n): Promise<bigint> {
    this.value = checkInteger(this.value + checkInteger(by));
    return this.value;
  }

  async getIncrement(by: bigint | number = 1n): Promise<bigint> {
    const before = this.value;
    this.value = checkInteger(before + checkInteger(by));
    return before;
  }
}
