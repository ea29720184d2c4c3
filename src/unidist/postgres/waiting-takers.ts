import type { Milliseconds, Seconds } from "../../base/index.ts";
import { Bell } from "./bells.ts";
import type { PostgresPart } from "./part.ts";

/** What a dead consumer held is free without anybody being told. */
const LOOK = 500 as Milliseconds;

interface Taker<T> {
  readonly take: () => Promise<T | undefined>;
  readonly settle: (taken: T | undefined) => void;
  readonly fail: (error: unknown) => void;
  over: boolean;
}

/** Those of this process who wait for a message: first come, first served, and only the first asks the store. */
export class WaitingTakers<T> {
  readonly #part: PostgresPart;
  readonly #waiting: Taker<T>[] = [];
  #bell = new Bell();
  #working = false;

  constructor(part: PostgresPart) {
    this.#part = part;
  }

  take(take: () => Promise<T | undefined>, wait: Seconds | undefined): Promise<T | undefined> {
    if (wait === undefined || wait <= 0) return take();
    return new Promise((settle, fail) => {
      const taker: Taker<T> = { take, settle, fail, over: false };
      const timer = this.#part.clock.after((wait * 1000) as Milliseconds, () => {
        taker.over = true;
        this.#bell.ring();
      });
      const done =
        <V>(end: (value: V) => void) =>
        (value: V) => {
          timer.cancel();
          end(value);
        };
      this.#waiting.push({
        ...taker,
        get over() {
          return taker.over;
        },
        settle: done(settle),
        fail: done(fail),
      });
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    let remove = () => {};
    try {
      const heard = await this.#part.bell();
      const forward = async () => {
        while (this.#working) {
          await heard.bell.wait();
          this.#bell.ring();
        }
      };
      remove = heard.remove;
      void forward();
      await this.#serve();
    } catch (error) {
      for (const taker of this.#waiting.splice(0)) taker.fail(error);
    } finally {
      this.#working = false;
      remove();
      // Somebody may have come just now.
      if (this.#waiting.length > 0) void this.#work();
    }
  }

  async #serve(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const taken = this.#part.closed.aborted ? undefined : await first.take();
      if (taken !== undefined || this.#part.closed.aborted) {
        this.#waiting.shift();
        first.settle(taken);
        continue;
      }
      this.#dropThoseOver();
      if (this.#waiting.length === 0) return;
      const timer = this.#part.clock.after(LOOK, () => this.#bell.ring());
      await this.#bell.wait();
      timer.cancel();
      if (this.#waiting[0] !== first) continue;
      this.#dropThoseOver(first);
    }
  }

  /** Whose time is over goes away empty; the first one is asked for once more. */
  #dropThoseOver(but?: Taker<T>): void {
    for (const taker of this.#waiting.filter((one) => one.over && one !== but)) {
      this.#waiting.splice(this.#waiting.indexOf(taker), 1);
      taker.settle(undefined);
    }
  }
}
