import type { Cell } from "../../unidist/index.ts";
import type { FromWorker, SharedAccess, SharedKind, SharedReply } from "./protocol.ts";
import { SharedCalls } from "./shared-calls.ts";
import type { SharedDirect } from "./shared-direct.ts";

/**
 * What can be done to each thing. What leaves something held (a lock, a message, a subscription) goes through the main
 * thread, which gives it back when the script's call ends or its worker dies; the rest directly, if there is a way.
 */
const methods: Readonly<
  Record<SharedKind, { readonly direct: readonly string[]; readonly sent: readonly string[] }>
> = {
  lock: { direct: [], sent: ["acquire", "isLocked", "list", "breakLock"] },
  counter: { direct: ["get", "set", "getSet", "increment", "getIncrement"], sent: [] },
  state: {
    direct: ["get", "set", "setWithExpiry", "delete", "keys", "entries", "compareAndSet"],
    sent: [],
  },
  queue: { direct: ["push", "pushMany", "pop", "popMany", "peek", "trim", "length"], sent: ["take"] },
  log: { direct: ["append", "trim", "length"], sent: [] },
};

const lists = ["locks", "counters", "states", "queues", "logs"] as const;

/** Milliseconds for which direct calls may follow each other before the worker listens to others. */
const LONGEST_STRETCH = 4;

type Methods = Record<string, (...args: unknown[]) => unknown>;

/**
 * `shared` as a script sees it: the methods of the shared space. Each is a message to the main thread, where the space
 * lives, or done here. Nothing is sent or loaded, and nothing exists, before a script uses it.
 */
export class SharedClient {
  readonly #calls: SharedCalls;
  /** Undefined: not known yet. Null: everything goes through the main thread. */
  #direct: SharedDirect | null | undefined;
  #opening: Promise<SharedDirect | null> | undefined;
  #stretch = 0;
  readonly space: object;

  /** `isThread`: this worker can share memory with the main thread, and files are its files. */
  constructor(post: (message: FromWorker) => void, isThread: boolean) {
    this.#calls = new SharedCalls(post);
    if (!isThread) this.#direct = null;
    const thing = (of: SharedKind) => (name: unknown) => this.#thing(of, String(name));
    const list = (name: string) => () => this.#calls.call({ of: "space" }, name, []);
    this.space = Object.freeze({
      lock: thing("lock"),
      counter: thing("counter"),
      state: thing("state"),
      queue: thing("queue"),
      log: thing("log"),
      ...Object.fromEntries(lists.map((name) => [name, list(name)])),
    });
  }

  receive(reply: SharedReply): void {
    this.#calls.receive(reply);
  }

  #thing(of: SharedKind, name: string): object {
    const target = { of, name };
    const made: Methods = {};
    for (const method of methods[of].direct) made[method] = (...args) => this.#call(of, name, method, args);
    for (const method of methods[of].sent) made[method] = (...args) => this.#calls.call(target, method, args);
    const iterate =
      (method: string) =>
      (options?: { signal?: AbortSignal }): unknown =>
        this.#calls.iterate(target, method, [options], options?.signal);
    switch (of) {
      case "state":
        made.update = (key, change) => update(made, key, change as (value: unknown) => unknown);
        made.watch = (key, signal) =>
          this.#calls.iterate(target, "watch", [key], signal as AbortSignal | undefined);
        break;
      case "queue":
        made.subscribe = iterate("subscribe") as Methods[string];
        break;
      case "log":
        made.tail = iterate("tail") as Methods[string];
        break;
    }
    return made;
  }

  async #call(of: SharedKind, name: string, method: string, args: unknown[]): Promise<unknown> {
    let direct = this.#direct;
    if (direct === undefined) {
      this.#opening ??= this.#open();
      direct = await this.#opening;
    }
    let found = direct?.find(of, name);
    if (found instanceof Promise) found = await found;
    if (found === undefined) return this.#calls.call({ of, name }, method, args);
    // These calls end without the event loop having turned: a script that makes them on and on would never hear of
    // its signal or its timers.
    const now = performance.now();
    if (now - this.#stretch > LONGEST_STRETCH) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#stretch = performance.now();
    }
    return (found as Methods)[method]?.(...args);
  }

  async #open(): Promise<SharedDirect | null> {
    try {
      const access = (await this.#calls.call({ of: "space" }, "access", [])) as SharedAccess;
      this.#direct = await this.#openAs(access);
      return this.#direct;
    } finally {
      this.#opening = undefined;
    }
  }

  async #openAs(access: SharedAccess): Promise<SharedDirect | null> {
    if (access.way === "messages") return null;
    const { openCells, openFile } = await import("./shared-direct.ts");
    if (access.way === "file") return openFile(access.store, access.name);
    const ask = (name: string) => this.#calls.call({ of: "counter", name }, "cell", []);
    return openCells(ask as (name: string) => Promise<Cell | undefined>);
  }
}

/** The change runs here, so it is tried again until nobody else was faster. */
async function update(state: Methods, key: unknown, change: (value: unknown) => unknown): Promise<unknown> {
  for (;;) {
    const before = await state.get?.(key);
    const after = change(before === undefined ? undefined : structuredClone(before));
    if ((await state.compareAndSet?.(key, before, after)) === true) return after;
  }
}
