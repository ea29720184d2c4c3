import type { Plain } from "./plain-data.ts";
import type { Place, Problem } from "./problem.ts";

/** How serious a log line is; pino's names. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** What became of the samples that a store beside the RRD files was given; a sample is the values of one run. */
export interface SinkCounts {
  readonly sent: number;
  /** Lost because the buffer was full or the end came. */
  readonly dropped: number;
  /** Refused by the store for what they are. */
  readonly rejected: number;
  readonly waiting: number;
  /** Attempts that failed. */
  readonly failures: number;
}

/**
 * Everything that happens is reported as one of these: plain data, `noun:verb`.
 * Log, trace, console, web pages and metrics are consumers; nobody else writes to a log.
 */
export type Happening =
  | { readonly type: "file:loaded"; readonly file: string; readonly seconds: number }
  | { readonly type: "problem:found"; readonly problem: Problem }
  | {
      readonly type: "tag:processed";
      readonly tag: string;
      readonly place: Place | undefined;
      /** As written in the block. */
      readonly input: Plain;
      readonly value: Plain | undefined;
      readonly seconds: number;
    }
  | {
      readonly type: "step:started";
      readonly step: string;
      readonly thread: string | undefined;
      readonly input: Plain;
    }
  | {
      readonly type: "step:finished";
      readonly step: string;
      readonly thread: string | undefined;
      readonly output: Plain;
      readonly seconds: number;
    }
  | {
      readonly type: "step:failed";
      readonly step: string;
      readonly thread: string | undefined;
      readonly problem: Problem;
      readonly seconds: number;
    }
  | {
      readonly type: "step:retried";
      readonly step: string;
      readonly thread: string | undefined;
      readonly attempt: number;
      readonly delay: number;
      readonly problem: Problem;
    }
  | { readonly type: "thread:started"; readonly thread: string; readonly interval: number | undefined }
  | { readonly type: "thread:finished"; readonly thread: string; readonly runs: number }
  /** A due run that was not started because the one before it still ran, or because time jumped over it. */
  | {
      readonly type: "thread:skipped";
      readonly thread: string;
      readonly runs: number;
      readonly reason: "overlap" | "late";
    }
  | { readonly type: "thread:failed"; readonly thread: string; readonly problem: Problem }
  /** A long-running step ended and will be started again after `delay` seconds. */
  | {
      readonly type: "thread:restarting";
      readonly thread: string;
      readonly attempt: number;
      readonly delay: number;
      readonly problem: Problem | undefined;
    }
  /** Given up for good. */
  | { readonly type: "thread:gave-up"; readonly thread: string; readonly problem: Problem }
  | { readonly type: "thread:dropped"; readonly thread: string; readonly results: number }
  | { readonly type: "script:reloaded"; readonly file: string }
  | { readonly type: "script:broken"; readonly file: string; readonly problem: Problem }
  | { readonly type: "sample:stored"; readonly file: string; readonly time: number; readonly values: Plain }
  | { readonly type: "sample:dropped"; readonly file: string; readonly time: number; readonly reason: string }
  | { readonly type: "field:unknown"; readonly file: string; readonly field: string; readonly reason: string }
  | { readonly type: "store:failed"; readonly file: string; readonly problem: Problem }
  /** `sink`: kind and address, without secrets. Once a minute at most. */
  | {
      readonly type: "sink:failed";
      readonly sink: string;
      readonly problem: Problem;
      readonly counts: SinkCounts;
    }
  | { readonly type: "sink:recovered"; readonly sink: string; readonly counts: SinkCounts }
  | { readonly type: "sink:closed"; readonly sink: string; readonly counts: SinkCounts }
  | { readonly type: "graph:drawn"; readonly file: string; readonly seconds: number }
  | { readonly type: "graph:failed"; readonly file: string; readonly problem: Problem }
  | { readonly type: "lock:acquired"; readonly lock: string }
  | { readonly type: "lock:released"; readonly lock: string }
  | { readonly type: "process:ready" }
  | { readonly type: "process:stopping"; readonly reason: string }
  | {
      readonly type: "log:written";
      readonly level: LogLevel;
      readonly text: string;
      readonly thread: string | undefined;
    };

export type HappeningType = Happening["type"];
export type Listener = (happening: Happening) => void;

/** Where happenings are reported. A listener that throws does not disturb the others or the reporter. */
export class Events {
  /** Listener -> the types it wants, or undefined for all. */
  readonly #listeners = new Map<Listener, ReadonlySet<HappeningType> | undefined>();
  /** How many listeners want a type; those who want everything count in `#all`. */
  readonly #wanted = new Map<HappeningType, number>();
  #all = 0;

  /** Calls `listener` for each happening, or for those of `types` only. Returns how to stop that. */
  on(listener: Listener, types?: readonly HappeningType[]): () => void {
    const own: Listener = (happening) => listener(happening);
    this.#listeners.set(own, types === undefined ? undefined : new Set(types));
    this.#count(types, 1);
    return () => {
      if (this.#listeners.delete(own)) this.#count(types, -1);
    };
  }

  report(happening: Happening): void {
    for (const [listener, types] of this.#listeners) {
      if (types !== undefined && !types.has(happening.type)) continue;
      try {
        listener(happening);
      } catch {
        // A broken consumer (a closed terminal, say) must never stop what it watches.
      }
    }
  }

  /** Whether anybody reads happenings of this type: hot paths build none that nobody wants. */
  wants(type: HappeningType): boolean {
    return this.#all > 0 || (this.#wanted.get(type) ?? 0) > 0;
  }

  /** Whether anybody listens at all. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  #count(types: readonly HappeningType[] | undefined, by: number): void {
    if (types === undefined) this.#all += by;
    for (const type of new Set(types)) this.#wanted.set(type, (this.#wanted.get(type) ?? 0) + by);
  }
}
