import type { Clock, Events, Problem, SinkCounts } from "../../../base/index.ts";

const quiet = 60_000;

/** Tells of a sink's trouble once a minute at most; what is lost meanwhile is told in one sum. */
export class SinkTrouble {
  readonly #clock: Clock;
  readonly #events: Events;
  readonly #label: string;
  readonly #counts: () => SinkCounts;
  #toldAt: number | undefined;
  #lost = 0;
  #isOpen = false;

  constructor(
    label: string,
    context: { readonly clock: Clock; readonly events: Events },
    counts: () => SinkCounts,
  ) {
    this.#label = label;
    this.#clock = context.clock;
    this.#events = context.events;
    this.#counts = counts;
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
    const counts = this.#counts();
    this.#events.report({ type: "sink:failed", sink: this.#label, problem: { ...problem, notes }, counts });
  }

  /** It works again: said if the trouble was, and with the same calm. */
  over(): void {
    if (!this.#isOpen) return;
    const now = this.#clock.monotonic();
    if (this.#toldAt !== undefined && now - this.#toldAt < quiet) return;
    this.#isOpen = false;
    this.#toldAt = now;
    this.#lost = 0;
    this.#events.report({ type: "sink:recovered", sink: this.#label, counts: this.#counts() });
  }

  /** The last word: what became of everything. */
  closed(): void {
    this.#events.report({ type: "sink:closed", sink: this.#label, counts: this.#counts() });
  }
}
