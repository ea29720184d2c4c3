import { closeSync, constants, type FSWatcher, openSync, watch, writeSync } from "node:fs";

const { O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;

/**
 * How threads and processes wake each other: a small file beside the database that they watch, and write one byte to.
 * It only saves time: where it does not work, those who wait find out by looking ten times a second.
 */
export class WakeFile {
  readonly #path: string;
  readonly #onWake: () => void;
  #descriptor: number | undefined;
  #watcher: FSWatcher | undefined;

  constructor(path: string, onWake: () => void) {
    this.#path = path;
    this.#onWake = onWake;
  }

  touch(): void {
    try {
      writeSync(this.#open(), ".", 0);
    } catch {
      this.#closeDescriptor();
    }
  }

  /** From now on; does not keep the process alive. Returns whether it works. */
  listen(): boolean {
    if (this.#watcher !== undefined) return true;
    try {
      this.#open();
      const watcher = watch(this.#path, { persistent: false }, (event) => {
        // It was deleted, or moved away: the next one is another file.
        if (event === "rename") {
          this.close();
          this.listen();
        }
        this.#onWake();
      });
      watcher.on("error", () => this.close());
      this.#watcher = watcher;
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#closeDescriptor();
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#path, O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
    return this.#descriptor;
  }

  #closeDescriptor(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor === undefined) return;
    try {
      closeSync(descriptor);
    } catch {
      // Closed by force, with the thread that opened it.
    }
  }
}
