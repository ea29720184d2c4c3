import {
  formatDuration,
  type Mapping,
  type Milliseconds,
  type Problem,
  type Result,
  setKey,
  type Timer,
} from "../../base/index.ts";
import type { DataSourceDefinition, Reading } from "../../rrd/index.ts";
import type { FileSync } from "./definition.ts";
import { FileConnection, type FileConnectionContext, type FileConnectionOptions } from "./file-connection.ts";
import { LateSamples } from "./late-samples.ts";
import type { OpeningTurns } from "./opening-turns.ts";
import { type KnownReading, toReading } from "./reading.ts";
import { RepeatedProblem } from "./repeated-problem.ts";
import { type Sample, SampleQueue } from "./sample-queue.ts";
import type { Syncable, SyncRounds } from "./sync-rounds.ts";

/** What all files of a collector share. */
export interface SeriesFileContext extends FileConnectionContext {
  readonly syncs: SyncRounds;
  readonly turns: OpeningTurns;
  readonly queueLength: number;
  readonly count: { stored: number; dropped: number; failed: number };
}

const firstRetry = 1000;
const longestRetry = 60_000;

/**
 * One RRD file that is being filled.
 *
 *     new --its turn--> working --trouble--> suspended --retry fails--> suspended (twice as long, up to a minute)
 *                          ^                     |
 *                          +---- retry works ----+
 *
 * New and suspended, samples wait, the oldest dropped and counted when there are too many.
 */
export class SeriesFile implements Syncable {
  readonly path: string;
  readonly shape: FileConnectionOptions["shape"];
  readonly #sync: FileSync;
  /** Epoch seconds of the latest sample that was accepted; undefined before the first. */
  lastTime: number | undefined;
  readonly #context: SeriesFileContext;
  readonly #connection: FileConnection;
  readonly #queue: SampleQueue;
  readonly #late: LateSamples;
  readonly #trouble = new RepeatedProblem();
  readonly #listeners: (() => void)[] = [];
  #retry: Timer | undefined;
  #retryDelay = firstRetry;
  /** The last sync failed: only one that goes through shows that the file works again. */
  #unsynced = false;
  /** In the order of the file's data sources; filled anew for each sample. */
  readonly #row: Reading[] = [];
  /** Fields that were said to be unfit for the file. */
  readonly #unfit = new Set<string>();

  constructor(options: FileConnectionOptions & { readonly sync: FileSync }, context: SeriesFileContext) {
    this.path = options.path;
    this.#sync = options.sync;
    this.shape = options.shape;
    this.#context = context;
    this.#connection = new FileConnection(options, context);
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
    } else if (this.#connection.seen) {
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

  /** A last attempt to store what waits. */
  finish(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    const problem = this.#drain();
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
  }

  /** Closed and unlocked. */
  close(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#connection.close();
  }

  #keep(sample: Sample): void {
    const lost = this.#queue.add(sample);
    if (lost !== undefined) this.#drop(lost, "too many samples wait for the file to work again");
  }

  #drop(sample: Sample, reason: string): void {
    this.#context.count.dropped++;
    this.#late.drop(sample.time, reason, this.#now());
  }

  /** Undefined when the sample is dealt with: stored, or dropped because of what it is. */
  #write(sample: Sample): Problem | undefined {
    const ready = this.#connection.ready(sample.time);
    if ("problem" in ready) return ready.problem;
    const { rrd, fieldOf, types } = ready;
    if (sample.time <= rrd.lastUpdate) {
      this.#drop(sample, lateReason(sample.time, rrd.lastUpdate));
      return undefined;
    }
    const row = this.#row;
    row.length = fieldOf.length;
    for (let index = 0; index < fieldOf.length; index++) {
      const reading = sample.readings[fieldOf[index] ?? -1] ?? null;
      const type = types?.[index];
      row[index] =
        type === undefined || reading === null ? reading : this.#fit(reading, type, fieldOf[index]);
    }
    const updated = rrd.update(sample.time, row);
    if (updated.ok) {
      this.#context.count.stored++;
      if (this.#context.events.wants("sample:stored")) this.#reportStored(sample);
      if (this.#sync === "interval") this.#context.syncs.written(this);
      else if (this.#sync === "always") this.#synced(rrd.sync());
      return undefined;
    }
    const problem = updated.problems[0];
    if (problem === undefined) return undefined;
    if (problem.code === "rrd-storage" || problem.code === "rrd-failed" || problem.code === "rrd-closed") {
      // What is on the disk is not known: open it anew and look before the next write.
      this.#connection.release();
      return problem;
    }
    this.#drop(sample, problem.message);
    return undefined;
  }

  /** A reading that was taken before the type of its data source was known. */
  #fit(reading: KnownReading, type: DataSourceDefinition["type"], index = -1): Reading {
    const fitted = toReading(reading, type);
    if (typeof fitted !== "object") return fitted;
    const field = this.shape.fields[index]?.source.name ?? "";
    if (!this.#unfit.has(field)) {
      this.#unfit.add(field);
      const { reason } = fitted;
      this.#context.events.report({ type: "field:unknown", file: this.path, field, reason });
    }
    return null;
  }

  /** For the rounds: of a file that was closed in between, too. */
  async syncBeside(): Promise<void> {
    const ready = this.#connection.ready(this.lastTime ?? 0);
    // Nothing to sync, and what is wrong shows with the next sample.
    if ("problem" in ready) return;
    this.#synced(await ready.rrd.syncBeside());
  }

  /** What is stored stays stored; after a failure nothing more is until the file was opened and looked at anew. */
  #synced(result: Result<void>): void {
    const [problem] = result.ok ? [] : result.problems;
    if (problem !== undefined) {
      this.#unsynced = true;
      this.#connection.release();
      if (this.#retry === undefined) this.#suspend(problem);
    } else if (this.#unsynced) {
      this.#unsynced = false;
      this.#worksAgain("what comes is safe from power cuts");
    }
  }

  #suspend(problem: Problem): void {
    const { clock, count, events } = this.#context;
    count.failed++;
    if (this.#trouble.isNews(problem.message, this.#now())) {
      const waiting = `tried again in ${formatDuration(this.#retryDelay / 1000)}; samples wait meanwhile`;
      // Another writer's file: a run leaves it to that one and ends.
      const notes = [...(problem.notes ?? []), ...(problem.code === "rrd-locked" ? [] : [waiting])];
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
    if (problem !== undefined) {
      this.#suspend(problem);
      return;
    }
    // With every sample synced, the first of them may have failed again.
    if (this.#retry !== undefined || this.#unsynced) return;
    this.#worksAgain(
      waiting === 1 ? "the sample that waited is stored" : `the ${waiting} samples that waited are stored`,
    );
  }

  #worksAgain(what: string): void {
    this.#retryDelay = firstRetry;
    if (!this.#trouble.over()) return;
    const text = `"${this.path}" works again: ${what}`;
    this.#context.events.report({ type: "log:written", level: "info", text, thread: undefined });
  }

  #drain(): Problem | undefined {
    const waiting = this.#queue.length;
    let problem: Problem | undefined;
    for (let sample = this.#queue.first(); sample !== undefined; sample = this.#queue.first()) {
      problem = this.#write(sample);
      if (problem !== undefined) break;
      this.#queue.removeFirst();
      if (this.#retry !== undefined) break;
    }
    if (this.#queue.length < waiting) this.#changed();
    return problem;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #reportStored(sample: Sample): void {
    const values: Mapping = {};
    for (const [index, field] of this.shape.fields.entries()) {
      setKey(values, field.source.name, sample.readings[index] ?? null);
    }
    this.#context.events.report({ type: "sample:stored", file: this.path, time: sample.time, values });
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
