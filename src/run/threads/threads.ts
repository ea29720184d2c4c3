import {
  assertNever,
  type Clock,
  type Events,
  internalError,
  type Mapping,
  type Plain,
  type Seconds,
} from "../../base/index.ts";
import type { Thread, Threads } from "../types.ts";
import { BaseThread, type ThreadServices } from "./base-thread.ts";
import type { ThreadDefinition } from "./definition.ts";
import { LongThread } from "./long-thread.ts";
import { Phases } from "./phases.ts";
import { RepeatingThread } from "./repeating-thread.ts";
import { Scheduler } from "./scheduler.ts";
import { SingleThread } from "./single-thread.ts";

export interface ThreadsOptions {
  readonly clock: Clock;
  readonly events: Events;
  /** 0 ≤ x < 1: jitter of restarts. Default `Math.random`. */
  readonly random?: () => number;
}

/** The threads of one process, run by one scheduler. */
export function createThreads(options: ThreadsOptions): Threads {
  return new ThreadTable(options);
}

class ThreadTable implements Threads {
  readonly #services: ThreadServices;
  readonly #threads = new Map<string, BaseThread>();
  readonly #phases = new Phases();
  #stopped = false;

  constructor(options: ThreadsOptions) {
    this.#services = {
      clock: options.clock,
      events: options.events,
      random: options.random ?? Math.random,
      scheduler: new Scheduler(options.clock),
    };
  }

  get(id: string): Thread | undefined {
    return this.#threads.get(id);
  }

  list(): readonly Thread[] {
    return [...this.#threads.values()];
  }

  start(definition: ThreadDefinition): Thread {
    const before = this.#threads.get(definition.id);
    if (before !== undefined && !before.over)
      throw internalError(`thread "${definition.id}" is already running`);
    const thread = this.#stopped ? new NeverStarted(definition, this.#services) : this.#create(definition);
    this.#threads.set(definition.id, thread);
    return thread;
  }

  async stopAll(grace: Seconds): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#threads.values()].map((thread) => thread.stop(grace)));
  }

  /** `{"thread": "simplest", "running": true, "runs": "script: simplest.ts", "every": 5}` */
  handle(thread: Thread): Plain {
    const { kind, state, interval, error } = thread.status();
    const handle: Mapping = {
      thread: thread.id,
      kind,
      running: state !== "finished" && state !== "failed",
      state,
    };
    if (interval !== undefined) handle.interval = interval;
    if (thread instanceof BaseThread) handle.runs = thread.what;
    if (error !== undefined) handle.error = error.message;
    return handle;
  }

  #create(definition: ThreadDefinition): BaseThread {
    const services = this.#services;
    switch (definition.kind) {
      case "interval": {
        const now = services.clock.monotonic();
        return new RepeatingThread(definition, services, this.#phases.next(now, definition.interval * 1000));
      }
      case "cron":
        return new RepeatingThread(definition, services, 0);
      case "long-running":
        return new LongThread(definition, services);
      case "simultaneous":
        return new SingleThread(definition, services);
      default:
        return assertNever(definition);
    }
  }
}

/** Asked for while the process stops: it is there, so that nobody has to know, and has ended. */
class NeverStarted extends BaseThread {
  readonly kind: ThreadDefinition["kind"];

  constructor(definition: ThreadDefinition, services: ThreadServices) {
    super(definition, services);
    this.kind = definition.kind;
    this.end("finished");
  }

  protected stopRuns(): boolean {
    return false;
  }
}
