import type { Clock, Milliseconds, Timer } from "../../base/index.ts";

/** What can be forced to the disk. Never rejects. */
export interface Syncable {
  syncBeside(): Promise<void>;
}

const between = 1000 as Milliseconds;
/** Syncs at a time: the disk has one head, and the threads that wait for it are needed by others, too. */
const abreast = 2;

/** Once a second all files that were written since are forced to the disk, beside everything else. */
export class SyncRounds {
  readonly #clock: Clock;
  readonly #dirty = new Set<Syncable>();
  #timer: Timer | undefined;
  #round: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  written(file: Syncable): void {
    this.#dirty.add(file);
    if (this.#round === undefined) this.#timer ??= this.#clock.after(between, () => this.#begin());
  }

  #begin(): void {
    this.#timer = undefined;
    this.#round = this.#all().then(() => {
      this.#round = undefined;
      if (this.#dirty.size > 0) this.#timer ??= this.#clock.after(between, () => this.#begin());
    });
  }

  async #all(): Promise<void> {
    const files = [...this.#dirty];
    this.#dirty.clear();
    const work = async () => {
      for (let file = files.pop(); file !== undefined; file = files.pop()) await file.syncBeside();
    };
    await Promise.all(Array.from({ length: abreast }, work));
  }

  /** Syncs what is left. Resolves with how many files were not reached within that time. */
  async close(within: Milliseconds): Promise<number> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#round;
    const files = [...this.#dirty];
    this.#dirty.clear();
    const deadline = this.#clock.monotonic() + within;
    const work = async () => {
      while (files.length > 0 && this.#clock.monotonic() < deadline) await files.pop()?.syncBeside();
    };
    await Promise.all(Array.from({ length: abreast }, work));
    return files.length;
  }
}
