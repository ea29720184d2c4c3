import {
  type Clock,
  type Events,
  formatDuration,
  type Mapping,
  type Milliseconds,
  type Plain,
  type Problem,
  setKey,
  type Timer,
} from "../../base/index.ts";
import type { Reading, Storage } from "../../rrd/index.ts";
import { type FileShape, type FittedFile, openFitted } from "./file-shape.ts";
import { LateSamples } from "./late-samples.ts";
import type { OpenHandles } from "./open-handles.ts";
import type { OpeningTurns } from "./opening-turns.ts";
import { RepeatedProblem } from "./repeated-problem.ts";
import { type Sample, SampleQueue } from "./sample-queue.ts";
import { lockForWriting, type WriterLock } from "./writer-lock.ts";

/** What all files of a collector share. */
export interface SeriesFileContext {
  readonly clock: Clock;
  readonly events: Events;
  readonly handles: OpenHandles;
  readonly turns: OpeningTurns;
  readonly storage: Storage | undefined;
  readonly queueLength: number;
  readonly count: { stored: number; dropped: number; failed: number };
}

export interface SeriesFileOptions {
  readonly path: string;
  readonly shape: FileShape;
  readonly recreate: boolean;
  readonly mayMakeFolder: boolean;
}

/** How often it is checked that the file is still the one at its path, milliseconds. */
const checkEvery = 5000;
const firstRetry = 1000;
const longestRetry = 60_000;

/**
 * One RRD file that is being filled.
 *
 *     working --trouble--> suspended --retry fails--> suspended (twice as long, up to a minute)
 *        ^                     |
 *        +---- retry works ----+   samples wait meanwhile, the oldest dropped and counted when there are too many
 */
export class SeriesFile {
  readonly path: string;
  readonly shape: FileShape;
  /** Epoch seconds of the latest sample that was accepted; undefined before the first. */
  lastTime: number | undefined;
  readonly #options: SeriesFileOptions;
  readonly #context: SeriesFileContext;
  readonly #queue: SampleQueue;
  readonly #late: LateSamples;
  readonly #trouble = new RepeatedProblem();
  readonly #listeners: (() => void)[] = [];
  #fitted: FittedFile | undefined;
  #lock: WriterLock | undefined;
  #retry: Timer | undefined;
  #retryDelay = firstRetry;
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** The file has been there while this process ran, so that its absence means that somebody deleted it. */
  #seen = false;
  #warned = false;
  /** In the order of the file's data sources; filled anew for each sample. */
  #row: Reading[] = [];

  constructor(options: SeriesFileOptions, context: SeriesFileContext) {
    this.path = options.path;
    this.shape = options.shape;
    this.#options = options;
    this.#context = context;
    this.#queue = new SampleQueue(context.queueLength);
    this.#late = new LateSamples(options.path, context.events);
  }

  /** Calls `listener` whenever samples came into the file. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  add(sample: Sample): void {
    this.lastTime = sample.time;
    if (this.#retry !== undefined || this.#queue.length > 0) {
      this.#keep(sample);
    } else if (this.#seen) {
      const problem = this.#write(sample);
      if (problem === undefined) this.#changed();
      else {
        this.#keep(sample);
        this.#suspend(problem);
      }
    } else {
      this.#keep(sample);
      this.#context.turns.take(() => this.#catchUp());
    }
  }

  /** For the handles: the file is opened again at its next sample. */
  closeHandle(): void {
    this.#fitted?.rrd.close();
    this.#fitted = undefined;
  }

  /** A last attempt to store what waits; then everything is closed and unlocked. */
  close(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    const waiting = this.#queue.length;
    const problem = this.#drain();
    if (this.#queue.length < waiting) this.#changed();
    if (problem !== undefined) {
      const lost = this.#queue.length;
      this.#context.count.dropped += lost;
      const message = `${problem.message}; ${lost} sample${lost === 1 ? "" : "s"} lost`;
      this.#context.events.report({
        type: "store:failed",
        file: this.path,
        problem: { ...problem, message },
      });
    }
    this.#late.flush();
    this.#release();
    this.#lock?.release();
    this.#lock = undefined;
  }

  #keep(sample: Sample): void {
    const lost = this.#queue.add(sample);
    if (lost === undefined) return;
    this.#context.count.dropped++;
    this.#late.drop(lost.time, "too many samples wait for the file to work again", this.#now());
  }

  /** Undefined when the sample is dealt with: stored, or dropped because of what it is. */
  #write(sample: Sample): Problem | undefined {
    const fitted = this.#ready(sample);
    if ("problem" in fitted) return fitted.problem;
    const { rrd, fieldOf } = fitted;
    const { count, events } = this.#context;
    if (sample.time <= rrd.lastUpdate) {
      this.#drop(sample, lateReason(sample.time, rrd.lastUpdate));
      return undefined;
    }
    const row = this.#row;
    for (let index = 0; index < fieldOf.length; index++) {
      row[index] = sample.readings[fieldOf[index] ?? -1] ?? null;
    }
    const updated = rrd.update(sample.time, row);
    if (updated.ok) {
      count.stored++;
      if (events.wants("sample:stored")) this.#reportStored(sample);
      return undefined;
    }
    const problem = updated.problems[0];
    if (problem === undefined) return undefined;
    if (problem.code === "rrd-storage" || problem.code === "rrd-failed" || problem.code === "rrd-closed") {
      // What is on the disk is not known: open it anew and look before the next write.
      this.#release();
      return problem;
    }
    this.#drop(sample, problem.message);
    return undefined;
  }

  #drop(sample: Sample, reason: string): void {
    this.#context.count.dropped++;
    this.#late.drop(sample.time, reason, this.#now());
  }

  /** The open file, opened or opened again if need be. */
  #ready(sample: Sample): FittedFile | { readonly problem: Problem } {
    const now = this.#now();
    if (this.#fitted !== undefined && now - this.#checkedAt >= checkEvery) {
      this.#checkedAt = now;
      if (!this.#fitted.rrd.stillThere()) {
        this.#release();
        this.#say(
          "warning",
          "rrd-replaced",
          `"${this.path}" was deleted or replaced while it was being filled`,
        );
      }
    }
    if (this.#fitted === undefined) {
      const problem = this.#open(sample);
      if (problem !== undefined) return { problem };
      this.#checkedAt = now;
    }
    if (this.#fitted === undefined) throw new Error("Internal error: a file that was opened is not open");
    this.#context.handles.used(this);
    return this.#fitted;
  }

  #open(sample: Sample, secondTry = false): Problem | undefined {
    const { clock, storage, handles } = this.#context;
    if (this.#lock === undefined) {
      const folder = this.#options.mayMakeFolder && !this.#seen;
      const lock = lockForWriting(this.path, { makeFolder: folder });
      if (!lock.ok) return this.#withRoom(lock.problems[0], sample, secondTry);
      this.#lock = lock.value;
    }
    const opened = openFitted(this.path, this.shape, {
      clock,
      storage,
      firstSample: sample.time,
      mayCreate: this.#options.recreate || !this.#seen,
    });
    if (!opened.ok) {
      const problem = this.#withRoom(opened.problems[0], sample, secondTry);
      // Nothing is written to a file that does not fit, so nobody else is kept from it.
      if (problem?.code === "rrd-mismatch") this.#unlock();
      return problem;
    }
    if (this.#seen && opened.value.created) {
      this.#say("warning", "rrd-recreated", `"${this.path}" is made again, empty`);
    }
    this.#seen = true;
    this.#fitted = opened.value;
    this.#row = new Array(opened.value.fieldOf.length).fill(null);
    handles.used(this);
    // Said once per process: a file that is closed and opened again is still the same.
    if (!this.#warned || opened.warnings.some(({ code }) => code === "rrd-fields-added")) {
      for (const problem of opened.warnings) this.#context.events.report({ type: "problem:found", problem });
    }
    this.#warned = true;
    return undefined;
  }

  /** Tries once more when the process had no file descriptors left and some could be given back. */
  #withRoom(problem: Problem | undefined, sample: Sample, secondTry: boolean): Problem | undefined {
    if (problem === undefined || secondTry || !/\b(EMFILE|ENFILE)\b/.test(problem.message)) return problem;
    return this.#context.handles.makeRoom() ? this.#open(sample, true) : problem;
  }

  #suspend(problem: Problem): void {
    const { clock, count, events } = this.#context;
    count.failed++;
    const waiting = `tried again in ${formatDuration(this.#retryDelay / 1000)}; samples wait meanwhile`;
    if (this.#trouble.isNews(problem.message, this.#now())) {
      const notes = [...(problem.notes ?? []), waiting];
      events.report({ type: "store:failed", file: this.path, problem: { ...problem, notes } });
    }
    this.#retry = clock.after(this.#retryDelay as Milliseconds, () => {
      this.#retry = undefined;
      this.#catchUp();
    });
    this.#retryDelay = Math.min(this.#retryDelay * 2, longestRetry);
  }

  /** Stores what waits. */
  #catchUp(): void {
    const waiting = this.#queue.length;
    const problem = this.#drain();
    if (this.#queue.length < waiting) this.#changed();
    if (problem !== undefined) {
      this.#suspend(problem);
      return;
    }
    this.#retryDelay = firstRetry;
    if (!this.#trouble.over()) return;
    const samples = waiting === 1 ? "the sample that waited is" : `the ${waiting} samples that waited are`;
    this.#context.events.report({
      type: "log:written",
      level: "info",
      text: `"${this.path}" works again: ${samples} stored`,
      thread: undefined,
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #drain(): Problem | undefined {
    for (let sample = this.#queue.first(); sample !== undefined; sample = this.#queue.first()) {
      const problem = this.#write(sample);
      if (problem !== undefined) return problem;
      this.#queue.removeFirst();
    }
    return undefined;
  }

  #release(): void {
    this.#context.handles.closed(this);
    this.closeHandle();
  }

  #unlock(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  #reportStored(sample: Sample): void {
    const values: Mapping = {};
    for (const [index, field] of this.shape.fields.entries()) {
      const value: Plain = sample.readings[index] ?? null;
      setKey(values, field.source.name, value);
    }
    this.#context.events.report({ type: "sample:stored", file: this.path, time: sample.time, values });
  }

  #say(severity: "warning", code: string, message: string): void {
    this.#context.events.report({ type: "problem:found", problem: { code, severity, message } });
  }

  #now(): number {
    return this.#context.clock.monotonic();
  }
}

function lateReason(time: number, lastUpdate: number): string {
  const late = lastUpdate - time;
  if (late === 0) return "the file already has a sample of that time";
  const by = `late by ${formatDuration(late)}: the file already has a sample of ${new Date(lastUpdate * 1000).toISOString()}`;
  return late > 86_400 ? `${by}; if that time is wrong, move the file away` : by;
}
