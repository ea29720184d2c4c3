import {
  emptyMapping,
  failed,
  type Mapping,
  type Milliseconds,
  mergeInto,
  ok,
  type Plain,
  type Problem,
  ProblemError,
  problem,
  type Result,
  type Seconds,
} from "../base/index.ts";
import { type CheckedBlock, processBlock } from "../block/index.ts";
import type { Thread } from "../run/index.ts";
import { type Lease, SharedError } from "../unidist/index.ts";
import type { BlockRun, Ending } from "./block-run.ts";
import { keepAlive } from "./keep-alive.ts";
import type { Services } from "./services.ts";

export interface BlockInput {
  readonly inputData: Mapping;
  readonly requestState: Mapping;
  readonly env: Readonly<Record<string, string>>;
}

class Stopped extends Error {}

/** One run of a block, from its first tag until everything is closed. */
export class RunningBlock {
  readonly #block: CheckedBlock;
  readonly #services: Services;
  /** Of the lock `__running`. */
  readonly #lease: Lease | undefined;
  readonly #longrunning: boolean;
  /** Aborted when the grace time of a stop is over. */
  readonly #cut = new AbortController();
  readonly #asked = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<{ ending: Ending; problems: readonly Problem[] }>();
  #processed: Promise<unknown> = Promise.resolve();
  /** Somebody else collects into a file of ours: two writers would only spoil it, so this process leaves. */
  readonly #locked: Problem[] = [];
  /** Files and stores that could not take what waited for them when they were closed: those samples are lost. */
  readonly #unstored: Problem[] = [];
  #stopping: Promise<void> | undefined;

  constructor(block: CheckedBlock, services: Services, lease: Lease | undefined, longrunning: boolean) {
    this.#block = block;
    this.#services = services;
    this.#lease = lease;
    this.#longrunning = longrunning;
    lease?.lost.addEventListener("abort", () => this.ask("the lock __running was released"));
    services.events.on(
      (happening) => {
        if (happening.type !== "store:failed" || happening.problem.code !== "rrd-locked") return;
        if (this.#stopping !== undefined) return;
        this.#locked.push(happening.problem);
        this.ask("another process collects into a file of this block");
      },
      ["store:failed"],
    );
  }

  readonly stop = async (reason = "asked to"): Promise<void> => {
    this.ask(reason);
    await this.#ended.promise;
  };

  /** Begins to stop; the first reason counts. */
  ask(reason: string): void {
    this.#stopping ??= this.#stopRuns(reason);
  }

  /** Processes the block and returns what there is to see; a failed run is over when this resolves. */
  async start(input: BlockInput): Promise<Result<BlockRun>> {
    const awake = keepAlive(this.#services.clock);
    const close = async () => {
      await this.#services.threads.stopAll(this.#services.grace);
      await releaseLease(this.#lease);
      const off = this.#services.events.on(
        (happening) => {
          if (happening.type === "store:failed") this.#unstored.push(happening.problem);
          if (happening.type !== "sink:failed" || happening.problem.code !== "sink-lost") return;
          const { sink, problem } = happening;
          this.#unstored.push({ ...problem, message: `${sink}: ${problem.message}` });
        },
        ["store:failed", "sink:failed"],
      );
      await this.#services.close();
      off();
      awake.cancel();
    };
    try {
      const result = emptyMapping();
      const processing = this.#process(input, result);
      this.#processed = processing.catch(() => {});
      const first = await processing;
      // A monitor whose first run failed goes on trying, as it does when a later one fails.
      const stays =
        this.#longrunning && this.#stopping === undefined && (first.ok || this.#alive().length > 0);
      if (!first.ok && !stays) {
        await this.#stopping;
        await close();
        const ending = this.#stopping === undefined || this.#locked.length > 0 ? "failed" : "stopped";
        this.#ended.resolve({ ending, problems: first.problems });
        return first;
      }
      if (!first.ok) this.#report(first.problems);
      this.#over(stays, close).then(this.#ended.resolve, this.#ended.reject);
      return ok(this.#handle(first.ok ? first.value : result, stays));
    } catch (error) {
      await close();
      this.#ended.resolve({ ending: "failed", problems: [] });
      throw error;
    }
  }

  async #process(input: BlockInput, result: Mapping): Promise<Result<Plain>> {
    const pipeData = emptyMapping();
    mergeInto(pipeData, input.inputData);
    try {
      const { events } = this.#services;
      return ok(
        await processBlock(this.#block, { ...input, pipeData, events, result, signal: this.#cut.signal }),
      );
    } catch (error) {
      if (error instanceof ProblemError) return failed(...error.problems);
      if (error instanceof Stopped)
        return failed(problem("stopped", "stopped before the block was finished"));
      throw error;
    }
  }

  /** No new runs; what runs gets the grace time, and is cut off then. */
  async #stopRuns(reason: string): Promise<void> {
    const { clock, events, grace, threads } = this.#services;
    events.report({ type: "process:stopping", reason });
    this.#asked.resolve();
    const late = clock.after((grace * 1000) as Milliseconds, () => this.#cut.abort(new Stopped()));
    await Promise.all([threads.stopAll(grace as Seconds), this.#processed]);
    late.cancel();
  }

  async #over(stays: boolean, close: () => Promise<void>): Promise<{ ending: Ending; problems: Problem[] }> {
    if (stays) await this.#stay();
    await this.#stopping;
    await close();
    const unstored = [...this.#locked, ...this.#unstored];
    if (unstored.length > 0) return { ending: "failed", problems: unstored };
    if (this.#stopping !== undefined) return { ending: "stopped", problems: [] };
    const problems = stays ? this.#givenUp() : [];
    return { ending: problems.length > 0 ? "failed" : "done", problems };
  }

  /** Until it is asked to stop, or every thread has ended. */
  async #stay(): Promise<void> {
    this.#services.events.report({ type: "process:ready" });
    // A block that never had threads stays for what it holds (a lock, say) until it is told to stop.
    if (this.#services.threads.list().length === 0) await this.#asked.promise;
    while (this.#stopping === undefined && this.#alive().length > 0) {
      await Promise.race([this.#asked.promise, Promise.all(this.#alive().map((thread) => thread.ended))]);
    }
  }

  #alive(): readonly Thread[] {
    const over = ["finished", "failed"];
    return this.#services.threads.list().filter((thread) => !over.includes(thread.status().state));
  }

  #givenUp(): Problem[] {
    const states = this.#services.threads.list().map((thread) => thread.status());
    return states.flatMap(({ state, error }) => (state === "failed" && error !== undefined ? [error] : []));
  }

  #handle(result: Plain, longrunning: boolean): BlockRun {
    const threads = () => this.#alive();
    return {
      result,
      get threads() {
        return threads();
      },
      longrunning,
      stop: this.stop,
      ended: this.#ended.promise,
    };
  }

  #report(problems: readonly Problem[]): void {
    for (const one of problems) this.#services.events.report({ type: "problem:found", problem: one });
  }
}

async function releaseLease(lease: Lease | undefined): Promise<void> {
  try {
    if (lease !== undefined && !lease.lost.aborted) await lease.release();
  } catch (error) {
    // Whatever became of it, this process ends, and with it whatever it holds.
    if (!(error instanceof SharedError)) throw error;
  }
}
