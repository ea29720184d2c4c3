export { addDataSources } from "./add-data-sources.ts";
export { parsePeriod } from "./at-period.ts";
export { type AtTime, parseAtTime } from "./at-time.ts";
export { type CreateOptions, createRrd } from "./create.ts";
export { type CreateRequest, parseCreateArguments } from "./create-arguments.ts";
export type {
  ArchiveDefinition,
  ComputedDataSource,
  Consolidation,
  DataSourceDefinition,
  DataSourceType,
  ForecastConsolidation,
  PlainConsolidation,
  RrdDefinition,
} from "./definition.ts";
export type { ArchiveInfo, ConsolidationState, DataSourceInfo, RrdInfo } from "./info.ts";
export { rrdInfoText } from "./info-text.ts";
export { nodeStorage } from "./node-storage.ts";
export { openRrd } from "./open.ts";
export type { FetchedRows, FetchRequest, OpenOptions, Reading, RrdFile } from "./rrd-file.ts";
export type { FileStatus, Storage, StorageFile } from "./storage.ts";
