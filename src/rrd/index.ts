export { addDataSources } from "./add-data-sources.ts";
export { parsePeriod } from "./at-period.ts";
export { type AtTime, parseAtTime } from "./at-time.ts";
export { atTimeWarnings } from "./at-warnings.ts";
export { type CommandOption, type CommandWords, readWords, takeFirstWord } from "./command-words.ts";
export {
  type ComputeContext,
  ComputeFault,
  type ComputeOperation,
  computeOperations,
} from "./compute-operations.ts";
export { isConsolidation } from "./consolidations.ts";
export { type ConvertOptions, convertRrd, foreignMachine } from "./convert.ts";
export { type CreateOptions, createRrd } from "./create.ts";
export { type CreateFiles, type CreateRequest, parseCreateArguments } from "./create-arguments.ts";
export { type CreateCommandOptions, createFromArguments } from "./create-command.ts";
export type {
  ArchiveDefinition,
  ComputedDataSource,
  Consolidation,
  DataSourceDefinition,
  DataSourceType,
  DeviationArchive,
  FailuresArchive,
  ForecastArchive,
  ForecastConsolidation,
  PlainConsolidation,
  PredictionArchive,
  RrdDefinition,
  SeasonArchive,
} from "./definition.ts";
export { type DumpOptions, dumpRrd } from "./dump.ts";
export { exponential } from "./exponential.ts";
export { parseFetchArguments } from "./fetch-arguments.ts";
export type { FillOrigin, FillSource } from "./fill-candidates.ts";
export { fillFromSources } from "./fill-from-sources.ts";
export type { Forecast } from "./forecast-parameters.ts";
export type { ArchiveInfo, ConsolidationState, DataSourceInfo, ForecastState, RrdInfo } from "./info.ts";
export { rrdInfoText } from "./info-text.ts";
export {
  type MigratedArchive,
  type MigrationOptions,
  type MigrationReport,
  migrateRrd,
} from "./migrate.ts";
export type { MigrationRequest } from "./migrate-plan.ts";
export { nodeStorage } from "./node-storage.ts";
export { type NumberFault, parseNumber } from "./number-text.ts";
export { openRrd } from "./open.ts";
export { type ResizeRequest, resizeRrd } from "./resize.ts";
export { type RestoreOptions, restoreRrd } from "./restore.ts";
export type {
  FetchedRows,
  FetchRequest,
  OpenOptions,
  Reading,
  RrdFile,
  UpdateArgumentsOptions,
} from "./rrd-file.ts";
export type { FileStatus, Storage, StorageFile } from "./storage.ts";
export { tuneOptions, tuneRrd } from "./tune.ts";
