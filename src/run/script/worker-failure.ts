import { basename } from "node:path";
import { assertNever, formatBytes } from "../../base/index.ts";
import type { Failure } from "../failure.ts";
import type { WorkerEnd } from "./worker-host.ts";

/** What the end of a worker means for the script that ran in it. */
export function workerFailure(end: WorkerEnd, file: string, memory: number): Failure {
  const script = `script "${basename(file)}"`;
  switch (end.kind) {
    case "asked":
      return abortedFailure(file);
    case "out-of-memory":
      return {
        kind: "out-of-memory",
        message: `${script} needed more than ${formatBytes(memory)} of memory, its limit`,
        notes: ["set memory: at the step to allow more"],
      };
    case "exited":
      return {
        kind: "exited",
        message: `${script} ended its worker with status ${end.status}`,
        exitStatus: end.status,
      };
    case "crashed":
      return {
        kind: "crashed",
        message: `${script} crashed its process with ${end.signal}`,
        signal: end.signal,
      };
    case "failed":
      return { kind: "crashed", message: `${script}: its worker failed: ${end.message}` };
    default:
      return assertNever(end);
  }
}

export function abortedFailure(file: string): Failure {
  return { kind: "aborted", message: `script "${basename(file)}" was stopped` };
}
