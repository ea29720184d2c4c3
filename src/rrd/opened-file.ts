import { type Clock, failed, ok, type Problem, problem, type Result } from "../base/index.ts";
import { advance, takeReadings } from "./advance.ts";
import { type ComputeContext, ComputeFault } from "./compute-operations.ts";
import { fetchRows } from "./fetch.ts";
import { parseFetchArguments } from "./fetch-arguments.ts";
import { forecastFault } from "./forecast-fault.ts";
import type { Header } from "./header.ts";
import { infoOf } from "./header-info.ts";
import { Horizon } from "./horizon.ts";
import type { RrdInfo } from "./info.ts";
import { openFile } from "./open-file.ts";
import { readHeader } from "./read-header.ts";
import { readingText } from "./reading-text.ts";
import { RowWriter } from "./row-writer.ts";
import type { FetchedRows, FetchRequest, Reading, RrdFile, UpdateArgumentsOptions } from "./rrd-file.ts";
import { storageProblem, takenBackProblem } from "./rrd-problems.ts";
import { smoothSeasons } from "./smooth-seasons.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { parseTemplate, parseUpdateArgument, splitSeconds } from "./update-argument.ts";
import { updateReport, type WrittenRows, writtenRows } from "./update-report.ts";
import { type Workspace, workspaceFor } from "./workspace.ts";

const DONE = ok(undefined);
/** How often a reader starts again because the file changed under its hands. */
const MOST_READS = 5;

export interface Opening {
  readonly path: string;
  readonly mode: "read" | "write";
  readonly clock: Clock;
  readonly storage: Storage;
  readonly farthestAhead: number;
}

export class OpenedRrd implements RrdFile {
  readonly path: string;
  readonly #opening: Opening;
  readonly #context: ComputeContext;
  #file: StorageFile;
  #identity: string;
  #header: Header;
  #space: Workspace;
  #writer: RowWriter;
  #texts: string[];
  #forecastFault: string | undefined;
  #names: readonly string[];
  #state: "open" | "failed" | "closed" = "open";
  readonly #horizon: Horizon;

  constructor(opening: Opening, file: StorageFile, header: Header) {
    this.path = opening.path;
    this.#opening = opening;
    this.#horizon = new Horizon(opening.clock, opening.farthestAhead);
    this.#context = { now: () => opening.clock.wall() / 1000 };
    this.#file = file;
    this.#identity = file.status().identity;
    this.#header = header;
    this.#space = workspaceFor(header, this.#context);
    this.#writer = new RowWriter(file, header);
    this.#texts = header.dataSources.map(() => "U");
    this.#names = header.dataSources.map((source) => source.name);
    this.#forecastFault = forecastFault(header);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get step(): number {
    return this.#header.step;
  }

  get lastUpdate(): number {
    return this.#header.lastUpdate + this.#header.microseconds / 1e6;
  }

  update(time: number, readings: readonly Reading[]): Result<void> {
    const refused = this.#refuseWriting();
    if (refused !== undefined) return failed(refused);
    const { dataSources } = this.#header;
    if (readings.length !== dataSources.length) {
      return failed(
        problem(
          "rrd-reading",
          `${this.path}: expected ${dataSources.length} readings (${this.#names.join(", ")}), got ${readings.length}`,
        ),
      );
    }
    if (!Number.isFinite(time)) return failed(problem("rrd-time", `${this.path}: ${time} is no time`));
    for (let source = 0; source < readings.length; source++)
      this.#texts[source] = readingText(readings[source], dataSources[source]?.type ?? "GAUGE");
    const seconds = Math.floor(time);
    const microseconds =
      seconds === time || this.#header.formatVersion < 3 ? 0 : splitSeconds(time).microseconds;
    const fault = this.#store(seconds, microseconds, this.#texts, "all or nothing") ?? this.#smooth();
    return fault === undefined ? DONE : failed(fault);
  }

  updateArguments(updates: readonly string[], options: UpdateArgumentsOptions = {}): Result<number> {
    const refused = this.#refuseWriting();
    if (refused !== undefined) return failed(refused);
    const order = parseTemplate(this.#header, options.template);
    if ("fault" in order) return failed(problem("rrd-arguments", order.fault));
    let stored = 0;
    for (const update of updates) {
      const argument = parseUpdateArgument(this.#header, asBytes(update), order, this.#now());
      if ("fault" in argument) return failed(problem("rrd-arguments", `${this.path}: ${argument.fault}`));
      const { seconds, microseconds, readings } = argument;
      const store = () => this.#store(seconds, microseconds, readings, "as rrdtool");
      const fault = options.report === undefined ? store() : this.#reported(store, options.report);
      if (fault === undefined) stored++;
      else if (fault.code !== "rrd-late" || options.skipPastUpdates !== true) return failed(fault);
    }
    const unsmoothed = this.#smooth();
    return unsmoothed === undefined ? ok(stored) : failed(unsmoothed);
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
    const before = this.lastUpdate;
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
      this.#writer.commit();
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
    this.#state = "failed";
    return takenBackProblem(this.path, error, whole);
  }

  #refuseWriting(): Problem | undefined {
    if (this.#state === "closed") return problem("rrd-closed", `"${this.path}" is closed`);
    if (this.#state === "failed") {
      return problem("rrd-failed", `"${this.path}" takes no updates since a write failed`, {
        notes: ["reload it to go on"],
      });
    }
    if (this.#opening.mode === "read") return problem("rrd-read-only", `"${this.path}" is open for reading`);
    if (this.#forecastFault !== undefined)
      return problem("rrd-not-supported", `"${this.path}" ${this.#forecastFault}`);
    if (this.#space.forecast !== undefined) this.#space.forecast.smoothingDue = false;
    return undefined;
  }

  fetch(request: FetchRequest): Result<FetchedRows> {
    if (this.#state === "closed") return failed(problem("rrd-closed", `"${this.path}" is closed`));
    try {
      if (this.#opening.mode === "write") return fetchRows(this.#header, this.#file, request);
      for (let attempt = 1; ; attempt++) {
        const header = this.#header;
        const rows = fetchRows(header, this.#file, request);
        const again = this.#readAgain();
        if (!again.ok) return again;
        if (sameTime(header, this.#header) || attempt === MOST_READS) return rows;
      }
    } catch (error) {
      return failed(storageProblem(this.path, "read", error));
    }
  }

  fetchArguments(words: readonly string[]): Result<FetchedRows> {
    const request = parseFetchArguments(words, this.#opening.clock.wall() / 1000);
    return request.ok ? this.fetch(request.value) : request;
  }

  info(): RrdInfo {
    return infoOf(this.#header, this.path);
  }

  reload(): Result<void> {
    if (this.#state === "closed") return failed(problem("rrd-closed", `"${this.path}" is closed`));
    const { storage, mode } = this.#opening;
    const opened = openFile(this.path, mode, storage);
    if (!opened.ok) return opened;
    const file = opened.value;
    let identity: string;
    const header = readHeader(file, this.path);
    try {
      identity = file.status().identity;
      if (!header.ok) file.close();
      else this.#file.close();
    } catch (error) {
      return failed(storageProblem(this.path, "open", error));
    }
    if (!header.ok) return header;
    this.#file = file;
    this.#identity = identity;
    this.#use(header.value);
    this.#state = "open";
    return DONE;
  }

  #readAgain(): Result<void> {
    const header = readHeader(this.#file, this.path);
    if (!header.ok) return header;
    this.#use(header.value);
    return DONE;
  }

  #use(header: Header): void {
    this.#header = header;
    this.#space = workspaceFor(header, this.#context);
    this.#writer = new RowWriter(this.#file, header);
    this.#texts = header.dataSources.map(() => "U");
    this.#names = header.dataSources.map((source) => source.name);
    this.#forecastFault = forecastFault(header);
  }

  sync(): Result<void> {
    const refused = this.#refuseWriting();
    if (refused !== undefined) return failed(refused);
    try {
      this.#file.sync();
      return DONE;
    } catch (error) {
      this.#state = "failed";
      const fault = storageProblem(this.path, "sync", error);
      return failed({
        ...fault,
        notes: [...(fault.notes ?? []), "what was written since the last sync may be lost by a power cut"],
      });
    }
  }

  stillThere(): boolean {
    try {
      return this.#opening.storage.stat(this.path)?.identity === this.#identity;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#file.close();
  }
}

function sameTime(a: Header, b: Header): boolean {
  return a.lastUpdate === b.lastUpdate && a.microseconds === b.microseconds;
}

/** What stands in the file are bytes: beyond ASCII each character becomes its UTF-8 bytes. */
function asBytes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII without NUL is what needs no change
  return /^[\u0001-\u007f]*$/.test(text)
    ? text
    : Buffer.from(text.split("\0", 1)[0] ?? "").toString("latin1");
}
