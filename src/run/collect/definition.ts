import type { DataPath, Place } from "../../base/index.ts";
import type { TreePath } from "../../block/index.ts";
import type { GraphDefinition } from "../../graph/index.ts";
import type { ArchiveDefinition, DataSourceDefinition } from "../../rrd/index.ts";
import type { PathTemplate } from "./path-template.ts";
import type { CollectTarget } from "./sinks/parse-to.ts";
import type { CollectDefinition } from "./types.ts";

/**
 * When what was stored is forced to the disk, so that a power cut does not take it: `always` before the next sample,
 * `interval` about once a second beside everything else, `never`: when the system does it, half a minute later say.
 */
export const fileSyncs = ["always", "interval", "never"] as const;
export type FileSync = (typeof fileSyncs)[number];

/** `timeseries collect` as the collector uses it: all defaults filled in, all paths resolved. */
export interface CheckedCollect extends CollectDefinition {
  /** Folder that `path` and the graphs' paths start from. */
  readonly dir: string;
  readonly file: PathTemplate;
  readonly fields: readonly CollectField[];
  readonly archives: readonly ArchiveDefinition[];
  /** The archives were written by the user: a file that has others deserves a warning. */
  readonly ownArchives: boolean;
  /** Whether a file that is there is taken as it is, whoever made it; "extend": and fields it lacks are added. */
  readonly adopt: "no" | "keep" | "extend";
  /** Seconds between samples, if known. */
  readonly every: number | undefined;
  /** A file may be made if there is none; not so for one to adopt when no interval is known. */
  readonly mayMake: boolean;
  readonly graphs: readonly CollectGraph[];
  /** Stores beside the file. */
  readonly to: readonly CollectTarget[];
  /** Where in the result the entries are, one RRD file each. */
  readonly each: DataPath | undefined;
  /** Whether a file that was deleted while collecting is made again. */
  readonly recreate: boolean;
  readonly sync: FileSync;
  /**
   * How near to the rhythm of whole seconds a stamp has to be to be put on it, seconds (see `Rhythm`); undefined:
   * samples come quicker than that, and stamps are stored as they are, to the millisecond.
   */
  readonly snap: number | undefined;
}

export interface CollectField {
  readonly source: DataSourceDefinition;
  /** Where in the result (or entry) the value is. */
  readonly from: DataPath;
  /** `from` is one plain key, the usual case: read without walking a path. */
  readonly key: string | undefined;
  /** The type that readings are for; undefined: that of the file's data source, known when it is open. */
  readonly readAs: DataSourceDefinition["type"] | undefined;
  /** Where the field stands in the block. */
  readonly at: TreePath;
  readonly place: Place | undefined;
}

export interface CollectGraph {
  readonly definition: GraphDefinition;
  readonly file: PathTemplate;
  readonly title: PathTemplate;
}
