export type { BlockRun, Ending } from "./block-run.ts";
export { createScriptsEarly } from "./early-scripts.ts";
export type { PrepareOptions, RunBlockOptions, StartOptions } from "./options.ts";
export { type PreparedBlock, prepareBlock } from "./prepare-block.ts";
export { runBlockFile } from "./run-block-file.ts";
export type { Scripts } from "./scripts.ts";
export { startBlock } from "./start-block.ts";
