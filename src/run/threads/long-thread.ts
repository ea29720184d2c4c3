import {
  assertNever,
  formatDuration,
  type Mapping,
  problem,
  type Seconds,
  type Timer,
} from "../../base/index.ts";
import { BaseThread, type ThreadServices } from "./base-thread.ts";
import type { RunResult, ThreadDefinition } from "./definition.ts";
import { thrown } from "./repeating-thread.ts";
import { firstState, type LongEvent, type LongState, nextState } from "./restart.ts";

type Definition = Extract<ThreadDefinition, { kind: "long-running" }>;

const NO_GRACE = 0 as Seconds;

/** A step that does not end by itself; each result it gives counts as one run. The rules are in `restart.ts`. */
export class LongThread extends BaseThread {
  readonly kind = "long-running";
  readonly #definition: Definition;
  #long: LongState;
  #timer: Timer | undefined;
  #durationTimer: Timer | undefined;
  #progress = false;

  constructor(definition: Definition, services: ThreadServices) {
    super(definition, services);
    this.#definition = definition;
    const now = services.clock.monotonic();
    this.#long = firstState(now / 1000);
    this.begin();
    if (definition.duration !== undefined)
      this.#durationTimer = services.scheduler.at(now + definition.duration * 1000, () => void this.stop());
    this.#run();
  }

  protected stopRuns(): boolean {
    const wasRunning = this.#long.kind === "running" || this.#long.kind === "stopping";
    this.#timer?.cancel();
    this.#durationTimer?.cancel();
    this.#long = nextState(this.#long, { kind: "stopped" }, this.#definition.restart);
    return wasRunning;
  }

  /** A long-running step would never use a grace time: it is asked to end at once, the grace is for its ending. */
  override stop(): Promise<void> {
    return super.stop(NO_GRACE);
  }

  #run(): void {
    this.state = "running";
    this.#progress = false;
    const { clock } = this.services;
    let wall = clock.wall();
    let monotonic = clock.monotonic();
    const emit = (output: Mapping, dropped = 0) => {
      if (this.over) return;
      if (dropped > 0) {
        this.dropped += dropped;
        this.services.events.report({ type: "thread:dropped", thread: this.id, results: dropped });
      }
      this.#progress = true;
      // A result belongs to the moment it came; its time is what passed since the one before.
      wall = clock.wall();
      this.record({ ok: true, output }, wall, monotonic);
      monotonic = clock.monotonic();
    };
    this.#definition.run(this.signal, emit).then(
      (result) => this.#finish(result),
      (error: unknown) => this.#finish(thrown(error)),
    );
  }

  #finish(result: RunResult): void {
    if (this.over) return;
    const { clock, events, random } = this.services;
    const stopped = this.#long.kind === "stopping";
    if (!result.ok && !stopped) {
      this.errors++;
      this.error = result.problem;
      events.report({ type: "thread:failed", thread: this.id, problem: result.problem });
    }
    this.#go({
      kind: "ended",
      at: clock.monotonic() / 1000,
      ok: result.ok,
      progress: this.#progress,
      jitter: random(),
    });
  }

  #go(event: LongEvent): void {
    const state = nextState(this.#long, event, this.#definition.restart);
    this.#long = state;
    switch (state.kind) {
      case "running":
        this.#run();
        return;
      case "waiting":
        this.#waitForRestart(state);
        return;
      case "finished":
        this.#durationTimer?.cancel();
        this.end("finished");
        return;
      case "failed":
        this.#durationTimer?.cancel();
        if (state.gaveUp && this.error !== undefined)
          this.services.events.report({ type: "thread:gave-up", thread: this.id, problem: this.error });
        this.end("failed");
        return;
      case "stopping":
        return;
      default:
        assertNever(state);
    }
  }

  #waitForRestart(state: Extract<LongState, { kind: "waiting" }>): void {
    const { clock, events, scheduler } = this.services;
    this.restarts++;
    this.state = "restarting";
    if (state.alarm) events.report({ type: "thread:failed", thread: this.id, problem: this.#alarm() });
    events.report({
      type: "thread:restarting",
      thread: this.id,
      attempt: state.attempt,
      delay: state.delay,
      problem: this.error,
    });
    this.#timer = scheduler.at(clock.monotonic() + state.delay * 1000, () =>
      this.#go({ kind: "due", at: clock.monotonic() / 1000 }),
    );
  }

  #alarm() {
    const { healthyAfter } = this.#definition.restart;
    return problem(
      "restarts-often",
      `thread "${this.id}" has ended and was restarted 10 times within an hour, ${this.restarts} times in all`,
      {
        severity: "warning",
        notes: [
          `it may live just over ${formatDuration(healthyAfter)} (healthy_after) and then fail each time`,
        ],
      },
    );
  }
}
