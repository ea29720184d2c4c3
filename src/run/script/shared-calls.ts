import type { FromWorker, SharedFailure, SharedReply, SharedTarget } from "./protocol.ts";

/** Calls of the shared space as messages to the main thread, and what comes back. */
export class SharedCalls {
  readonly #post: (message: FromWorker) => void;
  readonly #waiting = new Map<number, (reply: SharedReply) => void>();
  #next = 1;

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
  }

  receive(reply: SharedReply): void {
    const resolve = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    resolve?.(reply);
  }

  async call(target: SharedTarget, method: string, args: readonly unknown[]): Promise<unknown> {
    const reply = await this.#request(target, method, args);
    return reply.handle === undefined ? reply.value : this.#held(reply.value, reply.handle);
  }

  async *iterate(
    target: SharedTarget,
    method: string,
    args: readonly unknown[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<unknown> {
    const { handle } = await this.#request(target, method, args);
    if (handle === undefined) return;
    const iterator: SharedTarget = { of: "handle", handle };
    const stop = () => void this.#request(iterator, "return", []).catch(() => {});
    signal?.addEventListener("abort", stop, { once: true });
    try {
      while (signal?.aborted !== true) {
        const reply = await this.#request(iterator, "next", []);
        const { done, value } = reply.value as { done: boolean; value: unknown };
        if (done) return;
        yield value;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      stop();
    }
  }

  async #request(target: SharedTarget, method: string, args: readonly unknown[]): Promise<SharedReply> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<SharedReply>();
    this.#post({ kind: "shared", id, target, method, args: args.map(withoutSignal) });
    this.#waiting.set(id, resolve);
    const reply = await promise;
    if (reply.error !== undefined) throw errorOf(reply.error);
    return reply;
  }

  /** A lease or a taken message: its data, and the methods it has. */
  #held(value: unknown, handle: number): object {
    const call =
      (method: string) =>
      (...args: unknown[]) =>
        this.call({ of: "handle", handle }, method, args);
    const { methods, data, ends } = value as { methods: string[]; data: object; ends: boolean };
    const held: Record<string, unknown> = { ...data };
    for (const method of methods) held[method] = call(method);
    if (ends) {
      const lost = new AbortController();
      held.lost = lost.signal;
      void this.#request({ of: "handle", handle }, "lost", []).then(
        () => lost.abort(),
        () => {},
      );
    }
    return held;
  }
}

/** A `SharedError` is known by its name. */
function errorOf({ name, message, code }: SharedFailure): Error {
  const error = new Error(message);
  Object.defineProperty(error, "name", { value: name, enumerable: false });
  return code === undefined ? error : Object.assign(error, { code });
}

/** Signals stay here: they cannot be sent. */
function withoutSignal(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null || !("signal" in argument)) return argument;
  const { signal: _, ...rest } = argument;
  return rest;
}
