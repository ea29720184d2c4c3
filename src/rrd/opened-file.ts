import { type Clock, failed, ok, type Problem, problem, type Result } from "../base/index.ts";
import { fetchRows } from "./fetch.ts";
import { parseFetchArguments } from "./fetch-arguments.ts";
import type { Header } from "./header.ts";
import { HeaderGuard } from "./header-guard.ts";
import { infoOf } from "./header-info.ts";
import { Horizon } from "./horizon.ts";
import type { RrdInfo } from "./info.ts";
import { openFile } from "./open-file.ts";
import { hasHeader, readHeader } from "./read-header.ts";
import type { FetchedRows, FetchRequest, Reading, RrdFile, UpdateArgumentsOptions } from "./rrd-file.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { Updater } from "./updater.ts";
import { readWhole } from "./whole-io.ts";

const DONE = ok(undefined);
/** How often a reader starts again because the file changed under its hands. */
const MOST_READS = 5;
/** What no update changes: format, counts, step. */
const START_BYTES = 128;

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
  readonly #horizon: Horizon;
  #file: StorageFile;
  #identity: string;
  #header: Header;
  /** Of files open for writing. */
  #updater: Updater | undefined;
  #guard: HeaderGuard | undefined;
  #names: readonly string[];
  #state: "open" | "failed" | "closed" = "open";
  readonly #start = Buffer.alloc(START_BYTES);

  constructor(opening: Opening, file: StorageFile, header: Header) {
    this.path = opening.path;
    this.#opening = opening;
    this.#horizon = new Horizon(opening.clock, opening.farthestAhead);
    this.#file = file;
    this.#identity = file.status().identity;
    this.#header = header;
    this.#names = header.dataSources.map((source) => source.name);
    this.#updater = this.#newUpdater();
  }

  #newUpdater(): Updater | undefined {
    const { mode, storage, path } = this.#opening;
    if (mode !== "write") return undefined;
    this.#guard = HeaderGuard.for(storage, path, this.#header.layout, this.#identity);
    return new Updater(this.#opening, this.#horizon, this.#file, this.#header, this.#guard);
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
    const updater = this.#forWriting();
    if (!(updater instanceof Updater)) return failed(updater);
    const fault = updater.update(time, readings);
    if (fault === undefined) return DONE;
    if (updater.broken) this.#state = "failed";
    return failed(fault);
  }

  updateArguments(updates: readonly string[], options: UpdateArgumentsOptions = {}): Result<number> {
    const updater = this.#forWriting();
    if (!(updater instanceof Updater)) return failed(updater);
    const stored = updater.updateArguments(updates, options);
    if (updater.broken) this.#state = "failed";
    return stored;
  }

  #forWriting(): Updater | Problem {
    return (
      this.#refuseWriting() ?? this.#updater ?? problem("rrd-read-only", `"${this.path}" is open for reading`)
    );
  }

  #refuseWriting(): Problem | undefined {
    if (this.#state === "closed") return problem("rrd-closed", `"${this.path}" is closed`);
    if (this.#state === "failed") {
      return problem("rrd-failed", `"${this.path}" takes no updates since a write failed`, {
        notes: ["reload it to go on"],
      });
    }
    if (this.#opening.mode === "read") return problem("rrd-read-only", `"${this.path}" is open for reading`);
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
    this.#guard?.leave();
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
    if (hasHeader(this.#file, this.#header)) return DONE;
    const header = readHeader(this.#file, this.path);
    if (!header.ok) return header;
    this.#use(header.value);
    return DONE;
  }

  #use(header: Header): void {
    this.#header = header;
    this.#names = header.dataSources.map((source) => source.name);
    this.#updater = this.#newUpdater();
  }

  sync(): Result<void> {
    const refused = this.#refuseWriting();
    if (refused !== undefined) return failed(refused);
    try {
      this.#file.sync();
      return DONE;
    } catch (error) {
      return this.#unsynced(error);
    }
  }

  syncBeside(): Promise<Result<void>> {
    const file = this.#file;
    if (file.syncBeside === undefined || this.#state !== "open") return Promise.resolve(this.sync());
    return new Promise((resolve) => {
      file.syncBeside?.((error) => resolve(error === undefined ? DONE : this.#unsynced(error)));
    });
  }

  #unsynced(error: unknown): Result<never> {
    // The system has forgotten what it could not write: to sync again would succeed, and mean nothing.
    if (this.#state === "open") this.#state = "failed";
    const fault = storageProblem(this.path, "sync", error);
    return failed({
      ...fault,
      notes: [...(fault.notes ?? []), "what was written since the last sync may be lost by a power cut"],
    });
  }

  stillThere(): boolean {
    try {
      const status = this.#opening.storage.stat(this.path);
      if (status?.identity !== this.#identity || status.size < this.#header.fileSize) return false;
      // Overwritten in place it still is the same file to the system.
      const there = readWhole(this.#file, this.#start, 0);
      return there && this.#start.equals(this.#header.bytes.subarray(0, START_BYTES));
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#state === "closed") return;
    if (this.#state === "open") this.#guard?.close();
    else this.#guard?.leave();
    this.#state = "closed";
    this.#file.close();
  }
}

function sameTime(a: Header, b: Header): boolean {
  return a.lastUpdate === b.lastUpdate && a.microseconds === b.microseconds;
}
