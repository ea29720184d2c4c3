import { hostname } from "node:os";
import type { Clock, Milliseconds, Seconds, Timer } from "../../base/index.ts";
import { SharedError } from "../shared-error.ts";
import type { Holder, Lease, Lock, LockHolder } from "../types.ts";

interface Held {
  readonly lease: Lease;
  readonly holder: LockHolder;
  readonly controller: AbortController;
  timer: Timer | undefined;
}

type AcquireOptions = Parameters<Lock["acquire"]>[0];

/** First come, first served: a free lock goes to the longest waiter, never to a newcomer. */
export class MemoryLock implements Lock {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #held: Held | undefined;
  #token = 0n;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  get holder(): LockHolder | undefined {
    return this.#held?.holder;
  }

  acquire(options: AcquireOptions = {}): Promise<Lease | null> {
    const { timeout, signal } = options;
    if (signal?.aborted === true) return Promise.resolve(null);
    if (this.#held === undefined) return Promise.resolve(this.#grant(options));
    if (timeout !== undefined && timeout <= 0) return Promise.resolve(null);
    return new Promise((resolve) => {
      const settle = (lease: Lease | null) => {
        this.#waiting.delete(turn);
        timer?.cancel();
        signal?.removeEventListener("abort", giveUp);
        resolve(lease);
      };
      const turn = () => settle(this.#grant(options));
      const giveUp = () => settle(null);
      const timer =
        timeout === undefined ? undefined : this.#clock.after((timeout * 1000) as Milliseconds, giveUp);
      signal?.addEventListener("abort", giveUp);
      this.#waiting.add(turn);
    });
  }

  async isLocked(): Promise<boolean> {
    return this.#held !== undefined;
  }

  async list(): Promise<readonly LockHolder[]> {
    return this.#held === undefined ? [] : [this.#held.holder];
  }

  async breakLock(): Promise<boolean> {
    const held = this.#held;
    if (held === undefined) return false;
    this.#takeAway(held, `lock "${this.#name}" was released by someone else`);
    return true;
  }

  /** The space closes: whoever holds it loses it, whoever waits goes on waiting for nothing. */
  end(): void {
    this.#waiting.clear();
    if (this.#held !== undefined) this.#takeAway(this.#held, "the space was closed");
  }

  #grant(options: NonNullable<AcquireOptions>): Lease {
    const token = ++this.#token;
    const controller = new AbortController();
    const notHeld = () =>
      new SharedError("not-held", `lock "${this.#name}" is not held any more (token ${token})`);
    const held: Held = {
      controller,
      holder: describe(this.#name, token, this.#clock, options.holder),
      timer: undefined,
      lease: {
        token,
        lost: controller.signal,
        release: async () => {
          if (this.#held !== held) throw notHeld();
          this.#free(held);
        },
        extend: async (lease) => {
          if (this.#held !== held) throw notHeld();
          this.#expire(held, (lease as Seconds | undefined) ?? options.lease);
        },
      },
    };
    this.#held = held;
    this.#expire(held, options.lease);
    return held.lease;
  }

  #expire(held: Held, lease: Seconds | undefined): void {
    held.timer?.cancel();
    held.timer =
      lease === undefined
        ? undefined
        : this.#clock.after((lease * 1000) as Milliseconds, () =>
            this.#takeAway(held, `the lease of lock "${this.#name}" ended`),
          );
  }

  #takeAway(held: Held, why: string): void {
    this.#free(held);
    held.controller.abort(new SharedError("lost", why));
  }

  #free(held: Held): void {
    held.timer?.cancel();
    this.#held = undefined;
    for (const turn of this.#waiting) {
      turn();
      break;
    }
  }
}

function describe(lock: string, token: bigint, clock: Clock, holder: Partial<Holder> = {}): LockHolder {
  return {
    lock,
    token,
    since: clock.wall() / 1000,
    host: holder.host ?? hostname(),
    pid: holder.pid ?? process.pid,
    thread: holder.thread ?? "",
    block: holder.block ?? "",
  };
}
