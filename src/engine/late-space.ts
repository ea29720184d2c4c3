import { internalError } from "../base/index.ts";
import type { Space } from "../unidist/index.ts";

/**
 * A space for those who need one before the block that names it is read: scripts' workers boot meanwhile.
 * Using it before `open` is our own mistake.
 */
export class LateSpace implements Space {
  #space: Space | undefined;

  open(space: Space): void {
    this.#space = space;
  }

  get name() {
    return this.#opened.name;
  }

  get url() {
    return this.#opened.url;
  }

  lock(name: string) {
    return this.#opened.lock(name);
  }

  counter(name: string) {
    return this.#opened.counter(name);
  }

  state(bucket: string) {
    return this.#opened.state(bucket);
  }

  queue(name: string) {
    return this.#opened.queue(name);
  }

  log(name: string) {
    return this.#opened.log(name);
  }

  states() {
    return this.#opened.states();
  }

  queues() {
    return this.#opened.queues();
  }

  logs() {
    return this.#opened.logs();
  }

  locks() {
    return this.#opened.locks();
  }

  counters() {
    return this.#opened.counters();
  }

  async close() {
    await this.#space?.close();
  }

  get #opened(): Space {
    if (this.#space === undefined) throw internalError("the space is not open yet");
    return this.#space;
  }
}
