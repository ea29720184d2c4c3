export { createScriptRunner, type ScriptRunnerOptions } from "./runner.ts";
export type * from "./types.ts";
