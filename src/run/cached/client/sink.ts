import { type Clock, type Problem, ProblemError, problem, systemClock, unwrap } from "../../../base/index.ts";
import { parseRrdcachedAddress } from "./address.ts";
import { Connection, type ConnectionFigures } from "./connection.ts";
import { Shards } from "./shards.ts";

export interface RrdcachedSinkOptions {
  /** `unix:/path`, `host:port`; several: every path goes to one of them, chosen by a stable hash of the path. */
  readonly addresses: readonly string[];
  /** Updates kept per address while it cannot take them; then the oldest is dropped. Default 100,000. */
  readonly mostBuffered?: number | undefined;
  /** Bytes of them; default 32 MiB. */
  readonly mostBufferedBytes?: number | undefined;
  /** Updates per BATCH; default 1,000. */
  readonly batch?: number | undefined;
  /** Seconds that the first update of a batch waits for others; default 0.05. */
  readonly linger?: number | undefined;
  /** Seconds without an answer after which a connection is given up; default 10. */
  readonly answerWithin?: number | undefined;
  /** Longest wait between two attempts to connect, seconds; default 30. The first is 0.1; it doubles. */
  readonly longestBackOff?: number | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 (inclusive) to 1; default `Math.random`. Spreads reconnects. */
  readonly random?: (() => number) | undefined;
  /** Told of what is dropped, refused or cannot be reached, each kind at most once a minute and address. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

export interface RrdcachedSinkFigures {
  /** Updates taken by a server. */
  readonly stored: number;
  /** Updates that a server answered with an error. */
  readonly refused: number;
  /** Updates lost because a buffer was full or the sink was closed first. */
  readonly dropped: number;
  readonly buffered: number;
  readonly addresses: readonly ConnectionFigures[];
}

export interface RrdcachedSink {
  /** Takes `1600000000:1:2` for the file; never waits, never throws for what a server does. */
  update(path: string, line: string): void;
  /** Resolves when what was given so far has been answered, or its server turned out to be unreachable. */
  flush(): Promise<void>;
  figures(): RrdcachedSinkFigures;
  /** Sends what is left for at most two seconds; what then remains counts as dropped. Idempotent. */
  close(): Promise<void>;
}

/** Sends updates to one or more rrdcached in batches. Throws a `ProblemError` for an address that is none. */
export function createRrdcachedSink(options: RrdcachedSinkOptions): RrdcachedSink {
  const { addresses, clock = systemClock, random = Math.random } = options;
  if (addresses.length === 0)
    throw new ProblemError([problem("rrdcached-address", "at least one address is needed")]);
  const connections = addresses.map(
    (text) =>
      new Connection(unwrap(parseRrdcachedAddress(text)), {
        mostBuffered: options.mostBuffered ?? 100_000,
        mostBufferedBytes: options.mostBufferedBytes ?? 32 * 1024 * 1024,
        batch: options.batch ?? 1000,
        linger: options.linger ?? 0.05,
        answerWithin: options.answerWithin ?? 10,
        longestBackOff: options.longestBackOff ?? 30,
        clock,
        random,
        onProblem: options.onProblem ?? (() => undefined),
      }),
  );
  const shards = new Shards(addresses);
  return {
    update(path, line) {
      connections[shards.of(path)]?.add(path, line);
    },
    async flush() {
      await Promise.all(connections.map((connection) => connection.flush()));
    },
    figures() {
      const each = connections.map((connection) => connection.figures());
      const total = (key: "stored" | "refused" | "dropped" | "buffered") =>
        each.reduce((sum, one) => sum + one[key], 0);
      return {
        stored: total("stored"),
        refused: total("refused"),
        dropped: total("dropped"),
        buffered: total("buffered"),
        addresses: each,
      };
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}
