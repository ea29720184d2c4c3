import type { Clock, Events, Problem, SinkCounts } from "../../../base/index.ts";
import type { ArchiveDefinition, DataSourceDefinition, DataSourceType } from "../../../rrd/index.ts";
import type { KnownReading } from "../reading.ts";

/** What values are called in other stores; made once per series, so encoders may remember things by it. */
export interface SinkSeries {
  /** Measurement, stream, first part of a metric's name. */
  readonly name: string;
  /** Sorted by name; no empty values. */
  readonly tags: readonly (readonly [string, string])[];
  readonly fields: readonly { readonly name: string; readonly type: DataSourceType }[];
  /** Where the store keeps RRD files itself: which one, and how it is made if it is missing. */
  readonly file?: RemoteFile | undefined;
}

export interface RemoteFile {
  /** As the store is told it. */
  readonly path: string;
  /** Seconds. */
  readonly step: number;
  /** One for each field. */
  readonly dataSources: readonly DataSourceDefinition[];
  readonly archives: readonly ArchiveDefinition[];
}

/** One run's values on their way to another store. */
export interface Point {
  /** Epoch seconds, to the millisecond. */
  readonly time: number;
  readonly series: SinkSeries;
  /** In the order of the fields; null: unknown, left out of what is sent. */
  readonly values: readonly (KnownReading | null)[];
}

/** How sending a batch ended. */
export type SendOutcome =
  /** Everything was taken, but for `refused` values or points that will never be. */
  | { readonly kind: "sent"; readonly refused?: number; readonly problem?: Problem }
  /** The batch as it is will never be taken; smaller ones may. */
  | { readonly kind: "rejected"; readonly problem: Problem }
  /** Nobody knows or nobody listened: the same batch is sent again later. */
  | {
      readonly kind: "failed";
      readonly problem: Problem;
      readonly retryAfter?: number | undefined;
      /** It was on its way when the answer failed to come. */
      readonly maybeTaken?: boolean;
    };

/** Speaks to one kind of store; one batch at a time. */
export interface SinkTransport {
  /** Until `signal` is aborted. The same array comes again after a failure. Should not reject. */
  send(points: readonly Point[], signal: AbortSignal): Promise<SendOutcome>;
  /** Runs that gave no value at all are sent, too. */
  readonly wantsUnknown?: boolean;
  close(): void | Promise<void>;
}

/** Counted in points: the values of one run. */
export interface SinkFigures extends SinkCounts {
  readonly kind: string;
  /** Where it leads, without secrets. */
  readonly to: string;
  /** The same for each address, where there are several. */
  readonly parts?: readonly SinkFigures[];
}

/** Where points go beside the RRD file. `add` never throws and never waits. */
export interface Sink {
  add(point: Point): void;
  figures(): SinkFigures;
  /** Sends what waits for at most `grace` milliseconds; the rest is counted as dropped. */
  close(grace: number): Promise<void>;
}

export interface SinkContext {
  readonly clock: Clock;
  readonly events: Events;
  /** 0 ≤ x < 1: spreads repetitions, so that many senders do not come back in the same moment. */
  readonly random: () => number;
}

/** One entry of `to`, checked. */
export interface SinkDefinition {
  readonly kind: string;
  /** Two definitions of the same key share one sink: a connection, a listener, a file. */
  readonly key: string;
  open(context: SinkContext): Sink;
}
