import type { Timer } from "../../base/index.ts";
import { BaseThread, type ThreadServices } from "./base-thread.ts";
import type { RunResult, ThreadDefinition } from "./definition.ts";
import { thrown } from "./repeating-thread.ts";

type Definition = Extract<ThreadDefinition, { kind: "simultaneous" }>;

/** Runs once: a pipeline of `run simultaneous`. */
export class SingleThread extends BaseThread {
  readonly kind = "simultaneous";
  readonly #run: Definition["run"];
  #timer: Timer | undefined;
  #running = false;

  constructor(definition: Definition, services: ThreadServices) {
    super(definition, services);
    this.#run = definition.run;
    const due = services.clock.monotonic() + definition.delay * 1000;
    if (definition.delay > 0) this.#timer = services.scheduler.at(due, () => this.#start());
    else this.#start();
  }

  protected stopRuns(): boolean {
    this.#timer?.cancel();
    return this.#running;
  }

  #start(): void {
    this.begin();
    this.state = "running";
    this.#running = true;
    const { clock } = this.services;
    const wall = clock.wall();
    const monotonic = clock.monotonic();
    const finish = (result: RunResult) => {
      if (this.over) return;
      this.record(result, wall, monotonic);
      this.end(result.ok ? "finished" : "failed");
    };
    this.#run(this.signal).then(finish, (error: unknown) => finish(thrown(error)));
  }
}
