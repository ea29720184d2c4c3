import { Events, type Happening, ManualClock, type Mapping } from "../../../src/base/index.ts";
import type { CheckedCollect } from "../../../src/run/collect/definition.ts";
import type { Point, Sink, SinkSeries } from "../../../src/run/collect/sinks/sink.ts";
import { Sinks } from "../../../src/run/collect/sinks/sinks.ts";
import { check, definitionOf } from "../checking.ts";

export const startTime = 1_700_000_000;

/** Definition of a step that stores `fields` in a file and in `to`. */
export function collectTo(to: Mapping, dir = "/blocks", fields = ["v"]): CheckedCollect {
  return definitionOf({ path: "a.rrd", interval: 1, fields, to: [to] }, { dir }) as CheckedCollect;
}

/** What is wrong with an entry of `to`. */
export function wrongIn(to: Mapping): string[] {
  return check({ path: "a.rrd", fields: ["v"], to: [to] }).reported.map(({ message }) => message);
}

export const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

export function seriesOf(name: string, tags: Record<string, string>, ...fields: string[]): SinkSeries {
  return {
    name,
    tags: Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    fields: fields.map((field) => ({ name: field, type: "GAUGE" })),
  };
}

export function pointOf(series: SinkSeries, ...values: Point["values"]): Point {
  return { time: startTime, series, values };
}

/** One sink as a block makes it, on a clock that moves only while something is waited for. */
export class Sinking {
  readonly clock: ManualClock;
  readonly happenings: Happening[] = [];
  readonly sink: Sink;
  readonly #sinks: Sinks;
  readonly #series: SinkSeries;
  #time: number;

  /** `from`: the time of the first value, epoch seconds. */
  constructor(to: Mapping, dir: string, from = startTime) {
    this.clock = new ManualClock(from * 1000);
    this.#time = from;
    const events = new Events();
    events.on((happening) => this.happenings.push(happening));
    this.#sinks = new Sinks({ clock: this.clock, events, random: () => 0.5 });
    const collect = collectTo(to, dir);
    const target = collect.to[0];
    if (target === undefined) throw new Error("no target");
    const outlet = this.#sinks.outlet(target, collect, "", {});
    if (!("sink" in outlet)) throw new Error(outlet.missing);
    this.sink = outlet.sink;
    this.#series = outlet.series;
  }

  /** Values from `first` to `last`, one a second. */
  add(first: number, last: number): void {
    for (let value = first; value <= last; value++) {
      this.sink.add({ time: this.#time++, series: this.#series, values: [value] });
    }
  }

  /** The next values are this many seconds older. */
  back(seconds: number): void {
    this.#time -= seconds;
  }

  forth(seconds: number): void {
    this.#time += seconds;
  }

  /** Moves the clock on until it is so; real sockets and files get their turn meanwhile. */
  async until(isSo: () => boolean | Promise<boolean>, step = 200): Promise<void> {
    const end = performance.now() + 15_000;
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`waited in vain: ${JSON.stringify(this.sink.figures())}`);
      await this.clock.advance(step);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Closes while the clock moves, as grace times need. */
  async close(grace = 1000): Promise<void> {
    let isClosed = false;
    const closed = this.sink.close(grace).then(() => {
      isClosed = true;
    });
    await this.until(() => isClosed, 100);
    await closed;
  }

  get told(): string[] {
    return this.happenings.flatMap((one) => (one.type === "sink:failed" ? [one.problem.message] : []));
  }
}
