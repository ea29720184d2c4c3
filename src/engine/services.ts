import type { Clock, Events, Seconds } from "../base/index.ts";
import type { FileTagFactory, TagFunction } from "../block/index.ts";
import {
  type Collector,
  type CommandRunner,
  createCollector,
  createCommandRunner,
  createFileTags,
  createRunTags,
  createThreads,
  type RunServices,
  type ScriptRunner,
  type Threads,
} from "../run/index.ts";
import { loadSpace, type Space, type StoreUrl } from "../unidist/index.ts";
import { LateCollector } from "./late-collector.ts";
import type { LateSpace } from "./late-space.ts";
import type { Scripts } from "./scripts.ts";

/** Which space, and where it is kept. */
export interface SpacePlace {
  readonly name: string;
  readonly store: StoreUrl;
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
  readonly createFileTag: FileTagFactory;
  readonly #space: LateSpace;
  #grace = 10 as Seconds;
  #once = false;
  #runningLock = "__running";

  constructor(scripts: Scripts, clock: Clock, random: () => number) {
    const { events } = scripts;
    this.clock = clock;
    this.events = events;
    this.random = random;
    this.scripts = scripts.runner;
    this.#space = scripts.space;
    this.commands = createCommandRunner();
    this.collector = new LateCollector(() =>
      createCollector({ clock, events, random, grace: () => this.#grace }),
    );
    this.threads = createThreads({ clock, events, random });
    this.tags = createRunTags(this);
    this.createFileTag = createFileTags(this);
  }

  get space(): Space {
    return this.#space;
  }

  get grace(): Seconds {
    return this.#grace;
  }

  get runningLock(): string {
    return this.#runningLock;
  }

  get once(): boolean {
    return this.#once;
  }

  open(space: SpacePlace, how: { grace: Seconds; once: boolean; runningLock: string }): void {
    this.#space.open({ name: space.name, url: space.store.url }, () =>
      loadSpace(space.store, space.name, { clock: this.clock }),
    );
    this.#grace = how.grace;
    this.#once = how.once;
    this.#runningLock = how.runningLock;
  }

  /** Everything is stored and closed. Workers without work are told to go and not waited for. */
  async close(): Promise<void> {
    const scriptsClosed = this.scripts.close();
    scriptsClosed.catch(() => {});
    await this.collector.close();
    if (this.scripts.figures().running > 0) await scriptsClosed;
    await this.#space.close();
  }
}
