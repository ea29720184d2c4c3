export type * from "./cached/index.ts";
export { type CollectorOptions, createCollector, lockForWriting, type WriterLock } from "./collect/index.ts";
export type * from "./collect/types.ts";
export { createCommandRunner } from "./command/index.ts";
export type * from "./command/types.ts";
export { type Failure, type FailureKind, failureProblem, type Outcome } from "./failure.ts";
export type { ProcessBlock, ProcessInput, SharedLock, SharedSpace } from "./process-block.ts";
export { createScriptRunner, type ScriptRunnerOptions } from "./script/index.ts";
export type * from "./script/types.ts";
export { createFileTags } from "./tags/file-tag.ts";
export { createRunTags } from "./tags/run-tags.ts";
export type {
  LongRunBody,
  RestartPolicy,
  RunBody,
  RunResult,
  ThreadDefinition,
} from "./threads/definition.ts";
export { createThreads, type ThreadsOptions } from "./threads/threads.ts";
export type * from "./types.ts";

/** The cache that speaks rrdcached's protocol, loaded when it is first wanted. */
export const loadRrdCache = () => import("./cached/index.ts");
