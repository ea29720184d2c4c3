import type { CollectFigures, Collector } from "../run/index.ts";

const untouched: CollectFigures = {
  stored: 0,
  dropped: 0,
  failed: 0,
  openFiles: 0,
  graphsDrawn: 0,
  sinks: [],
};

/** A collector that is made when there is something to store: most of its code is loaded by then, and not before. */
export class LateCollector implements Collector {
  readonly #make: () => Collector;
  #collector: Collector | undefined;

  constructor(make: () => Collector) {
    this.#make = make;
  }

  store(...sample: Parameters<Collector["store"]>): void {
    this.#collector ??= this.#make();
    this.#collector.store(...sample);
  }

  figures(): CollectFigures {
    return this.#collector?.figures() ?? untouched;
  }

  async close(): Promise<void> {
    await this.#collector?.close();
  }
}
