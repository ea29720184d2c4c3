import { internalError } from "../base/index.ts";
import type { Counter, Lock, Log, Queue, Space, State } from "../unidist/index.ts";

/**
 * A space for those who need one before the block that names it is read: scripts' workers boot meanwhile. The store is
 * loaded by the first operation, and not at all by blocks that share nothing. Using it before `open` is our own
 * mistake.
 */
export class LateSpace implements Space {
  #load: (() => Promise<Space>) | undefined;
  #names: { name: string; url: string } | undefined;
  #loading: Promise<Space> | undefined;
  #space: Space | undefined;

  /** `load` is called once, when the space is first used. */
  open(names: { name: string; url: string }, load: () => Promise<Space>): void {
    this.#names = names;
    this.#load = load;
  }

  get name(): string {
    return this.#opened.name;
  }

  get url(): string {
    return this.#opened.url;
  }

  lock(name: string): Lock {
    return (
      this.#space?.lock(name) ?? {
        acquire: async (options) => (await this.#loaded()).lock(name).acquire(options),
        isLocked: async () => (await this.#loaded()).lock(name).isLocked(),
        list: async () => (await this.#loaded()).lock(name).list(),
        breakLock: async () => (await this.#loaded()).lock(name).breakLock(),
      }
    );
  }

  counter(name: string): Counter {
    return (
      this.#space?.counter(name) ?? {
        get: async () => (await this.#loaded()).counter(name).get(),
        set: async (value) => (await this.#loaded()).counter(name).set(value),
        getSet: async (value) => (await this.#loaded()).counter(name).getSet(value),
        increment: async (by) => (await this.#loaded()).counter(name).increment(by),
        getIncrement: async (by) => (await this.#loaded()).counter(name).getIncrement(by),
      }
    );
  }

  state(bucket: string): State {
    return (
      this.#space?.state(bucket) ?? {
        get: async (key) => (await this.#loaded()).state(bucket).get(key),
        set: async (key, value) => (await this.#loaded()).state(bucket).set(key, value),
        setWithExpiry: async (key, value, after) =>
          (await this.#loaded()).state(bucket).setWithExpiry(key, value, after),
        delete: async (key) => (await this.#loaded()).state(bucket).delete(key),
        keys: async () => (await this.#loaded()).state(bucket).keys(),
        entries: async () => (await this.#loaded()).state(bucket).entries(),
        update: async (key, change) => (await this.#loaded()).state(bucket).update(key, change),
        compareAndSet: async (key, expected, value) =>
          (await this.#loaded()).state(bucket).compareAndSet(key, expected, value),
        watch: (key, signal) =>
          iterateLate(this.#loaded().then((space) => space.state(bucket).watch(key, signal))),
      }
    );
  }

  queue(name: string): Queue {
    return (
      this.#space?.queue(name) ?? {
        push: async (message, options) => (await this.#loaded()).queue(name).push(message, options),
        pushMany: async (messages, options) => (await this.#loaded()).queue(name).pushMany(messages, options),
        pop: async () => (await this.#loaded()).queue(name).pop(),
        popMany: async (most) => (await this.#loaded()).queue(name).popMany(most),
        take: async (options) => (await this.#loaded()).queue(name).take(options),
        peek: async (options) => (await this.#loaded()).queue(name).peek(options),
        trim: async (options) => (await this.#loaded()).queue(name).trim(options),
        length: async () => (await this.#loaded()).queue(name).length(),
        subscribe: (options) =>
          iterateLate(this.#loaded().then((space) => space.queue(name).subscribe(options))),
      }
    );
  }

  log(name: string): Log {
    return (
      this.#space?.log(name) ?? {
        append: async (entry) => (await this.#loaded()).log(name).append(entry),
        tail: (options) => iterateLate(this.#loaded().then((space) => space.log(name).tail(options))),
        trim: async (options) => (await this.#loaded()).log(name).trim(options),
        length: async () => (await this.#loaded()).log(name).length(),
      }
    );
  }

  async locks() {
    return (await this.#loaded()).locks();
  }

  async counters() {
    return (await this.#loaded()).counters();
  }

  async states() {
    return (await this.#loaded()).states();
  }

  async queues() {
    return (await this.#loaded()).queues();
  }

  async logs() {
    return (await this.#loaded()).logs();
  }

  async close(): Promise<void> {
    await (await this.#loading?.catch(() => undefined))?.close();
  }

  #loaded(): Promise<Space> {
    if (this.#load === undefined) throw internalError("the space is not open yet");
    this.#loading ??= this.#load().then((space) => {
      this.#space = space;
      return space;
    });
    return this.#loading;
  }

  get #opened(): { name: string; url: string } {
    if (this.#names === undefined) throw internalError("the space is not open yet");
    return this.#names;
  }
}

/** Begins when it is made, as the iterator itself would. */
function iterateLate<T>(iterable: Promise<AsyncIterable<T>>): AsyncIterable<T> {
  const iterator = iterable.then((inner) => inner[Symbol.asyncIterator]());
  iterator.catch(() => {});
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => (await iterator).next(),
      return: async () => (await (await iterator).return?.()) ?? { done: true, value: undefined },
    }),
  };
}
