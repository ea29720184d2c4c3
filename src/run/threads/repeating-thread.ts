import { formatDuration, problem, type Timer } from "../../base/index.ts";
import { BaseThread, type ThreadServices } from "./base-thread.ts";
import type { RunResult, ThreadDefinition } from "./definition.ts";
import { alignedAfter, EvenRhythm, type Rhythm, WallRhythm } from "./rhythm.ts";

type Definition = Extract<ThreadDefinition, { kind: "interval" | "cron" }>;

/** Due runs that `overlap: queue` remembers; further ones are skipped and counted. */
const MOST_QUEUED = 100;
/** A run that lasts so many intervals, and at least this long (milliseconds), is told of: it may never end. */
const STUCK_INTERVALS = 10;
const STUCK = 60_000;
/** The clock going back less than this (milliseconds) does not repeat a cron run. */
const CRON_TOLERANCE = 60_000;

/** Runs again and again, on a rhythm: interval and cron threads. At most one run at a time. */
export class RepeatingThread extends BaseThread {
  readonly kind: Definition["kind"];
  readonly #definition: Definition;
  readonly #rhythm: Rhythm;
  #timer: Timer | undefined;
  #durationTimer: Timer | undefined;
  #running = false;
  #queued = 0;
  #stopping = false;
  /** When the current run began, monotonic; undefined once it was told that it may be stuck. */
  #began: number | undefined;

  /** `phase` in milliseconds shifts all runs but the first. */
  constructor(definition: Definition, services: ThreadServices, phase: number) {
    super(definition, services);
    this.kind = definition.kind;
    this.#definition = definition;
    const { clock, scheduler } = services;
    const now = clock.monotonic();
    this.#rhythm = rhythmOf(definition, services, now + phase);
    this.begin();
    if (definition.duration !== undefined) {
      this.#durationTimer = scheduler.at(now + definition.duration * 1000, () => {
        if (!this.stopRuns()) this.end("finished");
      });
    }
    this.state = "waiting";
    if (definition.kind === "interval") this.#run();
    this.#wait();
  }

  protected override get interval(): number | undefined {
    return this.#definition.kind === "interval" ? this.#definition.interval : undefined;
  }

  protected stopRuns(): boolean {
    this.#stopping = true;
    this.#queued = 0;
    this.#timer?.cancel();
    this.#durationTimer?.cancel();
    return this.#running;
  }

  #wait(): void {
    const { wakeAt } = this.#rhythm;
    if (wakeAt !== undefined) this.#timer = this.services.scheduler.at(wakeAt, this.#wake);
    else if (!this.stopRuns()) this.end("finished");
  }

  readonly #wake = () => {
    if (this.#stopping) return;
    const due = this.#rhythm.advance();
    // However long nothing could run, one run makes up for all that were missed.
    if (due > 1) this.skip(due - 1, "late");
    if (due > 0) {
      if (!this.#running) this.#run();
      else if (this.#definition.overlap === "queue" && this.#queued < MOST_QUEUED) this.#queued++;
      else this.skip(1, "overlap");
      if (this.#running) this.#watch();
    }
    this.#wait();
  };

  /** Nothing is ended here: how long is too long only the block's author knows. */
  #watch(): void {
    const { clock, events } = this.services;
    const lasted = this.#began === undefined ? 0 : clock.monotonic() - this.#began;
    if (lasted < Math.max(STUCK, STUCK_INTERVALS * 1000 * (this.interval ?? 0))) return;
    this.#began = undefined;
    const text = `its run has taken ${formatDuration(Math.round(lasted / 1000))} so far and holds up all others; "timeout:" would end it`;
    events.report({ type: "log:written", level: "warn", text, thread: this.id });
  }

  #run(): void {
    this.#running = true;
    this.state = "running";
    const { clock } = this.services;
    const wall = clock.wall();
    const monotonic = clock.monotonic();
    this.#began = monotonic;
    this.#definition.run(this.signal).then(
      (result) => this.#finish(result, wall, monotonic),
      (error: unknown) => this.#finish(thrown(error), wall, monotonic),
    );
  }

  #finish(result: RunResult, wall: number, monotonic: number): void {
    this.#running = false;
    if (this.over) return;
    this.record(result, wall, monotonic);
    if (this.#stopping) this.end("finished");
    else if (this.#queued > 0) {
      this.#queued--;
      this.#run();
    } else this.state = "waiting";
  }
}

/** A body reports failures as results; whatever it throws is a fault of ours, and the thread goes on all the same. */
export function thrown(error: unknown): RunResult {
  const message = error instanceof Error ? error.message : String(error);
  const notes =
    error instanceof Error && error.stack !== undefined ? error.stack.split("\n").slice(1, 4) : [];
  return { ok: false, problem: problem("internal-error", message, { notes }) };
}

function rhythmOf(definition: Definition, { clock }: ThreadServices, origin: number): Rhythm {
  if (definition.kind === "cron") return new WallRhythm(clock, definition.next, CRON_TOLERANCE);
  const interval = definition.interval * 1000;
  return definition.align
    ? new WallRhythm(clock, alignedAfter(interval), interval / 2)
    : new EvenRhythm(clock, origin, interval);
}
