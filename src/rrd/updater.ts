import { type Clock, failed, ok, type Problem, problem, type Result } from "../base/index.ts";
import { advance, takeReadings } from "./advance.ts";
import { BatchUpdates, knowsBatches } from "./batch-updates.ts";
import { ComputeFault } from "./compute-operations.ts";
import { forecastFault } from "./forecast-fault.ts";
import type { Header } from "./header.ts";
import type { HeaderGuard } from "./header-guard.ts";
import type { Horizon } from "./horizon.ts";
import { readingText } from "./reading-text.ts";
import { RowWriter } from "./row-writer.ts";
import type { Reading, UpdateArgumentsOptions } from "./rrd-file.ts";
import { takenBackProblem } from "./rrd-problems.ts";
import { smoothSeasons } from "./smooth-seasons.ts";
import type { StorageFile } from "./storage.ts";
import { parseTemplate, parseUpdateArgument, splitSeconds } from "./update-argument.ts";
import { updateReport, type WrittenRows, writtenRows } from "./update-report.ts";
import { type Workspace, workspaceFor } from "./workspace.ts";

/** From this many arguments on their rows are gathered and written together. */
const FEWEST_GATHERED = 4;

interface Opening {
  readonly path: string;
  readonly clock: Clock;
  readonly farthestAhead: number;
}

/** The writing side of an open file. */
export class Updater {
  readonly path: string;
  readonly #opening: Opening;
  readonly #horizon: Horizon;
  readonly #header: Header;
  readonly #space: Workspace;
  readonly #writer: RowWriter;
  readonly #texts: string[];
  readonly #unsupported: Problem | undefined;
  readonly #gathers: boolean;
  /** Made for the first long list: thousands of files may be open that never see one. */
  #batch: BatchUpdates | undefined;
  #broken = false;

  constructor(
    opening: Opening,
    horizon: Horizon,
    file: StorageFile,
    header: Header,
    guard: HeaderGuard | undefined,
  ) {
    this.path = opening.path;
    this.#opening = opening;
    this.#horizon = horizon;
    this.#header = header;
    this.#space = workspaceFor(header, { now: () => opening.clock.wall() / 1000 });
    this.#writer = new RowWriter(file, header, guard);
    this.#texts = header.dataSources.map(() => "U");
    const fault = forecastFault(header);
    this.#unsupported =
      fault === undefined ? undefined : problem("rrd-not-supported", `"${this.path}" ${fault}`);
    // Forecasts read the rows of the update before; an expression that fails takes its own update back, and no other.
    this.#gathers =
      this.#space.forecast === undefined && header.dataSources.every(({ type }) => type !== "COMPUTE");
  }

  /** A write failed: what is in the file is not known well enough to go on. */
  get broken(): boolean {
    return this.#broken;
  }

  update(time: number, readings: readonly Reading[]): Problem | undefined {
    const refused = this.#begin();
    if (refused !== undefined) return refused;
    const { dataSources } = this.#header;
    if (readings.length !== dataSources.length) {
      const names = dataSources.map(({ name }) => name).join(", ");
      return problem(
        "rrd-reading",
        `${this.path}: expected ${dataSources.length} readings (${names}), got ${readings.length}`,
      );
    }
    if (!Number.isFinite(time)) return problem("rrd-time", `${this.path}: ${time} is no time`);
    for (let source = 0; source < readings.length; source++)
      this.#texts[source] = readingText(readings[source], dataSources[source]?.type ?? "GAUGE");
    const seconds = Math.floor(time);
    const microseconds =
      seconds === time || this.#header.formatVersion < 3 ? 0 : splitSeconds(time).microseconds;
    return this.#store(seconds, microseconds, this.#texts, "all or nothing") ?? this.#smooth();
  }

  updateArguments(updates: readonly string[], options: UpdateArgumentsOptions): Result<number> {
    const refused = this.#begin();
    if (refused !== undefined) return failed(refused);
    const order = parseTemplate(this.#header, options.template);
    if ("fault" in order) return failed(problem("rrd-arguments", order.fault));
    const gathers = this.#gathers && options.report === undefined && updates.length >= FEWEST_GATHERED;
    if (gathers) this.#writer.holdBack(updates.length);
    const batch = gathers && options.template === undefined ? this.#batchOf(updates) : undefined;
    const { stored, fault } = this.#storeAll(updates, order, options, batch);
    const unwritten = gathers && !this.#broken ? this.#write(() => this.#writer.letGo()) : undefined;
    const problems = [fault, unwritten].filter((one) => one !== undefined);
    if (problems.length > 0) return failed(...problems);
    const unsmoothed = this.#smooth();
    return unsmoothed === undefined ? ok(stored) : failed(unsmoothed);
  }

  #storeAll(
    updates: readonly string[],
    order: readonly number[],
    options: UpdateArgumentsOptions,
    batch: BatchUpdates | undefined,
  ): { stored: number; fault?: Problem } {
    const now = () => this.#now();
    let stored = 0;
    for (let index = 0; ; index++) {
      if (batch !== undefined) {
        const begin = index;
        const unwritten = this.#write(() => {
          index = batch.store(begin);
        });
        if (unwritten !== undefined) return { stored, fault: unwritten };
        stored += index - begin;
      }
      const update = updates[index];
      if (update === undefined) return { stored };
      const argument = parseUpdateArgument(this.#header, asBytes(update), order, now);
      if ("fault" in argument)
        return { stored, fault: problem("rrd-arguments", `${this.path}: ${argument.fault}`) };
      const { seconds, microseconds, readings } = argument;
      const fault =
        options.report === undefined
          ? this.#store(seconds, microseconds, readings, "as rrdtool")
          : this.#reported(() => this.#store(seconds, microseconds, readings, "as rrdtool"), options.report);
      if (fault === undefined) stored++;
      else if (fault.code !== "rrd-late" || options.skipPastUpdates !== true) return { stored, fault };
    }
  }

  #batchOf(updates: readonly string[]): BatchUpdates | undefined {
    if (!knowsBatches(this.#header)) return undefined;
    this.#batch ??= new BatchUpdates(this.#header, this.#space, this.#horizon, this.#writer);
    this.#batch.begin(updates);
    return this.#batch;
  }

  #begin(): Problem | undefined {
    if (this.#space.forecast !== undefined) this.#space.forecast.smoothingDue = false;
    return this.#unsupported;
  }

  /** At most once per call, behind its last update, as rrdtool does. */
  #smooth(): Problem | undefined {
    const { forecast } = this.#space;
    if (forecast?.smoothingDue !== true) return undefined;
    forecast.smoothingDue = false;
    return this.#write(() => {
      smoothSeasons(this.#header, this.#writer);
      this.#writer.commit();
    });
  }

  /** Tells the rows of one update, once it counts. */
  #reported(store: () => Problem | undefined, report: (line: string) => void): Problem | undefined {
    const before = this.#header.lastUpdate + this.#header.microseconds / 1e6;
    const written: WrittenRows[] = [];
    this.#writer.listener = (archive, count) => written.push(writtenRows(this.#header, archive, count));
    const fault = store();
    this.#writer.listener = undefined;
    if (fault === undefined)
      for (const line of updateReport(this.#header, before, this.#header.lastUpdate, written)) report(line);
    return fault;
  }

  #now(): { seconds: number; microseconds: number } {
    const wall = this.#opening.clock.wall();
    const seconds = Math.floor(wall / 1000);
    return { seconds, microseconds: Math.floor((wall - seconds * 1000) * 1000) };
  }

  #store(
    seconds: number,
    microseconds: number,
    readings: readonly string[],
    onBadReading: "all or nothing" | "as rrdtool",
  ): Problem | undefined {
    const header = this.#header;
    const last = header.lastUpdate;
    const lastMicroseconds = header.microseconds;
    if (seconds < last || (seconds === last && microseconds <= lastMicroseconds)) {
      return problem(
        "rrd-late",
        `${this.path}: illegal attempt to update using time ${seconds} when last update time is ${last} (minimum one second step)`,
      );
    }
    // Beyond that seconds are not told apart any more, and the file would be refused ever after.
    if (!Number.isSafeInteger(seconds)) return problem("rrd-time", `${this.path}: ${seconds} is no time`);
    const latest = this.#horizon.exceededBy(seconds);
    if (latest !== undefined) {
      return problem(
        "rrd-too-far-ahead",
        `${this.path}: time ${seconds} is more than ${this.#opening.farthestAhead} seconds ahead of the clock (latest allowed: ${latest})`,
      );
    }
    const interval = seconds - last + (microseconds - lastMicroseconds) / 1e6;
    const fault = takeReadings(header, this.#space, readings, interval);
    if (fault !== undefined) {
      const refused = problem("rrd-reading", `${this.path}: ${fault.fault}`);
      if (onBadReading === "all or nothing") this.#writer.discard();
      else {
        // rrdtool has already replaced the last readings before the bad one; so do we, byte for byte.
        const unwritten = this.#write(() => this.#writer.commit());
        if (unwritten !== undefined) return unwritten;
      }
      return refused;
    }
    try {
      advance(header, this.#space, seconds, microseconds, interval, this.#writer);
      this.#writer.settle();
      return undefined;
    } catch (error) {
      return this.#takeBack(error);
    }
  }

  #write(action: () => void): Problem | undefined {
    try {
      action();
      return undefined;
    } catch (error) {
      return this.#takeBack(error);
    }
  }

  #takeBack(error: unknown): Problem {
    const whole = this.#writer.rollBack();
    if (error instanceof ComputeFault && whole)
      return problem("rrd-expression", `${this.path}: ${error.message}`);
    this.#broken = true;
    return takenBackProblem(this.path, error, whole);
  }
}

/** What stands in the file are bytes: beyond ASCII each character becomes its UTF-8 bytes. */
function asBytes(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0 || code > 0x7f) return Buffer.from(text.split("\0", 1)[0] ?? "").toString("latin1");
  }
  return text;
}
