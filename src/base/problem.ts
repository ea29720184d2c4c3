/**
 * A problem is plain data, so that it crosses thread boundaries unchanged.
 * It is turned into text in one place only: `render-problem.ts`.
 */

/** Where something stands in a file. Line and column count from 1; columns in UTF-16 code units. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The whole line without its line end, so that it can be shown after the file has changed. */
  readonly lineText?: string;
  /** How many columns to underline; default 1. */
  readonly length?: number;
}

export interface Problem {
  /** Stable, kebab-case, for programs: `unknown-key`, `import-cycle`, `script-timeout`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** One sentence without a full stop at its end: what is wrong, with the offending text quoted. */
  readonly message: string;
  readonly place?: Place;
  /** What to do next, or what was expected; one line each. */
  readonly notes?: readonly string[];
}

/** Carries problems through code that can only throw. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("; "));
    this.name = "ProblemError";
    this.problems = problems;
  }
}

export function problem(
  code: string,
  message: string,
  more: { place?: Place | undefined; notes?: readonly string[]; severity?: "error" | "warning" } = {},
): Problem {
  return {
    code,
    severity: more.severity ?? "error",
    message,
    ...(more.place === undefined ? {} : { place: more.place }),
    ...(more.notes === undefined || more.notes.length === 0 ? {} : { notes: more.notes }),
  };
}
