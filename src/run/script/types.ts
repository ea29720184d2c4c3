import type { Bytes, LogLevel, Mapping, Plain, Seconds } from "../../base/index.ts";
import type { Outcome } from "../failure.ts";

/** A script step as written, fixed when the file is loaded. */
export interface ScriptReference {
  /** Absolute path. */
  readonly file: string;
  readonly language: "javascript" | "python";
  readonly isolate: "thread" | "process";
  /** Heap limit of the worker. */
  readonly memory: Bytes | undefined;
  /** Sent to each worker once, not with each call. */
  readonly fixed: {
    readonly block: Mapping;
    readonly blockParent: Mapping | null;
    readonly tag: string | null;
  };
}

/** What changes from call to call; all plain data. */
export interface ScriptCall {
  readonly pipeData: Mapping;
  readonly requestState: Mapping;
  readonly inputData: Mapping;
  readonly args: readonly Plain[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Name of the thread or step, for log lines. */
  readonly label: string;
  /** The worker is terminated after this long. */
  readonly timeout: Seconds | undefined;
  /** Aborting asks the script (its `signal`), and ends its worker after `grace`. */
  readonly signal: AbortSignal;
  readonly grace: Seconds;
}

export type ScriptLog = (level: LogLevel, text: string, label: string) => void;

/** What a call leaves behind. */
export interface ScriptReturn {
  /** The mapping that the function returned; empty if it returned nothing. */
  readonly result: Mapping;
  /** `requestState` after the call, if the script changed it. */
  readonly requestState: Mapping | undefined;
}

/** A long-running script: `emit`s results until it is told to stop. */
export interface LongScript {
  /** Resolves when it ended: ok when by itself or because asked. */
  readonly ended: Promise<Outcome<ScriptReturn>>;
}

export interface ScriptRunner {
  /** At load: file exists, known extension, `python3` present. Undefined when fine, else one sentence. */
  check(file: string): string | undefined;
  run(script: ScriptReference, call: ScriptCall): Promise<Outcome<ScriptReturn>>;
  start(
    script: ScriptReference,
    call: ScriptCall,
    emit: (result: Mapping, dropped: number) => void,
  ): LongScript;
  /** Called early when it is known that scripts will run, so that the first worker boots while the file is still being checked. */
  warmUp(): void;
  figures(): { readonly workers: number; readonly queued: number; readonly running: number };
  close(): Promise<void>;
}
