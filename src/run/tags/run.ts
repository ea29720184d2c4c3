import {
  copyPlain,
  emptyMapping,
  getKey,
  isMapping,
  type Mapping,
  ProblemError,
  setKey,
} from "../../base/index.ts";
import type { ProcessContext, TagFunction } from "../../block/index.ts";
import { runPipeline } from "../pipeline.ts";
import { parsePipeline } from "../steps/parse-pipeline.ts";
import type { Pipeline, StepResult } from "../steps/step.ts";
import type { RunServices } from "../types.ts";

/** `run: [steps]`: its result is pipe data afterwards, with `__duration` and `__start_time`. */
export function runTag(services: RunServices): TagFunction {
  return {
    name: "run",
    pattern: /^run$/,
    words: "run",
    fits: looksLikePipeline,
    priority: 800,
    parse: (input, check) => parsePipeline(input.value, input.path, { check, services, tag: input.key }),
    async process(parsed, context) {
      const result = await runTimed(parsed as Pipeline, services, context, {
        pipeData: context.pipeData,
        signal: context.signal,
        thread: undefined,
      });
      if (!result.ok) throw new ProblemError([result.problem]);
      return { kind: "value", value: result.output };
    },
  };
}

/** Tells a misspelt tag from data: a list of steps is a list of mappings, a single step a mapping. */
export function looksLikePipeline(value: unknown): boolean {
  return (
    isMapping(value) || (Array.isArray(value) && value.length > 0 && value.every((item) => isMapping(item)))
  );
}

/** Runs a pipeline; the output is its pipe data, times first. */
export async function runTimed(
  pipeline: Pipeline,
  services: RunServices,
  context: ProcessContext,
  own: { pipeData: Mapping; signal: AbortSignal; thread: string | undefined },
): Promise<StepResult> {
  const { clock } = services;
  const startTime = clock.wall() / 1000;
  const started = clock.monotonic();
  const result = await runPipeline(pipeline, {
    services,
    context,
    ...own,
    gathered: emptyMapping(),
    cwd: context.cwd,
    timeout: undefined,
    run: runPipeline,
  });
  if (!result.ok) return result;
  const output = emptyMapping();
  setKey(output, "__duration", wholeMicroseconds((clock.monotonic() - started) / 1000));
  setKey(output, "__start_time", wholeMicroseconds(startTime));
  if (getKey(own.pipeData, "args") === undefined) setKey(output, "args", []);
  for (const key of Object.keys(own.pipeData))
    if (key !== "__duration" && key !== "__start_time")
      setKey(output, key, copyPlain(getKey(own.pipeData, key) ?? null));
  return { ok: true, output };
}

/** Finer digits of the clocks are noise of floating point. */
function wholeMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
