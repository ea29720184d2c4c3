import { basename } from "node:path";
import {
  assertNever,
  copyPlain,
  type EpochMilliseconds,
  emptyMapping,
  internalError,
  type Mapping,
  mergeInto,
  setKey,
} from "../base/index.ts";
import { underName } from "./options/as.ts";
import type { ThreadOptions } from "./options/thread.ts";
import type { Running, Step, StepResult } from "./steps/step.ts";
import type { LongRunBody, RunBody, RunResult, ThreadDefinition } from "./threads/definition.ts";
import type { Thread } from "./types.ts";
import { wait } from "./wait.ts";

/** How long the pipeline waits for the first result of a long-running step, which may come at any time or never. */
const FIRST_RESULT = 1000;

/** How to run the step once: given, because a step that runs once may itself hold steps with threads. */
export type RunOnce = (step: Step, running: Running) => Promise<StepResult>;

/**
 * A step with a thread: the first time it is reached the thread starts, and the pipeline goes on with its first
 * result; later, and for other steps of the same `thread_id`, it gives the latest result. A first run that failed is
 * the thread's error, not the pipeline's: the thread goes on.
 */
export async function runThreaded(
  step: Step,
  running: Running,
  attempts: RunOnce,
  once: RunOnce,
): Promise<StepResult> {
  const { thread: options } = step.options;
  if (options === undefined) throw internalError(`${step.label} has no thread`);
  const { services } = running;
  if (services.once)
    return options.repeat?.kind === "long-running" ? firstOf(step, running) : once(step, running);
  const id = options.id ?? defaultId(step);
  const there = services.threads.get(id);
  const alive = there !== undefined && !isOver(there);
  if (!alive && options.repeat === undefined) return once(step, running);
  const thread = alive ? there : services.threads.start(definition(id, step, options, running, attempts));
  await firstResult(thread, running);
  return { ok: true, output: outputOf(thread, step, running) };
}

function isOver(thread: Thread): boolean {
  const { state } = thread.status();
  return state === "finished" || state === "failed";
}

/** Steps are told apart by where they stand. */
function defaultId({ label, place }: Step): string {
  return place === undefined ? label : `${basename(place.file)}:${place.line}`;
}

async function firstResult(thread: Thread, running: Running): Promise<void> {
  if (thread.latest() !== undefined) return;
  const { kind } = thread.status();
  if (kind === "cron") return;
  const controller = new AbortController();
  const limit = kind === "long-running" ? FIRST_RESULT : undefined;
  const waiting = [thread.firstRun(), aborted(running.signal, controller.signal)];
  if (limit !== undefined)
    waiting.push(wait(running.services.clock, limit, controller.signal).then(() => undefined));
  await Promise.race(waiting);
  controller.abort();
}

function aborted(signal: AbortSignal, done: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const settle = () => {
      signal.removeEventListener("abort", settle);
      resolve(undefined);
    };
    if (signal.aborted) settle();
    signal.addEventListener("abort", settle);
    done.addEventListener("abort", settle, { once: true });
  });
}

function outputOf(thread: Thread, step: Step, running: Running): Mapping {
  const { as, thread: options } = step.options;
  const latest = thread.latest();
  const output = emptyMapping();
  // Readers get copies: what is in pipe data may be changed by tags, the thread's history may not.
  if (latest !== undefined) {
    const copy = copyPlain(latest.output);
    mergeInto(output, as === undefined ? copy : underName(as, copy));
  }
  if (options?.id !== undefined)
    setKey(output, `run_thread.${options.id}`, running.services.threads.handle(thread));
  return output;
}

function definition(
  id: string,
  step: Step,
  options: ThreadOptions,
  running: Running,
  attempts: RunOnce,
): ThreadDefinition {
  const { repeat, history, duration } = options;
  const { collect } = step.options;
  const { collector } = running.services;
  const common = {
    id,
    what: step.label,
    history,
    duration,
    stored:
      collect === undefined
        ? undefined
        : (output: Mapping, startedAt: number) =>
            collector.store(collect, output, startedAt as EpochMilliseconds),
  };
  const place = threadRunning(id, running);
  switch (repeat?.kind) {
    case "interval":
      return { ...common, ...repeat, run: runBody(step, place, attempts) };
    case "cron":
      return {
        ...common,
        kind: "cron",
        next: repeat.times.next,
        overlap: repeat.overlap,
        run: runBody(step, place, attempts),
      };
    case "long-running":
      return { ...common, ...repeat, run: longBody(step, place) };
    case undefined:
      throw internalError(`${step.label} does not repeat`);
    default:
      return assertNever(repeat);
  }
}

/**
 * What the runs of a thread see: pipe data as it was when the thread started. The signal is filled in by the thread.
 * The values are shared, because nobody changes a value that stands in pipe data, only which value stands there. The
 * handles of other threads are left out: they would be of that moment for ever, and with thousands of threads they
 * would be most of what is kept for each and sent with every run.
 */
function threadRunning(id: string, running: Running): Omit<Running, "signal"> {
  const pipeData = emptyMapping();
  for (const key of Object.keys(running.pipeData)) {
    if (!key.startsWith("run_thread.")) setKey(pipeData, key, running.pipeData[key] ?? null);
  }
  return { ...running, pipeData, gathered: emptyMapping(), thread: id, timeout: undefined };
}

function runBody(step: Step, place: Omit<Running, "signal">, attempts: RunOnce): RunBody {
  let shared: Running | undefined;
  const own = step.body.changesRunning === true;
  return async (signal): Promise<RunResult> => {
    shared ??= { ...place, signal };
    const result = await attempts(step, own ? ownRunning(shared) : shared);
    return result.ok ? { ok: true, output: result.output } : result;
  };
}

function longBody(step: Step, place: Omit<Running, "signal">): LongRunBody {
  return async (signal, emit) => {
    const { long } = step.body;
    if (long === undefined) throw internalError(`${step.label} cannot be long-running`);
    return long.call(step.body, { ...place, signal, timeout: step.options.timeout }, emit);
  };
}

function ownRunning(running: Running): Running {
  const pipeData = emptyMapping();
  mergeInto(pipeData, running.pipeData);
  return { ...running, pipeData, gathered: emptyMapping() };
}

/** `--once`: a long-running step is stopped after its first result. */
async function firstOf(step: Step, running: Running): Promise<StepResult> {
  const { long } = step.body;
  if (long === undefined) throw internalError(`${step.label} cannot be long-running`);
  const { collect, as } = step.options;
  const controller = new AbortController();
  const abort = () => controller.abort();
  running.signal.addEventListener("abort", abort);
  let first: Mapping | undefined;
  const result = await long.call(
    step.body,
    { ...running, signal: controller.signal, timeout: step.options.timeout },
    (output) => {
      if (first !== undefined) return;
      first = output;
      if (collect !== undefined)
        running.services.collector.store(collect, output, running.services.clock.wall());
      controller.abort();
    },
  );
  running.signal.removeEventListener("abort", abort);
  if (first === undefined) return result;
  return { ok: true, output: as === undefined ? first : underName(as, first) };
}
