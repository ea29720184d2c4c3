import type { LogLevel, Mapping, Plain } from "../../base/index.ts";
import type { StoreUrl } from "../../unidist/index.ts";
import type { Failure } from "../failure.ts";

/** What the main thread and the workers (threads or child processes) say to each other: types only. */

/** One module file of a script as it was read: what a later worker gets instead of the changed disk. */
export interface ModuleFile {
  readonly path: string;
  readonly format: string;
  readonly source: string;
  /** Size and times of the file just before it was read. */
  readonly stamp: string;
}

/** Given to a worker when it starts. */
export interface WorkerSettings {
  readonly compileCache: string | undefined;
  /** Bytes of one result, about. */
  readonly maxResult: number;
  /** Bytes of log text per call, and per ten seconds of a long one. */
  readonly maxLog: number;
  /** The process belongs to the script alone: its working directory and environment follow the calls. */
  readonly ownProcess: boolean;
  readonly hasSpace: boolean;
}

export type ToWorker =
  /** A value that several calls share; calls name it by number. */
  | { readonly kind: "part"; readonly id: number; readonly value: Plain }
  | {
      readonly kind: "script";
      readonly id: number;
      readonly file: string;
      /** Part numbers. */
      readonly block: number;
      readonly blockParent: number | undefined;
      readonly tag: string | null;
    }
  /** The modules of the last version that loaded, by the key of that version. */
  | { readonly kind: "version"; readonly key: string; readonly files: readonly ModuleFile[] }
  | CallMessage
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "emitted" }
  | SharedReply;

/** What is the same as at the script's previous call in this worker is left out: sending costs more than looking. */
export interface CallMessage {
  readonly kind: "call";
  readonly id: number;
  readonly script: number;
  readonly setting?: CallSetting;
  /** Part numbers; the value itself where it is not worth one; left out when empty. */
  readonly inputData?: number | Mapping;
  readonly args?: number | readonly Plain[];
  readonly pipeData: Mapping;
  readonly requestState?: Mapping;
  /** Present for long-running scripts. */
  readonly emit?: EmitCredit;
}

export interface CallSetting {
  /** Which version of the script's modules to run. */
  readonly version: string;
  readonly label: string;
  readonly cwd: string;
  /** A part number. */
  readonly env: number | undefined;
}

export interface EmitCredit {
  /** How many emitted results the main thread has handled; undefined in a child process, which gets `emitted`. */
  readonly handled: Int32Array<SharedArrayBuffer> | undefined;
}

export type FromWorker =
  | { readonly kind: "ready" }
  | {
      readonly kind: "loaded";
      readonly script: number;
      readonly version: string;
      readonly files: readonly ModuleFile[];
    }
  | {
      readonly kind: "return";
      readonly id: number;
      readonly result: Mapping | undefined;
      readonly requestState?: Mapping;
    }
  | {
      readonly kind: "fail";
      readonly id: number;
      readonly failure: Failure;
      /** Files that the script consists of as far as known: a change in one of them is worth another try. */
      readonly touched?: readonly string[];
      /** The worker's state is doubtful: take another one for the next call. */
      readonly retire?: boolean;
    }
  | { readonly kind: "emit"; readonly id: number; readonly result: Mapping; readonly dropped: number }
  | { readonly kind: "log"; readonly level: LogLevel; readonly text: string; readonly label: string }
  /** Sent just before the worker ends itself. */
  | { readonly kind: "exiting"; readonly status: number; readonly failure: Failure }
  | SharedRequest;

/** A call of a method of the shared space, or of something that such a call returned. */
export interface SharedRequest {
  readonly kind: "shared";
  readonly id: number;
  readonly target: SharedTarget;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Kinds of shared things. */
export type SharedKind = "lock" | "counter" | "state" | "queue" | "log";

export type SharedTarget =
  | { readonly of: "space" }
  | { readonly of: SharedKind; readonly name: string }
  | { readonly of: "handle"; readonly handle: number };

export interface SharedReply {
  readonly kind: "shared";
  readonly id: number;
  readonly error?: SharedFailure;
  readonly value?: unknown;
  /** The value has methods; they are called through this number. */
  readonly handle?: number;
}

export interface SharedFailure {
  readonly name: string;
  readonly message: string;
  /** Of a `SharedError`. */
  readonly code?: string;
}

/** What a worker thread can do without the main thread: the answer to `access`. */
export type SharedAccess =
  | { readonly way: "messages" }
  /** Counters are cells of memory: `cell` asks for one. */
  | { readonly way: "cells" }
  /** A file, which any thread may open. */
  | { readonly way: "file"; readonly store: StoreUrl; readonly name: string };
