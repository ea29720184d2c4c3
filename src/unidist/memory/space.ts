import type { Clock } from "../../base/index.ts";
import { checkName } from "../limits.ts";
import { SharedError } from "../shared-error.ts";
import type { Counter, Lock, LockHolder, Log, Queue, Space, State } from "../types.ts";
import { Cells } from "./cells.ts";
import { MemoryCounter } from "./counter.ts";
import { MemoryLock } from "./lock.ts";
import { MemoryLog } from "./log.ts";
import { MemoryQueue } from "./queue.ts";
import { MemoryState } from "./state.ts";

/** What every handle of one space shares. */
class Content {
  readonly locks = new Map<string, MemoryLock>();
  readonly cells = new Cells();
  readonly counters = new Map<string, MemoryCounter>();
  readonly states = new Map<string, MemoryState>();
  readonly queues = new Map<string, MemoryQueue>();
  readonly logs = new Map<string, MemoryLog>();
  handles = 0;

  end(): void {
    for (const lock of this.locks.values()) lock.end();
    for (const state of this.states.values()) state.end();
    for (const queue of this.queues.values()) queue.end();
    for (const log of this.logs.values()) log.end();
  }
}

/** Spaces of this process that are open, by store and name; one without handles is forgotten. */
const open = new Map<string, Content>();

export class MemorySpace implements Space {
  readonly url: string;
  readonly name: string;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #queueLimit: number;
  readonly #content: Content;
  #closed = false;

  constructor(url: string, name: string, clock: Clock, queueLimit: number) {
    this.url = url;
    this.name = checkName("space", name);
    this.#id = JSON.stringify([url, name]);
    this.#clock = clock;
    this.#queueLimit = queueLimit;
    this.#content = open.get(this.#id) ?? new Content();
    this.#content.handles++;
    open.set(this.#id, this.#content);
  }

  lock(name: string): Lock {
    return this.#find("lock", this.#content.locks, name, () => new MemoryLock(name, this.#clock));
  }

  counter(name: string): Counter {
    return this.#find(
      "counter",
      this.#content.counters,
      name,
      () => new MemoryCounter(this.#content.cells.next()),
    );
  }

  state(bucket: string): State {
    return this.#find("bucket", this.#content.states, bucket, () => new MemoryState(this.#clock));
  }

  queue(name: string): Queue {
    const make = () => new MemoryQueue(name, this.#clock, this.#queueLimit);
    return this.#find("queue", this.#content.queues, name, make);
  }

  log(name: string): Log {
    return this.#find("log", this.#content.logs, name, () => new MemoryLog(this.#clock));
  }

  async locks(): Promise<readonly LockHolder[]> {
    return [...this.#content.locks.values()].flatMap((lock) => lock.holder ?? []);
  }

  async counters(): Promise<readonly { name: string; value: bigint }[]> {
    return [...this.#content.counters].map(([name, counter]) => ({ name, value: counter.value }));
  }

  async states(): Promise<readonly { name: string; keys: number }[]> {
    return [...this.#content.states]
      .map(([name, state]) => ({ name, keys: state.size }))
      .filter(({ keys }) => keys > 0);
  }

  async queues(): Promise<readonly { name: string; length: number; taken: number }[]> {
    return [...this.#content.queues].map(([name, queue]) => ({ name, ...queue.figures }));
  }

  async logs(): Promise<readonly { name: string; length: number }[]> {
    return [...this.#content.logs].map(([name, log]) => ({ name, length: log.size }));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (--this.#content.handles > 0) return;
    open.delete(this.#id);
    this.#content.end();
  }

  #find<T>(what: string, things: Map<string, T>, name: string, make: () => T): T {
    if (this.#closed) throw new SharedError("closed", `space "${this.name}" is closed`);
    const found = things.get(checkName(what, name)) ?? make();
    things.set(name, found);
    return found;
  }
}
