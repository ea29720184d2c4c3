import type { Mapping, Place, Plain, Problem, Seconds } from "../../base/index.ts";
import type { CheckContext, ProcessContext, TreePath } from "../../block/index.ts";
import type { CollectDefinition } from "../collect/types.ts";
import { type Failure, failureProblem } from "../failure.ts";
import type { Retry } from "../options/retry.ts";
import type { ThreadOptions } from "../options/thread.ts";
import type { RunServices } from "../types.ts";

/** What a step can do. A kind without a row in the table of kinds does not compile. */
export type Kind =
  | "script"
  | "shell"
  | "set"
  | "cd"
  | "call"
  | "steps"
  | "if"
  | "template"
  | "log"
  | "put"
  | "shared"
  | "except"
  | "finally"
  | "timeseries collect";

export type Options =
  | "thread"
  | "timeout"
  | "retry"
  | "as"
  | "env"
  | "collect"
  | "memory"
  | "isolate"
  | "longrunning"
  | "parse"
  | "with"
  | "level";

/** A step as written is a mapping (`raw`); parsed it is a `Step`; while it runs it is given a `Running`. */
export interface Step {
  readonly kind: Kind;
  /** `shell: df -h`, for messages and log lines. */
  readonly label: string;
  readonly place: Place | undefined;
  readonly body: StepBody;
  readonly options: StepOptions;
}

export type Pipeline = readonly Step[];

export interface StepOptions {
  readonly thread: ThreadOptions | undefined;
  /** Of one attempt. */
  readonly timeout: Seconds | undefined;
  readonly retry: Retry | undefined;
  readonly as: string | undefined;
  readonly collect: CollectDefinition | undefined;
}

/** What running a kind comes to, fixed when the file was loaded. */
export interface StepBody {
  run(running: Running): Promise<StepResult>;
  /** Only kinds that can be long-running have it. */
  long?(running: Running, emit: (output: Mapping, dropped?: number) => void): Promise<StepResult>;
  /** The body stops by itself after `running.timeout`. Others are aborted. */
  readonly keepsTimeout?: boolean;
  /** The body changes `running` itself (its pipe data, its directory), so that each run in a thread needs its own. */
  readonly changesRunning?: boolean;
}

export type StepResult =
  | {
      readonly ok: true;
      /** Merged into pipe data. */
      readonly output: Mapping;
      /** What `as` stores instead of `output`, where that is not a mapping. */
      readonly alone?: Plain;
    }
  | {
      readonly ok: false;
      readonly problem: Problem;
      /** Merged into pipe data all the same: `status` of a failed command. */
      readonly output?: Mapping;
    };

/** A pipeline while it runs. */
export interface Running {
  readonly services: RunServices;
  readonly context: ProcessContext;
  readonly pipeData: Mapping;
  /** Everything the steps merged so far: the result of `steps:`. */
  readonly gathered: Mapping;
  /** `cd` changes it for the steps that follow. */
  cwd: string;
  readonly signal: AbortSignal;
  /** Id of the thread this runs in. */
  readonly thread: string | undefined;
  /** Of the step that runs, for kinds that stop by themselves. */
  readonly timeout: Seconds | undefined;
  readonly run: (pipeline: Pipeline, running: Running) => Promise<StepResult>;
}

/** What `parse` of a kind gets. */
export interface StepInput {
  /** The whole step as written. */
  readonly raw: Mapping;
  /** The value of the kind's key, and where it stands. */
  readonly value: Plain;
  readonly path: TreePath;
  readonly key: string;
  readonly stepPath: TreePath;
  readonly label: string;
  readonly place: Place | undefined;
  /** Seconds between two runs, if the step repeats. */
  readonly interval: Seconds | undefined;
  readonly parsing: Parsing;
}

/** What is the same for all steps of one tag. */
export interface Parsing {
  readonly check: CheckContext;
  readonly services: RunServices;
  /** The key the pipeline stands under. */
  readonly tag: string;
  pipeline(value: Plain, path: TreePath): Pipeline | undefined;
}

export interface StepKind {
  /** The options that make sense with it. */
  readonly options: readonly Options[];
  /** Reports every problem; undefined after one. */
  parse(input: StepInput): StepBody | undefined;
}

/** A body that was stopped and did not end yet gets this long before its worker or process is ended. */
export const KILL_GRACE = 2 as Seconds;

export function failedStep(failure: Failure, place: Place | undefined, output?: Mapping): StepResult {
  const problem = failureProblem(failure, place);
  return { ok: false, problem, ...(output === undefined ? {} : { output }) };
}
