import { internalError } from "../../base/index.ts";
import { cellOf, parseStoreUrl, type Space } from "../../unidist/index.ts";
import type { SharedAccess, SharedFailure, SharedReply, SharedRequest } from "./protocol.ts";

/** What a worker may call, by what it calls it on. */
const allowed: Readonly<Record<SharedRequest["target"]["of"], readonly string[]>> = {
  space: ["locks", "counters", "states", "queues", "logs", "access"],
  lock: ["acquire", "isLocked", "list", "breakLock"],
  counter: ["get", "set", "getSet", "increment", "getIncrement", "cell"],
  state: ["get", "set", "setWithExpiry", "delete", "keys", "entries", "compareAndSet", "watch"],
  queue: ["push", "pushMany", "pop", "popMany", "take", "peek", "trim", "length", "subscribe"],
  log: ["append", "tail", "trim", "length"],
  handle: ["release", "extend", "ack", "nack", "next", "return", "lost"],
};

type Methods = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/**
 * Carries out a worker's calls on the shared space. Leases, taken messages and subscriptions stay here under a
 * number; what a script call has not given back when it ends (or its worker dies) is given back for it.
 */
export class SharedServer {
  readonly #space: Space;
  readonly #reply: (reply: SharedReply) => void;
  readonly #held = new Map<number, object>();
  /** Ends the waiting for a lease to get lost once it was given back. */
  readonly #watched = new Map<number, () => void>();
  #next = 1;
  /** Aborted when the call ends: nobody waits for a lock any more. */
  #call = new AbortController();

  constructor(space: Space, reply: (reply: SharedReply) => void) {
    this.#space = space;
    this.#reply = reply;
  }

  /** `thread` is shown as the holder of locks. */
  async receive(request: SharedRequest, thread: string): Promise<void> {
    try {
      this.#reply({ kind: "shared", id: request.id, ...(await this.#carryOut(request, thread)) });
    } catch (error) {
      this.#reply({ kind: "shared", id: request.id, error: describeError(error) });
    }
  }

  /** Releases what the call that ended still holds. */
  async endCall(): Promise<void> {
    this.#call.abort();
    this.#call = new AbortController();
    const held = [...this.#held.values()] as Methods[];
    this.#held.clear();
    for (const stop of this.#watched.values()) stop();
    this.#watched.clear();
    await Promise.all(held.map(giveBack));
  }

  async #carryOut(
    { target, method, args: given }: SharedRequest,
    thread: string,
  ): Promise<{ value?: unknown; handle?: number }> {
    if (!allowed[target.of].includes(method)) throw internalError(`method ${method} of ${target.of}`);
    if (method === "access") return { value: accessTo(this.#space) };
    const on = this.#targetOf(target);
    if (method === "cell" && target.of === "counter") {
      // Whatever it has: a space may not be there before something is done to it.
      await on.get?.call(on);
      return { value: cellOf(this.#space.counter(target.name)) };
    }
    if (method === "lost" && target.of === "handle") return this.#whenLost(target.handle, on);
    const called = on[method];
    if (called === undefined) throw internalError(`${target.of} has no ${method}`);
    const { signal } = this.#call;
    const args =
      method === "acquire"
        ? [{ holder: { thread }, ...(given[0] as object | undefined), signal }]
        : [...given];
    const value: unknown = await called.apply(on, args);
    if (target.of === "handle") {
      if (method !== "next" && method !== "extend") this.#letGo(target.handle);
      return { value: method === "next" ? value : undefined };
    }
    if (method === "watch" || method === "subscribe" || method === "tail") {
      return { handle: this.#hold((value as AsyncIterable<unknown>)[Symbol.asyncIterator]()) };
    }
    if (typeof value === "object" && value !== null && (method === "acquire" || method === "take")) {
      // The call ended while it waited: there is nobody left to give it back.
      if (signal.aborted) {
        await giveBack(value as Methods);
        return {};
      }
      return { value: describeHeld(value), handle: this.#hold(value) };
    }
    return { value };
  }

  #targetOf(target: SharedRequest["target"]): Methods {
    switch (target.of) {
      case "space":
        return this.#space as unknown as Methods;
      case "handle": {
        const held = this.#held.get(target.handle);
        if (held === undefined) throw new Error("it ended with the run of the script that took it");
        return held as Methods;
      }
      default:
        return this.#space[target.of](target.name) as unknown as Methods;
    }
  }

  #whenLost(handle: number, on: object): Promise<{ value: unknown }> {
    const { lost } = on as { lost?: AbortSignal };
    return new Promise((resolve, reject) => {
      if (lost === undefined || lost.aborted) {
        resolve({ value: true });
        return;
      }
      const abort = () => resolve({ value: true });
      lost.addEventListener("abort", abort, { once: true });
      this.#watched.set(handle, () => {
        lost.removeEventListener("abort", abort);
        reject(new Error("released"));
      });
    });
  }

  #letGo(handle: number): void {
    this.#held.delete(handle);
    this.#watched.get(handle)?.();
    this.#watched.delete(handle);
  }

  #hold(value: object): number {
    const handle = this.#next++;
    this.#held.set(handle, value);
    return handle;
  }
}

/** How a thread of this process may go about without asking us each time. */
function accessTo({ name, url }: Space): SharedAccess {
  const store = parseStoreUrl(url);
  if (store.kind === "memory") return { way: "cells" };
  return store.kind === "sqlite" ? { way: "file", store, name } : { way: "messages" };
}

function describeError(error: unknown): SharedFailure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? { name, message, code } : { name, message };
}

async function giveBack(held: Methods): Promise<void> {
  try {
    await (held.release ?? held.nack ?? held.return)?.call(held);
  } catch {
    // Lost or expired already.
  }
}

/** The plain fields, and the names of the methods: functions cannot be sent. */
function describeHeld(value: object): { data: object; methods: string[]; ends: boolean } {
  const data: Record<string, unknown> = {};
  for (const name of ["token", "position", "time", "key", "message", "deliveries"]) {
    const field = (value as Record<string, unknown>)[name];
    if (field !== undefined) data[name] = field;
  }
  const methods = ["release", "extend", "ack", "nack"].filter(
    (name) => typeof (value as Record<string, unknown>)[name] === "function",
  );
  return { data, methods, ends: (value as { lost?: unknown }).lost instanceof AbortSignal };
}
