import type { Problem } from "../../base/index.ts";
import type { DataSourceDefinition, MigrationRequest } from "../../rrd/index.ts";
import type { CheckedCollect, CollectField } from "./definition.ts";

/** What an RRD file needs to be like to take a block's samples. */
export type FileShape = Pick<
  CheckedCollect,
  "interval" | "fields" | "archives" | "ownArchives" | "adopt" | "every" | "mayMake"
>;

/** How a file that is there and what the block says go together. */
export interface Fit {
  /** The file cannot take the samples, because of this field if one is to blame. */
  readonly refusal?: { readonly problem: Problem; readonly field?: CollectField | undefined } | undefined;
  /** Fields the file lacks. */
  readonly added: readonly DataSourceDefinition[];
  /** What has to change so that it fits. */
  readonly migration?: MigrationRequest | undefined;
  readonly warnings: readonly Problem[];
}
