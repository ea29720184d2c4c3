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
  /** Of the round that goes on: not reached yet, or on their way. */
  readonly #unsynced = new Set<Syncable>();
  #isClosing = false;
  /** Monotonic milliseconds. */
  #deadline = Number.POSITIVE_INFINITY;

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
      if (this.#dirty.size > 0 && !this.#isClosing)
        this.#timer ??= this.#clock.after(between, () => this.#begin());
    });
  }

  async #all(): Promise<void> {
    const files = [...this.#dirty];
    this.#dirty.clear();
    for (const file of files) this.#unsynced.add(file);
    const work = async () => {
      for (let file = files.pop(); file !== undefined; file = files.pop()) {
        if (this.#isLate()) return;
        await file.syncBeside();
        this.#unsynced.delete(file);
      }
    };
    await Promise.all(Array.from({ length: abreast }, work));
  }

  /** Syncs what is left. Resolves within that time, with how many files are not synced; a disk may hang for ever. */
  async close(within: Milliseconds): Promise<number> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isClosing = true;
    this.#deadline = this.#clock.monotonic() + within;
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.#clock.after(within, resolve);
    });
    await Promise.race([this.#rest(), late]);
    timer?.cancel();
    const left = new Set([...this.#unsynced, ...this.#dirty]).size;
    this.#unsynced.clear();
    this.#dirty.clear();
    return left;
  }

  async #rest(): Promise<void> {
    await this.#round;
    await this.#all();
  }

  #isLate(): boolean {
    return this.#clock.monotonic() >= this.#deadline;
  }
}
