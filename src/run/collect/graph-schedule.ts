import { resolve } from "node:path";
import type { Clock, Events } from "../../base/index.ts";
import { type GraphDefinition, type GraphPainter, graphPath } from "../../graph/index.ts";
import { RepeatedProblem } from "./repeated-problem.ts";

export interface GraphScheduleContext {
  readonly clock: Clock;
  readonly events: Events;
  /** Made at the first picture, so that a block without graphs starts no worker. */
  readonly painter: () => Pick<GraphPainter, "paint" | "close">;
  readonly count: { graphsDrawn: number };
}

/**
 * Runs start a little early or late; a picture due every 10 s must not wait for the sample after next because this
 * one came after 9.99 s. Share of the interval.
 */
const slack = 0.05;

/** Draws one graph of one file: in the background, at most once per interval, never twice at a time. */
export class GraphSchedule {
  readonly #context: GraphScheduleContext;
  readonly #rrdFile: string;
  readonly #definition: GraphDefinition;
  readonly #dir: string;
  readonly #trouble = new RepeatedProblem();
  #changed = false;
  #due = Number.NEGATIVE_INFINITY;
  #drawing: Promise<void> | undefined;

  constructor(rrdFile: string, definition: GraphDefinition, dir: string, context: GraphScheduleContext) {
    this.#context = context;
    this.#rrdFile = rrdFile;
    this.#definition = definition;
    this.#dir = dir;
  }

  /** A sample came into the file. Pictures follow samples, so there is no timer. */
  changed(): void {
    this.#changed = true;
    if (this.#drawing !== undefined) return;
    const interval = this.#definition.interval * 1000;
    const now = this.#context.clock.monotonic();
    if (now < this.#due - interval * slack) return;
    // Counted from when it was due, not from when it was drawn: no drift. After a pause, from now.
    this.#due = Math.max(this.#due + interval, now + interval * (1 - slack));
    this.#start();
  }

  /** Resolves when the latest state is drawn. */
  async finish(): Promise<void> {
    await this.#drawing;
    if (this.#changed) this.#start();
    await this.#drawing;
  }

  #start(): void {
    this.#changed = false;
    this.#drawing = this.#draw().finally(() => {
      this.#drawing = undefined;
    });
  }

  async #draw(): Promise<void> {
    const { clock, events, count } = this.#context;
    const now = Math.floor(clock.wall() / 1000);
    for (const period of this.#definition.periods) {
      const out = resolve(this.#dir, graphPath(this.#definition, period));
      const rrdFile = this.#rrdFile;
      const request = { rrdFile, folder: this.#dir, definition: this.#definition, period, now, out };
      const painted = await this.#context.painter().paint(request);
      if (painted.ok) {
        if (painted.value.drawn) {
          count.graphsDrawn++;
          events.report({ type: "graph:drawn", file: out, seconds: painted.value.seconds });
        }
        continue;
      }
      for (const problem of painted.problems) {
        if (this.#trouble.isNews(problem.message, clock.monotonic()))
          events.report({ type: "graph:failed", file: out, problem });
      }
    }
  }
}
