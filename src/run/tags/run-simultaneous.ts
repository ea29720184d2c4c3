import {
  copyPlain,
  emptyMapping,
  getKey,
  isMapping,
  kindOf,
  type Mapping,
  type Problem,
  ProblemError,
  type Seconds,
  setKey,
} from "../../base/index.ts";
import type { ProcessContext, TagFunction } from "../../block/index.ts";
import { parsePipeline } from "../steps/parse-pipeline.ts";
import type { Pipeline } from "../steps/step.ts";
import { spread } from "../threads/phases.ts";
import type { RunServices, Thread } from "../types.ts";
import { looksLikePipeline, runTimed } from "./run.ts";

interface Named {
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly delay: Seconds;
}

/** Few pipelines start at once; the more there are, the longer the time their first runs are spread over, up to 1 s. */
const SPREAD_EACH = 5;

/**
 * `run simultaneous: {name: [steps]}`: each pipeline in a thread of its own, with pipe data of its own. The result has
 * each one's output by name, and for one that failed its handle. When one failed and nothing of the others runs on,
 * the block fails.
 */
export function runSimultaneousTag(services: RunServices): TagFunction {
  return {
    name: "run simultaneous",
    pattern: /^run simultaneous$/,
    words: "run simultaneous",
    fits: (value) => isMapping(value) && Object.values(value).every(looksLikePipeline),
    priority: 800,
    parse({ value, path, key }, check) {
      if (!isMapping(value)) {
        check.report(
          "bad-pipeline",
          `"${key}" must be a mapping of names and lists of steps, not ${kindOf(value)}`,
          { path },
        );
        return undefined;
      }
      const names = Object.keys(value);
      return names.flatMap((name, index): Named[] => {
        const steps = getKey(value, name) ?? null;
        const pipeline = parsePipeline(steps, [...path, name], { check, services, tag: key });
        if (pipeline === undefined) return [];
        const delay = (spread(index, windowOf(pipeline, names.length)) / 1000) as Seconds;
        return [{ name, pipeline, delay }];
      });
    },
    async process(parsed, context) {
      const pipelines = parsed as readonly Named[];
      const threads = pipelines.map((one) => start(one, services, context));
      await Promise.all(threads.map((thread) => ended(thread, context.signal)));
      return { kind: "value", value: collectResults(pipelines, threads, services, context) };
    },
  };
}

/** Milliseconds; 0 for pipelines that do not start an interval thread. */
function windowOf(pipeline: Pipeline, count: number): number {
  const intervals = pipeline.flatMap(({ options: { thread } }) =>
    thread?.repeat?.kind === "interval" ? [thread.repeat.interval * 1000] : [],
  );
  return intervals.length === 0 ? 0 : Math.min(...intervals, 1000, count * SPREAD_EACH);
}

function start({ name, pipeline, delay }: Named, services: RunServices, context: ProcessContext): Thread {
  const pipeData = copyPlain(context.pipeData);
  return services.threads.start({
    kind: "simultaneous",
    id: freeId(`run ${name}`, services),
    what: name,
    history: 1,
    delay: services.once ? (0 as Seconds) : delay,
    run: async (signal) => {
      const result = await runTimed(pipeline, services, context, { pipeData, signal, thread: name });
      return result.ok ? { ok: true, output: result.output } : result;
    },
  });
}

/** The same block may be processed twice at the same time. */
function freeId(id: string, { threads }: RunServices): string {
  const taken = (candidate: string) => {
    const state = threads.get(candidate)?.status().state;
    return state !== undefined && state !== "finished" && state !== "failed";
  };
  let free = id;
  for (let number = 2; taken(free); number++) free = `${id} #${number}`;
  return free;
}

async function ended(thread: Thread, signal: AbortSignal): Promise<void> {
  const stop = () => void thread.stop(0 as Seconds);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  await thread.ended;
  signal.removeEventListener("abort", stop);
}

function collectResults(
  pipelines: readonly Named[],
  threads: readonly Thread[],
  services: RunServices,
  context: ProcessContext,
): Mapping {
  const result = emptyMapping();
  const problems: Problem[] = [];
  threads.forEach((thread, index) => {
    const name = pipelines[index]?.name ?? thread.id;
    const output = thread.latest()?.output;
    const { error } = thread.status();
    if (output === undefined && error !== undefined) problems.push(error);
    setKey(result, name, output ?? services.threads.handle(thread));
    if (output !== undefined) setKey(context.pipeData, name, copyPlain(output));
  });
  if (problems.length > 0 && !somethingRuns(services)) throw new ProblemError(problems);
  return result;
}

function somethingRuns({ threads }: RunServices): boolean {
  return threads.list().some((thread) => {
    const { kind, state } = thread.status();
    return kind !== "simultaneous" && state !== "finished" && state !== "failed";
  });
}
