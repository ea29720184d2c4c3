import type { Milliseconds, Seconds } from "../../base/index.ts";
import type { TakenMessage } from "../types.ts";
import type { Part } from "./part.ts";

interface Taker {
  readonly visibility: Seconds;
  resolve(taken: TakenMessage | undefined): void;
}

/** Those of this thread who wait for a message of one queue: first come, first served. */
export class Takers {
  readonly #part: Part;
  readonly #take: (visibility: Seconds) => TakenMessage | undefined;
  readonly #waiting = new Set<Taker>();
  #stopWaiting: (() => void) | undefined;
  #isServing = false;
  readonly #close = () => {
    for (const taker of this.#waiting) taker.resolve(undefined);
  };

  constructor(part: Part, take: (visibility: Seconds) => TakenMessage | undefined) {
    this.#part = part;
    this.#take = take;
  }

  wait(wait: Seconds, visibility: Seconds): Promise<TakenMessage | undefined> {
    const { space } = this.#part;
    return new Promise((resolve, reject) => {
      const taker: Taker = {
        visibility,
        resolve: (taken) => {
          this.#leave(taker);
          timer.cancel();
          resolve(taken);
        },
      };
      const timer = space.clock.after((wait * 1000) as Milliseconds, () => taker.resolve(undefined));
      this.#waiting.add(taker);
      space.closers.add(this.#close);
      const listen = async () => {
        await space.run(() => {
          const id = this.#part.id();
          space.store.listenTo(id);
          if (this.#waiting.size > 0)
            this.#stopWaiting ??= space.store.attention.wait(id, space.clock, () => this.#serve());
        });
        // Something may have come in before we listened.
        this.#serve();
      };
      listen().catch((error: unknown) => {
        taker.resolve(undefined);
        reject(error);
      });
    });
  }

  #serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      for (const taker of this.#waiting) {
        const { database } = this.#part.space.store;
        const taken = database.tryNow(() => this.#take(taker.visibility));
        // Nothing there, or somebody else was writing: what he leaves is found at the next look.
        if (taken === undefined) break;
        taker.resolve(taken);
      }
    } finally {
      this.#isServing = false;
    }
  }

  #leave(taker: Taker): void {
    this.#waiting.delete(taker);
    if (this.#waiting.size > 0) return;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#part.space.closers.delete(this.#close);
  }
}
