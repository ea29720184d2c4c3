export { type OutputFormat, outputFormats, parseOutput } from "./parse-output.ts";
export { createCommandRunner } from "./runner.ts";
export type * from "./types.ts";
