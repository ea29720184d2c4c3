import type { Place, Problem } from "../base/index.ts";

/** Every way a step can fail; a new one without a row in the tables that use it does not compile. */
export type FailureKind =
  | "timeout"
  | "aborted"
  | "threw"
  | "exited"
  | "out-of-memory"
  | "bad-result"
  | "output-limit"
  | "exit-status"
  | "killed-by-signal"
  | "not-found"
  | "not-executable"
  | "spawn-failed"
  | "not-loadable"
  | "parse-failed"
  | "crashed"
  | "lock-timeout"
  | "queue-full"
  | "shared"
  | "called-block"
  | "condition"
  | "template";

/** Why a script or command failed: plain data. */
export interface Failure {
  readonly kind: FailureKind;
  /** One sentence: `script "a.ts" took longer than 5s and was stopped`. */
  readonly message: string;
  /** Where in the user's script, if known. */
  readonly place?: Place;
  readonly stack?: string;
  readonly exitStatus?: number;
  readonly signal?: string;
  readonly notes?: readonly string[];
}

export function failureProblem(failure: Failure, place: Place | undefined): Problem {
  return {
    code: `step-${failure.kind}`,
    severity: "error",
    message: failure.message,
    ...(place === undefined ? {} : { place }),
    notes: [
      ...(failure.place === undefined
        ? []
        : [`in ${failure.place.file}:${failure.place.line}:${failure.place.column}`]),
      ...(failure.notes ?? []),
    ],
  };
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };
