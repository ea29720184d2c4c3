export type { BlockRun, Ending } from "./block-run.ts";
export type { PrepareOptions, RunBlockOptions, StartOptions } from "./options.ts";
export { type PreparedBlock, prepareBlock } from "./prepare-block.ts";
export { runBlockFile } from "./run-block-file.ts";
export { runningLock, startBlock } from "./start-block.ts";
