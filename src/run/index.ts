export type * from "./collect/types.ts";
export type * from "./command/types.ts";
export { type Failure, type FailureKind, failureProblem, type Outcome } from "./failure.ts";
export type * from "./script/types.ts";
export { createRunTags } from "./tags/run-tags.ts";
export { createThreads, type ThreadsOptions } from "./threads/threads.ts";
export type * from "./types.ts";
