import type { Clock, Events, Milliseconds, Problem, Seconds } from "../../base/index.ts";
import type { Thread, ThreadOutput, ThreadState, ThreadStatus } from "../types.ts";
import type { RunResult, ThreadCommon } from "./definition.ts";
import { OutputHistory } from "./output-history.ts";
import type { Scheduler } from "./scheduler.ts";

/** After its signal a run gets this long (its worker or process is being ended), then nobody waits for it any more. */
const LAST_WAIT = 4000 as Milliseconds;

export interface ThreadServices {
  readonly clock: Clock;
  readonly events: Events;
  readonly scheduler: Scheduler;
  readonly random: () => number;
}

/** What all threads have in common: outputs for readers, figures, and the way they end. */
export abstract class BaseThread implements Thread {
  abstract readonly kind: ThreadStatus["kind"];
  readonly id: string;
  readonly what: string;
  protected readonly services: ThreadServices;
  protected state: ThreadState = "starting";
  protected runs = 0;
  protected errors = 0;
  protected skipped = 0;
  protected restarts = 0;
  protected dropped = 0;
  protected error: Problem | undefined;
  readonly #definition: ThreadCommon;
  readonly #history: OutputHistory;
  readonly #first = Promise.withResolvers<ThreadOutput | undefined>();
  readonly #firstRun = Promise.withResolvers<RunResult | undefined>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #controller = new AbortController();
  #startedAt: number | undefined;
  #lastRunAt: number | undefined;
  #lastDuration: number | undefined;

  constructor(definition: ThreadCommon, services: ThreadServices) {
    this.#definition = definition;
    this.#history = new OutputHistory(definition.history);
    this.services = services;
    this.id = definition.id;
    this.what = definition.what;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get over(): boolean {
    return this.state === "finished" || this.state === "failed";
  }

  status(): ThreadStatus {
    return {
      id: this.id,
      kind: this.kind,
      state: this.state,
      interval: this.interval,
      runs: this.runs,
      errors: this.errors,
      skipped: this.skipped,
      dropped: this.dropped,
      restarts: this.restarts,
      startedAt: this.#startedAt,
      lastRunAt: this.#lastRunAt,
      lastDuration: this.#lastDuration,
      error: this.error,
    };
  }

  latest(): ThreadOutput | undefined {
    return this.#history.latest();
  }

  history(): readonly ThreadOutput[] {
    return this.#history.all();
  }

  first(): Promise<ThreadOutput | undefined> {
    return this.#first.promise;
  }

  firstRun(): Promise<RunResult | undefined> {
    return this.#firstRun.promise;
  }

  /** A second call with less grace speeds up the first. */
  stop(grace: Seconds): Promise<void> {
    if (this.over) return this.ended;
    this.state = "stopping";
    if (!this.stopRuns()) {
      this.end("finished");
      return this.ended;
    }
    const { clock } = this.services;
    const abort = () => {
      this.#controller.abort(new Error(`thread "${this.id}" was stopped`));
      const giveUp = clock.after(LAST_WAIT, () => this.end("finished"));
      void this.ended.then(() => giveUp.cancel());
    };
    const timer = clock.after((grace * 1000) as Milliseconds, abort);
    void this.ended.then(() => timer.cancel());
    return this.ended;
  }

  protected get interval(): number | undefined {
    return undefined;
  }

  /** Lets no new run start; false when none is going on, so that the thread has ended. */
  protected abstract stopRuns(): boolean;

  protected begin(): void {
    const { clock, events } = this.services;
    this.#startedAt = clock.wall() / 1000;
    if (events.wants("thread:started"))
      events.report({ type: "thread:started", thread: this.id, interval: this.interval });
  }

  /** One run ended: `startedWall` and `startedMonotonic` in milliseconds. */
  protected record(result: RunResult, startedWall: number, startedMonotonic: number): void {
    const { clock, events } = this.services;
    const seconds = (clock.monotonic() - startedMonotonic) / 1000;
    const time = startedWall / 1000;
    this.runs++;
    this.#lastRunAt = time;
    this.#lastDuration = seconds;
    if (result.ok) {
      this.error = undefined;
      this.#definition.stored?.(result.output, startedWall);
      const isFirst = this.#history.length === 0;
      this.#history.add(time, seconds, result.output);
      if (isFirst) this.#first.resolve(this.#history.latest());
    } else {
      this.errors++;
      this.error = result.problem;
      if (events.wants("thread:failed"))
        events.report({ type: "thread:failed", thread: this.id, problem: result.problem });
    }
    if (this.runs === 1) this.#firstRun.resolve(result);
  }

  protected skip(runs: number, reason: "overlap" | "late"): void {
    if (runs <= 0) return;
    this.skipped += runs;
    const { events } = this.services;
    if (events.wants("thread:skipped"))
      events.report({ type: "thread:skipped", thread: this.id, runs, reason });
  }

  protected end(state: "finished" | "failed"): void {
    if (this.over) return;
    this.state = state;
    this.#first.resolve(undefined);
    this.#firstRun.resolve(
      this.error === undefined || this.runs > 0 ? undefined : { ok: false, problem: this.error },
    );
    this.#ended.resolve();
    const { events } = this.services;
    if (events.wants("thread:finished"))
      events.report({ type: "thread:finished", thread: this.id, runs: this.runs });
  }
}
