import type { Mapping } from "../base/index.ts";

/** A condition, parsed when its file was loaded. */
export interface Condition {
  readonly text: string;
  /** Throws a `ProblemError` when the operands cannot be compared (`<` between a list and a number, say). */
  evaluate(pipeData: Mapping): boolean;
}

/** Why a text is no condition. */
export interface ConditionError {
  readonly message: string;
  /** Where in the text, from 0, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;
}
