import { type Clock, type Events, internalError, type Problem } from "../../base/index.ts";
import type { Storage } from "../../rrd/index.ts";
import { type FittedFile, openFitted } from "./file-shape.ts";
import type { FileShape } from "./fit.ts";
import type { Closable, OpenHandles } from "./open-handles.ts";
import { lockForWriting, type WriterLock } from "./writer-lock.ts";

export interface FileConnectionOptions {
  readonly path: string;
  readonly shape: FileShape;
  /** Whether a file that was deleted while it was being filled is made again. */
  readonly recreate: boolean;
  readonly mayMakeFolder: boolean;
}

export interface FileConnectionContext {
  readonly clock: Clock;
  readonly events: Events;
  readonly handles: OpenHandles;
  readonly storage: Storage | undefined;
}

/** Worth saying however often it happens. */
const rewritten: readonly string[] = ["rrd-fields-added", "rrd-migrated"];

/** The way to one RRD file: locked for this process, open while it is in use, and the file that it was. */
export class FileConnection implements Closable {
  readonly #options: FileConnectionOptions;
  readonly #context: FileConnectionContext;
  #fitted: FittedFile | undefined;
  #lock: WriterLock | undefined;
  #seen = false;
  #warned = false;

  constructor(options: FileConnectionOptions, context: FileConnectionContext) {
    this.#options = options;
    this.#context = context;
  }

  /** The file has been there while this process ran, so that its absence means that somebody deleted it. */
  get seen(): boolean {
    return this.#seen;
  }

  /** The open file, opened or opened again if need be. `time`: epoch seconds of the sample that is to be stored. */
  ready(time: number): FittedFile | { readonly problem: Problem } {
    // Asked for every sample, which costs a few microseconds: what goes into a deleted file is lost without a trace.
    if (this.#fitted !== undefined && !this.#fitted.rrd.stillThere()) {
      this.release();
      // The lock may have gone with its folder: the next opening takes it anew.
      this.#unlock();
      this.#warn("rrd-replaced", `"${this.#options.path}" was deleted or replaced while it was being filled`);
    }
    if (this.#fitted === undefined) {
      const problem = this.#open(time);
      if (problem !== undefined) return { problem };
    }
    if (this.#fitted === undefined) throw internalError("a file that was opened is not open");
    this.#context.handles.used(this);
    return this.#fitted;
  }

  /** For the handles: the file is opened again at its next sample. */
  closeHandle(): void {
    this.#fitted?.rrd.close();
    this.#fitted = undefined;
  }

  /** Closes the file; it stays locked. */
  release(): void {
    this.#context.handles.closed(this);
    this.closeHandle();
  }

  close(): void {
    this.release();
    this.#unlock();
  }

  #open(time: number, secondTry = false): Problem | undefined {
    const { path, shape, recreate, mayMakeFolder } = this.#options;
    const { clock, storage, handles } = this.#context;
    if (this.#lock === undefined) {
      const lock = lockForWriting(path, { makeFolder: mayMakeFolder && !this.#seen });
      if (!lock.ok) return this.#withRoom(lock.problems[0], time, secondTry);
      this.#lock = lock.value;
      for (const problem of lock.warnings) this.#context.events.report({ type: "problem:found", problem });
    }
    const mayCreate = recreate || !this.#seen;
    const opened = openFitted(path, shape, { clock, storage, firstSample: time, mayCreate });
    if (!opened.ok) {
      const problem = this.#withRoom(opened.problems[0], time, secondTry);
      // Nothing is written to a file that does not fit, so nobody else is kept from it.
      if (problem?.code === "rrd-mismatch") this.#unlock();
      return problem;
    }
    if (this.#seen && opened.value.created) this.#warn("rrd-recreated", `"${path}" is made again, empty`);
    this.#seen = true;
    this.#fitted = opened.value;
    handles.used(this);
    // Said once per process: a file that is closed and opened again is still the same.
    if (!this.#warned || opened.warnings.some(({ code }) => rewritten.includes(code))) {
      for (const problem of opened.warnings) this.#context.events.report({ type: "problem:found", problem });
    }
    this.#warned = true;
    return undefined;
  }

  /** Tries once more when the process had no file descriptors left and some could be given back. */
  #withRoom(problem: Problem | undefined, time: number, secondTry: boolean): Problem | undefined {
    if (problem === undefined || secondTry || !/\b(EMFILE|ENFILE)\b/.test(problem.message)) return problem;
    return this.#context.handles.makeRoom() ? this.#open(time, true) : problem;
  }

  #unlock(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  #warn(code: string, message: string): void {
    this.#context.events.report({ type: "problem:found", problem: { code, severity: "warning", message } });
  }
}
