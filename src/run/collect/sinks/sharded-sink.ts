import type { Point, Sink, SinkFigures } from "./sink.ts";

/** Several sinks of one kind, each for its part of the series. */
export class ShardedSink implements Sink {
  readonly #sinks: readonly Sink[];
  readonly #indexOf: (point: Point) => number;

  constructor(sinks: readonly Sink[], indexOf: (point: Point) => number) {
    this.#sinks = sinks;
    this.#indexOf = indexOf;
  }

  add(point: Point): void {
    this.#sinks[this.#indexOf(point)]?.add(point);
  }

  figures(): SinkFigures {
    const parts = this.#sinks.map((sink) => sink.figures());
    const sum = (key: "sent" | "dropped" | "rejected" | "waiting" | "failures") =>
      parts.reduce((total, part) => total + part[key], 0);
    return {
      kind: parts[0]?.kind ?? "",
      to: parts.map(({ to }) => to).join(", "),
      sent: sum("sent"),
      dropped: sum("dropped"),
      rejected: sum("rejected"),
      waiting: sum("waiting"),
      failures: sum("failures"),
      parts,
    };
  }

  async close(grace: number): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.close(grace)));
  }
}
