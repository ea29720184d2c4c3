import { basename } from "node:path";
import {
  Events,
  emptyMapping,
  type Happening,
  ManualClock,
  type Mapping,
  mergeInto,
  type Plain,
  renderProblem,
  type Seconds,
} from "../../src/base/index.ts";
import { checkBlock, loadBlockText, processBlock } from "../../src/block/index.ts";
import {
  type Collector,
  createCommandRunner,
  createFileTags,
  createRunTags,
  createThreads,
  type Failure,
  type RunServices,
  type ScriptCall,
  type ScriptRunner,
  type Threads,
} from "../../src/run/index.ts";
import { openSpace } from "../../src/unidist/index.ts";

export type Script = (
  call: ScriptCall,
  emit: (result: Mapping) => void,
) => Mapping | undefined | Promise<Mapping | undefined>;

/** What a script may throw to fail in a certain way. */
export class Fails extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Runs functions of the test instead of files. */
class FunctionRunner implements ScriptRunner {
  readonly #scripts: Readonly<Record<string, Script>>;
  constructor(scripts: Readonly<Record<string, Script>>) {
    this.#scripts = scripts;
  }
  check(file: string): string | undefined {
    const name = basename(file);
    return Object.hasOwn(this.#scripts, name) ? undefined : `script "${name}" does not exist`;
  }
  async run(...[script, call]: Parameters<ScriptRunner["run"]>): ReturnType<ScriptRunner["run"]> {
    return this.#call(script.file, call, () => {});
  }
  start(...[script, call, emit]: Parameters<ScriptRunner["start"]>): ReturnType<ScriptRunner["start"]> {
    return { ended: this.#call(script.file, call, (result) => emit(result, 0)) };
  }
  async #call(file: string, call: ScriptCall, emit: (result: Mapping) => void) {
    try {
      const result = await this.#scripts[basename(file)]?.(call, emit);
      return { ok: true as const, value: { result: result ?? emptyMapping(), requestState: undefined } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const failure: Failure = error instanceof Fails ? error.failure : { kind: "threw", message };
      return { ok: false as const, failure };
    }
  }
  warmUp(): void {}
  figures() {
    return { workers: 0, queued: 0, running: 0 };
  }
  async close(): Promise<void> {}
}

export interface Stored {
  readonly path: string;
  readonly result: Mapping;
  readonly stamp: number;
}

export interface Workshop {
  readonly clock: ManualClock;
  readonly happenings: Happening[];
  readonly threads: Threads;
  readonly services: RunServices;
  readonly stored: Stored[];
  /** Rejects with the problems as a person sees them. */
  process(text: string, input?: Mapping, signal?: AbortSignal): Promise<Plain>;
  /** As `process`, while time passes. */
  processFor(milliseconds: number, text: string, input?: Mapping): Promise<Plain>;
  /** What is wrong with a text, as a person sees it. */
  problems(text: string): string;
}

let spaces = 0;

/** All that pipelines need, with a clock that moves when told and scripts that are functions of the test. */
export function workshop(options: { scripts?: Record<string, Script>; once?: boolean } = {}): Workshop {
  const clock = new ManualClock();
  const events = new Events();
  const happenings: Happening[] = [];
  events.on((happening) => happenings.push(happening));
  const threads = createThreads({ clock, events, random: () => 0.5 });
  const stored: Stored[] = [];
  const collector: Collector = {
    store: (definition, result, stamp) => void stored.push({ path: definition.path, result, stamp }),
    figures: () => ({ stored: 0, dropped: 0, failed: 0, openFiles: 0, graphsDrawn: 0, sinks: [] }),
    close: async () => {},
  };
  const services: RunServices = {
    clock,
    events,
    threads,
    collector,
    scripts: new FunctionRunner(options.scripts ?? {}),
    commands: createCommandRunner(),
    space: openSpace("memory:", `workshop ${++spaces}`, { clock, queueLimit: 3 }),
    random: () => 0,
    once: options.once ?? false,
    runningLock: "__running",
    grace: 10 as Seconds,
  };
  const checked = (text: string) => {
    const loaded = loadBlockText(text, "demo.yaml");
    if (!loaded.ok) return loaded;
    return checkBlock(loaded.value, {
      tags: createRunTags(services),
      createFileTag: createFileTags(services),
    });
  };
  const shown = (problems: readonly Parameters<typeof renderProblem>[0][]) =>
    problems.map((one) => renderProblem(one, { colour: false })).join("\n");
  const process: Workshop["process"] = async (text, input = { args: [] }, signal) => {
    const block = checked(text);
    if (!block.ok) throw new Error(shown(block.problems));
    const pipeData = emptyMapping();
    mergeInto(pipeData, input);
    const env = { PATH: globalThis.process.env.PATH ?? "" };
    return processBlock(block.value, {
      pipeData,
      inputData: input,
      events,
      env,
      ...(signal === undefined ? {} : { signal }),
    });
  };
  return {
    clock,
    happenings,
    threads,
    services,
    stored,
    process,
    async processFor(milliseconds, text, input) {
      const result = process(text, input);
      result.catch(() => {});
      await clock.advance(milliseconds);
      return result;
    },
    problems(text) {
      const block = checked(text);
      return shown(block.ok ? block.warnings : block.problems);
    },
  };
}

/** The result of `run:` without its times. */
export function runOf(result: Plain): Record<string, unknown> {
  const { run } = JSON.parse(JSON.stringify(result)) as { run: Record<string, unknown> };
  const { __duration, __start_time, ...rest } = run;
  return rest;
}

/** A script that takes its time on the test's clock. */
export function slow(clock: () => ManualClock, milliseconds: number, result: Mapping = {}): Script {
  return () => new Promise((resolve) => void clock().after(milliseconds as never, () => resolve(result)));
}
