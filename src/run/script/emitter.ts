import type { Mapping } from "../../base/index.ts";
import type { EmitCredit, FromWorker } from "./protocol.ts";

/**
 * Sends the results of a long-running script, one at a time: the next one only when the main thread has handled the
 * one before. What comes meanwhile replaces what waits, so that memory never grows: newest wins, the rest is counted.
 *
 * The main thread counts in shared memory rather than by messages, because a script that loops without ever
 * awaiting would not receive any.
 */
export class Emitter {
  readonly #id: number;
  readonly #post: (message: FromWorker) => void;
  readonly #handled: Int32Array<SharedArrayBuffer> | undefined;
  #sent = 0;
  #acknowledged = 0;
  #waiting: Mapping | undefined;
  #watching = false;
  #dropped = 0;
  #ended = false;

  constructor(id: number, credit: EmitCredit, post: (message: FromWorker) => void) {
    this.#id = id;
    this.#post = post;
    this.#handled = credit.handled;
  }

  emit(result: Mapping): void {
    if (this.#ended) return;
    if (this.#waiting !== undefined) this.#dropped++;
    this.#waiting = result;
    this.#flush();
  }

  /** One result was handled: told by message where there is no shared memory. */
  acknowledge(): void {
    this.#acknowledged++;
    this.#flush();
  }

  /** The last result is sent whatever waits: nobody could send it later. */
  end(): void {
    if (this.#waiting !== undefined) this.#send(this.#waiting);
    this.#ended = true;
  }

  #flush(): void {
    if (this.#waiting === undefined || this.#ended) return;
    const handled = this.#handled === undefined ? this.#acknowledged : Atomics.load(this.#handled, 0);
    if (handled === this.#sent) this.#send(this.#waiting);
    else this.#watch(handled);
  }

  #send(result: Mapping): void {
    this.#waiting = undefined;
    // The counter has 32 bits and wraps, as the one in shared memory does.
    this.#sent = (this.#sent + 1) | 0;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#post({ kind: "emit", id: this.#id, result, dropped });
  }

  #watch(handled: number): void {
    if (this.#handled === undefined || this.#watching) return;
    const wait = Atomics.waitAsync(this.#handled, 0, handled);
    if (!wait.async) {
      this.#flush();
      return;
    }
    this.#watching = true;
    void wait.value.then(() => {
      this.#watching = false;
      this.#flush();
    });
  }
}
