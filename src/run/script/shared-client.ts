import type { FromWorker, SharedReply, SharedTarget } from "./protocol.ts";

/**
 * `shared` as a script sees it: the methods of the shared space, each one a message to the main thread, where the
 * space lives. Nothing is sent, and nothing exists, before a script uses it.
 */
export class SharedClient {
  readonly #post: (message: FromWorker) => void;
  readonly #waiting = new Map<number, { resolve: (reply: SharedReply) => void }>();
  #next = 1;
  readonly space: object;

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
    const part = (of: "lock" | "counter" | "state" | "queue") => (name: unknown) =>
      this.#methods({ of, name: String(name) });
    this.space = Object.freeze({
      lock: part("lock"),
      counter: part("counter"),
      state: part("state"),
      queue: part("queue"),
      locks: () => this.#call({ of: "space" }, "locks", []),
      counters: () => this.#call({ of: "space" }, "counters", []),
    });
  }

  receive(reply: SharedReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    waiting?.resolve(reply);
  }

  #methods(target: SharedTarget & { of: "lock" | "counter" | "state" | "queue" }): object {
    const call =
      (method: string) =>
      (...args: unknown[]) =>
        this.#call(target, method, args);
    switch (target.of) {
      case "lock":
        return { acquire: call("acquire"), isLocked: call("isLocked"), breakLock: call("breakLock") };
      case "counter":
        return {
          get: call("get"),
          set: call("set"),
          getSet: call("getSet"),
          increment: call("increment"),
          getIncrement: call("getIncrement"),
        };
      case "state":
        return {
          get: call("get"),
          set: call("set"),
          setWithExpiry: call("setWithExpiry"),
          delete: call("delete"),
          keys: call("keys"),
          entries: call("entries"),
          compareAndSet: call("compareAndSet"),
          update: (key: string, change: (value: unknown) => unknown) => this.#update(target, key, change),
          watch: (key: string, signal?: AbortSignal) => this.#iterate(target, "watch", [key], signal),
        };
      case "queue":
        return {
          push: call("push"),
          pop: call("pop"),
          take: call("take"),
          peek: call("peek"),
          trim: call("trim"),
          length: call("length"),
          subscribe: (options?: { signal?: AbortSignal }) =>
            this.#iterate(target, "subscribe", [options], options?.signal),
        };
    }
  }

  async #call(target: SharedTarget, method: string, args: readonly unknown[]): Promise<unknown> {
    const reply = await this.#request(target, method, args);
    return reply.handle === undefined ? reply.value : this.#held(reply.value, reply.handle);
  }

  async #request(target: SharedTarget, method: string, args: readonly unknown[]): Promise<SharedReply> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<SharedReply>();
    this.#waiting.set(id, { resolve });
    this.#post({ kind: "shared", id, target, method, args: args.map(withoutSignal) });
    const reply = await promise;
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply;
  }

  /** A lease or a taken message: its data, and the methods it has. */
  #held(value: unknown, handle: number): object {
    const call =
      (method: string) =>
      (...args: unknown[]) =>
        this.#call({ of: "handle", handle }, method, args);
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

  /** The change runs here, so it is tried again until nobody else was faster. */
  async #update(target: SharedTarget, key: string, change: (value: unknown) => unknown): Promise<unknown> {
    for (;;) {
      const before = await this.#call(target, "get", [key]);
      const after = change(before === undefined ? undefined : structuredClone(before));
      if ((await this.#call(target, "compareAndSet", [key, before, after])) === true) return after;
    }
  }

  async *#iterate(
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
}

/** Signals stay here: they cannot be sent. */
function withoutSignal(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null || !("signal" in argument)) return argument;
  const { signal: _, ...rest } = argument;
  return rest;
}
