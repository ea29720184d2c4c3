import type { EpochMilliseconds, Mapping, Seconds } from "../../base/index.ts";
import type { CheckContext, TreePath } from "../../block/index.ts";
import type { SinkFigures } from "./sinks/sink.ts";

/** `timeseries collect`, checked. What is inside is collect's own business. */
export interface CollectDefinition {
  readonly kind: "collect";
  /** As written, relative to the block file; may hold `{{key}}` when `each` is set. */
  readonly path: string;
  /** RRD step. */
  readonly interval: Seconds;
}

/**
 * Reports every problem with its place; undefined after an error.
 * `interval` of the step it belongs to, if known: the default RRD step. `thread`: id of its thread, if it has one.
 */
export type CollectParser = (
  value: Mapping,
  path: TreePath,
  check: CheckContext,
  interval: Seconds | undefined,
  thread?: string | undefined,
) => CollectDefinition | undefined;

export interface CollectFigures {
  readonly stored: number;
  readonly dropped: number;
  readonly failed: number;
  readonly openFiles: number;
  readonly graphsDrawn: number;
  /** Stores beside the files; in order of their first use. */
  readonly sinks: readonly SinkFigures[];
}

/** Stores results. Never throws and never waits for a disk or a graph: trouble is reported as a happening. */
export interface Collector {
  /** Stores the fields of `result` at `stamp`, the wall clock when the run that gave it started. */
  store(definition: CollectDefinition, result: Mapping, stamp: EpochMilliseconds): void;
  figures(): CollectFigures;
  /** Everything accepted is in the files and, within the grace time, in other stores; graphs that were due are drawn, files and workers closed. */
  close(): Promise<void>;
}
