/**
 * procblock as a library.
 *
 *     import { runBlockFile, unwrap } from "procblock";
 *     const run = unwrap(await runBlockFile("simplest.yaml"));
 *     console.log(run.result);
 */
export {
  type Clock,
  Events,
  type Happening,
  type HappeningType,
  type LogLevel,
  type Mapping,
  type Place,
  type Plain,
  type Problem,
  ProblemError,
  type Result,
  renderProblem,
  unwrap,
} from "./base/index.ts";
export {
  type CheckedBlock,
  type LoadedBlock,
  type LoadOptions,
  loadBlock,
  loadBlockText,
} from "./block/index.ts";
export { type BlockRun, type Ending, type RunBlockOptions, runBlockFile } from "./engine/index.ts";
export type {
  ProcessBlock,
  ProcessInput,
  SharedLock,
  SharedSpace,
  Thread,
  ThreadOutput,
  ThreadStatus,
} from "./run/index.ts";
export type {
  Counter,
  Lease,
  LockHolder,
  Log,
  LogEntry,
  Queue,
  QueueMessage,
  SharedErrorCode,
  SharedValue,
  State,
  StateChange,
  TakenMessage,
} from "./unidist/index.ts";
