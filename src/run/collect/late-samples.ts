import type { Events } from "../../base/index.ts";

const reportEvery = 60_000;

/** Counts samples of one file that were dropped, and reports them at most once a minute. */
export class LateSamples {
  readonly #file: string;
  readonly #events: Events;
  #unreported = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #latest: { readonly time: number; readonly reason: string } | undefined;

  constructor(file: string, events: Events) {
    this.#file = file;
    this.#events = events;
  }

  /** `time`: the sample's, epoch seconds; `now`: monotonic milliseconds. */
  drop(time: number, reason: string, now: number): void {
    this.#unreported++;
    this.#latest = { time, reason };
    if (now - this.#reportedAt < reportEvery) return;
    this.#reportedAt = now;
    this.flush();
  }

  /** Reports what was held back. */
  flush(): void {
    if (this.#latest === undefined) return;
    const { time, reason } = this.#latest;
    const more = this.#unreported > 1 ? ` (${this.#unreported} samples dropped since the last report)` : "";
    this.#events.report({ type: "sample:dropped", file: this.#file, time, reason: reason + more });
    this.#latest = undefined;
    this.#unreported = 0;
  }
}
