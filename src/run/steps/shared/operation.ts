import type { Mapping, Plain } from "../../../base/index.ts";
import type { Space } from "../../../unidist/index.ts";
import type { OptionReader } from "../../options/read-option.ts";
import type { Pipeline, Running } from "../step.ts";

/** One thing that can be done to a shared thing: the key that says it (`increment`), and what it comes to. */
export interface Operation {
  /** More keys that go with it. */
  readonly with?: readonly string[];
  /** Undefined after a problem was reported. `key` is where its argument stands. */
  parse(reading: OperationReader, key: string): Action | undefined;
}

/** What an operation needs to read what it is given. */
export interface OperationReader extends OptionReader {
  /** A value that may hold `{{path}}`; undefined after a problem. */
  value(key: string): ((pipeData: Mapping) => Plain) | undefined;
  /** `true`, and nothing else. */
  yes(key: string): boolean;
  pipeline(key: string): Pipeline | undefined;
}

/** Gives what the step puts into pipe data; "nothing" puts nothing there. */
export type Action = (space: Space, name: string, running: Running) => Promise<Plain | typeof nothing>;

export const nothing = Symbol("nothing");

/** What a pipeline inside the step failed with: told as it is. */
export class InnerFailure extends Error {
  readonly result: Extract<Awaited<ReturnType<Running["run"]>>, { ok: false }>;
  constructor(result: InnerFailure["result"]) {
    super(result.problem.message);
    this.result = result;
  }
}

/** Runs the steps with a value in their pipe data. */
export async function runInside(pipeline: Pipeline, running: Running, more: Mapping): Promise<Mapping> {
  const result = await running.run(pipeline, {
    ...running,
    pipeData: { ...running.pipeData, ...more },
    gathered: {},
  });
  if (!result.ok) throw new InnerFailure(result);
  return result.output;
}
