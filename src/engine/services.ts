import { type Clock, type Events, internalError, type Seconds } from "../base/index.ts";
import type { TagFunction } from "../block/index.ts";
import {
  type Collector,
  type CommandRunner,
  createCollector,
  createCommandRunner,
  createRunTags,
  createScriptRunner,
  createThreads,
  type RunServices,
  type ScriptRunner,
  type Threads,
} from "../run/index.ts";
import type { Space } from "../unidist/index.ts";

export interface ServiceOptions {
  readonly clock: Clock;
  readonly events: Events;
  readonly random: () => number;
}

/**
 * Everything that a block is run with. It exists before the block is checked, because tags are parsed by those who
 * run them; the space and how to run are known later, from the block and its command line.
 */
export class Services implements RunServices {
  readonly clock: Clock;
  readonly events: Events;
  readonly random: () => number;
  readonly scripts: ScriptRunner;
  readonly commands: CommandRunner;
  readonly collector: Collector;
  readonly threads: Threads;
  readonly tags: readonly TagFunction[];
  #space: Space | undefined;
  #grace: Seconds | undefined;
  #once = false;

  constructor({ clock, events, random }: ServiceOptions) {
    this.clock = clock;
    this.events = events;
    this.random = random;
    this.scripts = createScriptRunner({ events, space: () => this.space });
    this.commands = createCommandRunner({ clock });
    this.collector = createCollector({ clock, events });
    this.threads = createThreads({ clock, events, random });
    this.tags = createRunTags(this);
  }

  get space(): Space {
    if (this.#space === undefined) throw internalError("the space is not open yet");
    return this.#space;
  }

  get grace(): Seconds {
    if (this.#grace === undefined) throw internalError("the grace time is not known yet");
    return this.#grace;
  }

  get once(): boolean {
    return this.#once;
  }

  open(space: Space, how: { grace: Seconds; once: boolean }): void {
    this.#space = space;
    this.#grace = how.grace;
    this.#once = how.once;
  }

  /** What is open is flushed and closed, whatever fails meanwhile; the first error is thrown afterwards. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled([this.collector.close(), this.scripts.close()]);
    await this.#space?.close();
    for (const one of closed) if (one.status === "rejected") throw one.reason;
  }
}
