import type { Clock, Events, Problem } from "../../../base/index.ts";

const quiet = 60_000;

/** Tells of a sink's trouble once a minute at most; what is lost meanwhile is told in one sum. */
export class SinkTrouble {
  readonly #clock: Clock;
  readonly #events: Events;
  readonly #label: string;
  #toldAt: number | undefined;
  #lost = 0;
  #isOpen = false;

  constructor(label: string, clock: Clock, events: Events) {
    this.#label = label;
    this.#clock = clock;
    this.#events = events;
  }

  lost(count: number): void {
    this.#lost += count;
  }

  tell(problem: Problem, always = false): void {
    this.#isOpen = true;
    const now = this.#clock.monotonic();
    if (!always && this.#toldAt !== undefined && now - this.#toldAt < quiet) return;
    this.#toldAt = now;
    const lost = this.#lost;
    this.#lost = 0;
    const notes = [...(problem.notes ?? [])];
    if (lost > 0) notes.push(`${lost} ${lost === 1 ? "sample" : "samples"} lost since the last message`);
    this.#events.report({ type: "store:failed", file: this.#label, problem: { ...problem, notes } });
  }

  /** It works again: said if the trouble was, and with the same calm. */
  over(): void {
    if (!this.#isOpen) return;
    const now = this.#clock.monotonic();
    if (this.#toldAt !== undefined && now - this.#toldAt < quiet) return;
    this.#isOpen = false;
    this.#toldAt = now;
    const text = `${this.#label} works again${this.#lost > 0 ? `; ${this.#lost} samples were lost` : ""}`;
    this.#lost = 0;
    this.#events.report({ type: "log:written", level: "info", text, thread: undefined });
  }
}
